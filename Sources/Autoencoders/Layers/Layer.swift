public import Compute

/// A layer between the two wide ones: rows in, rows out, with parameters of its own.
public protocol Layer: Sendable {
  /// What it computes, for whoever reads a network without running it; the operations take its parameters in order.
  var operations: [InferenceGraph.Operation] { get }
  /// The width of its outputs for inputs of a width.
  func outputs(inputs: Int) -> Int
  /// Its parameters, in the order in which they are handed to it.
  func parameters(inputs: Int) -> [Parameter]

  /// Computes `trace.output` (b × outputs) from `input` (b × inputs), and keeps there what the way back needs.
  func forward<S: Scalar>(
    _ input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>, multiplier: inout Multiplier<S>)
  /// Turns ∂loss/∂output (b × outputs) into ∂loss/∂input (b × inputs), and sets `trace.gradients` to those of the
  /// parameters.
  func backward<S: Scalar>(
    _ delta: consuming Matrix<S>, input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>,
    multiplier: inout Multiplier<S>
  ) -> Matrix<S>

  /// How large each user's share of the gradients of the parameters is, after the way back: the squared Euclidean norm over
  /// all of them together; `nil` for a layer that cannot tell.
  ///
  /// The gradient of `x Wᵀ + b` for one user is the outer product of ∂loss/∂output and x, so that its norm is the product of theirs
  /// and it need not be formed: Li, Tramèr, Liang & Hashimoto, "Large language models can be strong differentially private
  /// learners", ICLR 2022, section 4.
  func squaredNorms<S: Scalar>(input: Matrix<S>, trace: LayerTrace<S>) -> [Double]?
}

extension Layer {
  /// Zero for a layer without parameters; others cannot tell unless they say so.
  public func squaredNorms<S: Scalar>(input: Matrix<S>, trace: LayerTrace<S>) -> [Double]? {
    trace.gradients.isEmpty ? [Double](repeating: 0, count: trace.output.rows) : nil
  }
}

/// What one block of users leaves behind in a layer.
public struct LayerTrace<S: Scalar>: Sendable {
  /// Shape: b × outputs.
  public var output: Matrix<S>
  /// What the layer keeps for the way back.
  public var kept = Matrix<S>(rows: 0, columns: 0)
  /// What it computes on the way, where it has something in its middle.
  public var inner = Matrix<S>(rows: 0, columns: 0)
  /// ∂loss/∂parameter, one for each; empty unless in training.
  public var gradients: [Matrix<S>]
  /// ∂loss/∂(x Wᵀ + b) of a layer with such a product, after the way back.
  var productDelta = Matrix<S>(rows: 0, columns: 0)
  /// The sum of what the layer reads, where that is more than the layer below.
  var input = Matrix<S>(rows: 0, columns: 0)

  /// Makes room for a layer.
  public init(_ layer: any Layer, inputs: Int, rows: Int, forTraining: Bool) {
    output = Matrix(rows: rows, columns: layer.outputs(inputs: inputs))
    gradients = forTraining ? layer.parameters(inputs: inputs).map { Matrix(rows: $0.rows, columns: $0.columns) } : []
  }
}
