public import Compute

/// A fully connected layer whose outputs are gated: `h = (x Wᵀ + b) ⊙ σ(x Vᵀ + c)`.
///
/// Source: Dauphin, Fan, Auli & Grangier, "Language modeling with gated convolutional networks", ICML 2017, equation 1.
public struct GatedDense: Layer, Equatable {
  /// The number of outputs.
  public var width: Int

  /// Describes a layer.
  public init(_ width: Int) { self.width = width }

  /// Its operations.
  public var operations: [InferenceGraph.Operation] { [.dense, .gate] }
  /// The width of its outputs.
  public func outputs(inputs: Int) -> Int { width }

  /// `weight`, 2 outputs × inputs, W above V, and `bias`, b before c.
  ///
  /// Each half is initialised like a separate layer.
  public func parameters(inputs: Int) -> [Parameter] {
    [
      Parameter("weight", rows: 2 * width, columns: inputs, start: .weight(fan: inputs + width)),
      Parameter("bias", rows: 1, columns: 2 * width, start: .bias),
    ]
  }

  /// The forward pass.
  public func forward<S: Scalar>(
    _ input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>, multiplier: inout Multiplier<S>
  ) {
    let first = weights.startIndex
    trace.inner.reshape(rows: input.rows, columns: 2 * width)
    multiplier.multiply(input, transposed: weights[first], into: &trace.inner)
    trace.inner.add(bias: weights[first + 1])
    trace.output.setToGated(trace.inner, gates: &trace.kept)
  }

  /// The backward pass.
  public func backward<S: Scalar>(
    _ delta: consuming Matrix<S>, input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>,
    multiplier: inout Multiplier<S>
  ) -> Matrix<S> {
    var halves = Matrix<S>(rows: input.rows, columns: 2 * width)
    halves.backpropagateGate(delta, halves: trace.inner, gates: trace.kept)
    return Dense.backpropagate(
      halves, input: input, weights, trace: &trace, multiplier: &multiplier)
  }

  /// The norm of an outer product.
  public func squaredNorms<S: Scalar>(input: Matrix<S>, trace: LayerTrace<S>) -> [Double]? {
    trace.squaredNormsOfProduct(input: input)
  }
}
