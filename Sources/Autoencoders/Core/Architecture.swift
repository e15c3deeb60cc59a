public import Compute

/// The layers of a network, from the items to the items: one description for training, inference and whoever reads or
/// exports a model.
///
/// Items → wide input layer → ``encoder`` → code → ``decoder`` → wide output layer → items.
public struct Architecture: Sendable {
  /// The width of the wide input layer.
  public var inputWidth: Int { encoder.widths[0] }
  /// The nonlinearity of the wide input layer.
  public let inputActivation: Activation
  /// From the wide input layer to the parameters of the code.
  public let encoder: LayerStack
  /// From the latent vector to what the wide output layer reads.
  public let decoder: LayerStack

  /// Puts layers together.
  public init(inputActivation: Activation, encoder: LayerStack, decoder: LayerStack) {
    self.inputActivation = inputActivation
    self.encoder = encoder
    self.decoder = decoder
  }

  /// Dense layers on both sides, the decoder a mirror of the encoder.
  ///
  /// - Parameters:
  ///   - hidden: the widths between the items and the code, possibly none.
  ///   - code: the number of outputs that describe a code.
  public static func mirrored(
    hidden: [Int], latent: Int, code: Int, activation: Activation, codeActivation: Activation
  ) -> Architecture {
    let widths = hidden + [code]
    func activate(_ index: Int) -> Activation { index < hidden.count ? activation : codeActivation }
    var encoder = LayerStack(inputs: widths[0])
    for index in widths.indices.dropFirst() { encoder.append(Dense(widths[index], activate(index))) }
    var decoder = LayerStack(inputs: latent)
    for width in hidden.reversed() { decoder.append(Dense(width, activation)) }
    return Architecture(inputActivation: activate(0), encoder: encoder, decoder: decoder)
  }

  /// A layer as a reader or an exporter sees it.
  public struct Node: Sendable, Equatable {
    /// What it computes.
    public let kind: LayerKind
    /// What it reads, summed: 0 is what the side begins with, `k` the output of its node `k − 1`.
    public let reads: [Int]
    /// The number of outputs.
    public let width: Int
    /// The names of its tensors in files, in the order that ``kind`` speaks of them.
    public let tensors: [String]
  }

  /// The encoder in order; node 0 is the wide input layer, which reads the items.
  public var encoderNodes: [Node] {
    let first = Node(
      kind: .dense(inputActivation), reads: [0], width: inputWidth, tensors: ["encoder.0.weight", "encoder.0.bias"])
    return [first]
      + Self.nodes(encoder, placed(encoder, in: .encoder), from: 1).map {
        Node(kind: $0.kind, reads: $0.reads.map { $0 + 1 }, width: $0.width, tensors: $0.tensors)
      }
  }

  /// The decoder in order, without its wide output layer; its input is the latent vector.
  public var decoderNodes: [Node] { Self.nodes(decoder, placed(decoder, in: .decoder), from: 0) }

  /// The name of the wide output layer, such as `decoder.1`.
  public var outputLayer: String { "decoder.\(decoder.parameters.count { !$0.isEmpty })" }

  /// All small parameters of the layers, in order: the wide input layer's bias, the encoder's, the decoder's.
  var parameters: [Parameter] {
    let bias = Parameter("encoder.0.bias", rows: 1, columns: inputWidth, start: .bias)
    return [bias] + placed(encoder, in: .encoder).flatMap(\.self) + placed(decoder, in: .decoder).flatMap(\.self)
  }

  /// The parameters of each layer of a side, named; layers without any have no number.
  private func placed(_ stack: LayerStack, in group: ParameterGroup) -> [[Parameter]] {
    var (all, layers, number): ([Parameter], [[Parameter]], Int) = ([], [], group == .encoder ? 1 : 0)
    for own in stack.parameters {
      all.append(own, of: "\(group.rawValue).\(number)", in: group, from: group == .encoder ? .encoder : .decoder)
      layers.append(Array(all.suffix(own.count)))
      if !own.isEmpty { number += 1 }
    }
    return layers
  }

  private static func nodes(_ stack: LayerStack, _ parameters: [[Parameter]], from first: Int) -> [Node] {
    zip(stack.steps, parameters).enumerated().map { index, pair in
      Node(
        kind: pair.0.layer.kind, reads: [index] + pair.0.skips, width: stack.widths[index + 1],
        tensors: pair.1.map(\.name))
    }
  }
}
