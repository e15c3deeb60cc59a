import Compute

/// A sequence of layers, some of which also read earlier outputs.
public struct LayerStack: Sendable {
  /// A layer and its inputs.
  public struct Step: Sendable {
    /// The layer.
    public let layer: any Layer
    /// The earlier outputs that are added to the output of the layer below before this one reads it: 0 is the stack's
    /// input, `k` the output of step `k − 1`.
    public let skips: [Int]
  }

  /// The layers, first to last.
  public private(set) var steps: [Step] = []
  /// The widths of the stack's input and of every layer's output.
  public private(set) var widths: [Int]

  /// Begins a stack over inputs of a width.
  public init(inputs: Int) { widths = [inputs] }

  /// The width of the last layer's output.
  public var outputs: Int { widths[widths.count - 1] }

  /// Adds a layer on top.
  ///
  /// - Parameter skips: see ``Step/skips``.
  /// - Precondition: all its inputs have the same width.
  public mutating func append(_ layer: any Layer, adding skips: [Int] = []) {
    precondition(skips.allSatisfy { $0 < steps.count && widths[$0] == outputs }, "skips \(skips) over widths \(widths)")
    steps.append(Step(layer: layer, skips: skips))
    widths.append(layer.outputs(inputs: outputs))
  }

  /// Every layer's parameters, without positions.
  var parameters: [[Parameter]] { zip(steps, widths).map { $0.layer.parameters(inputs: $1) } }
}

/// A block of users in a stack.
struct StackTrace<S: Scalar>: Sendable {
  var layers: [LayerTrace<S>]
  private let stack: LayerStack
  /// Where each layer's parameters begin among the network's, and where the last one's end.
  private let places: [Int]

  /// - Parameter start: where the stack's parameters begin among the network's.
  init(_ stack: LayerStack, parametersFrom start: Int, rows: Int, forTraining: Bool) {
    self.stack = stack
    layers = zip(stack.steps, stack.widths).map {
      LayerTrace($0.layer, inputs: $1, rows: rows, forTraining: forTraining)
    }
    places = stack.parameters.reduce(into: [start]) { $0.append($0[$0.count - 1] + $1.count) }
  }

  /// The output of the last layer; `nil` for a stack without layers.
  var output: Matrix<S>? { layers.last?.output }
  /// Where the stack's parameters end among the network's.
  var parametersEnd: Int { places[places.count - 1] }
  /// The first layer whose output is not finite.
  var firstNonFinite: Int? { layers.firstIndex { !$0.output.isFinite } }

  /// The gradients of all parameters, in order.
  var gradients: [Matrix<S>] { layers.flatMap(\.gradients) }

  mutating func forward(_ input: Matrix<S>, _ parameters: [Matrix<S>], multiplier: inout Multiplier<S>) {
    for (index, step) in stack.steps.enumerated() {
      var read = output(index, input)
      if !step.skips.isEmpty {
        for place in step.skips { read.add(output(place, input)) }
        layers[index].input = read
      }
      step.layer.forward(
        read, parameters[places[index]..<places[index + 1]], trace: &layers[index], multiplier: &multiplier)
    }
  }

  /// The backward pass from ∂loss/∂output to ∂loss/∂input.
  mutating func backward(
    _ delta: consuming Matrix<S>, input: Matrix<S>, _ parameters: [Matrix<S>], multiplier: inout Multiplier<S>
  ) -> Matrix<S> {
    var delta = delta
    var skipped = [Matrix<S>?](repeating: nil, count: layers.count + 1)
    for (index, step) in stack.steps.enumerated().reversed() {
      if let more = skipped[index + 1] { delta.add(more) }
      let read = step.skips.isEmpty ? output(index, input) : layers[index].input
      delta = step.layer.backward(
        delta, input: read, parameters[places[index]..<places[index + 1]], trace: &layers[index],
        multiplier: &multiplier)
      for place in step.skips {
        if skipped[place]?.add(delta) == nil { skipped[place] = delta }
      }
    }
    if let more = skipped[0] { delta.add(more) }
    return delta
  }

  /// The squared norm of each user's gradients of all parameters, after the backward pass; `nil` if a layer cannot
  /// compute it.
  func squaredNorms(input: Matrix<S>) -> [[Double]]? {
    var norms: [[Double]] = []
    for (index, step) in stack.steps.enumerated() {
      let read = step.skips.isEmpty ? output(index, input) : layers[index].input
      guard let own = step.layer.squaredNorms(input: read, trace: layers[index]) else { return nil }
      norms.append(own)
    }
    return norms
  }

  /// The output of step `place − 1`; 0 is the stack's input.
  private func output(_ place: Int, _ input: Matrix<S>) -> Matrix<S> { place == 0 ? input : layers[place - 1].output }
}
