public import Compute

/// A layer between the two wide ones: rows in, rows out, with its own parameters.
public protocol Layer: Sendable {
  /// Its operations, for describing a network without running it; they take its parameters in order.
  var operations: [InferenceGraph.Operation] { get }
  /// The width of its outputs for inputs of a width.
  func outputs(inputs: Int) -> Int
  /// Its parameters, in the order in which they are passed to it.
  func parameters(inputs: Int) -> [Parameter]

  /// Computes `trace.output` (b × outputs) from `input` (b × inputs), and keeps there the values that the backward pass
  /// needs.
  func forward<S: Scalar>(
    _ input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>, multiplier: inout Multiplier<S>)
  /// Turns ∂loss/∂output (b × outputs) into ∂loss/∂input (b × inputs), and sets `trace.gradients` to those of the
  /// parameters.
  func backward<S: Scalar>(
    _ delta: consuming Matrix<S>, input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>,
    multiplier: inout Multiplier<S>
  ) -> Matrix<S>

  /// The squared Euclidean norm of each user's share of the gradients of all parameters together, after the backward
  /// pass; `nil` for a layer that cannot compute it.
  ///
  /// The gradient of `x Wᵀ + b` for one user is the outer product of ∂loss/∂output and x, so its norm is the product of
  /// their norms and it need not be formed: Li, Tramèr, Liang & Hashimoto, "Large language models can be strong
  /// differentially private learners", ICLR 2022, section 4.
  func squaredNorms<S: Scalar>(input: Matrix<S>, trace: LayerTrace<S>) -> [Double]?
}

extension Layer {
  /// Zero for a layer without parameters; `nil` for others unless they implement it.
  public func squaredNorms<S: Scalar>(input: Matrix<S>, trace: LayerTrace<S>) -> [Double]? {
    trace.gradients.isEmpty ? [Double](repeating: 0, count: trace.output.rows) : nil
  }
}

/// The values of one block of users in a layer.
public struct LayerTrace<S: Scalar>: Sendable {
  /// Shape: b × outputs.
  public var output: Matrix<S>
  /// The values kept for the backward pass.
  public var kept = Matrix<S>(rows: 0, columns: 0)
  /// An intermediate value, if the layer has one.
  public var inner = Matrix<S>(rows: 0, columns: 0)
  /// ∂loss/∂parameter, one for each; empty unless in training.
  public var gradients: [Matrix<S>]
  /// ∂loss/∂(x Wᵀ + b) of a layer with such a product, after the backward pass.
  var productDelta = Matrix<S>(rows: 0, columns: 0)
  /// The sum of the layer's inputs, if it reads more than the layer below.
  var input = Matrix<S>(rows: 0, columns: 0)

  /// Allocates the values of a layer.
  public init(_ layer: any Layer, inputs: Int, rows: Int, forTraining: Bool) {
    output = Matrix(rows: rows, columns: layer.outputs(inputs: inputs))
    gradients = forTraining ? layer.parameters(inputs: inputs).map { Matrix(rows: $0.rows, columns: $0.columns) } : []
  }
}
