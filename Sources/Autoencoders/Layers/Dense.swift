public import Compute

/// A fully connected layer: `y = g(x Wᵀ + b)`.
public struct Dense: Layer, Equatable {
  /// The number of outputs.
  public var width: Int
  /// g.
  public var activation: Activation

  /// Describes a layer.
  public init(_ width: Int, _ activation: Activation = .identity) {
    self.width = width
    self.activation = activation
  }

  /// Its operations.
  public var operations: [InferenceGraph.Operation] { [.dense] + activation.operations }
  /// The width of its outputs.
  public func outputs(inputs: Int) -> Int { width }

  /// `weight`, outputs × inputs, and `bias`.
  public func parameters(inputs: Int) -> [Parameter] {
    [
      Parameter("weight", rows: width, columns: inputs, start: .weight(fan: inputs + width)),
      Parameter("bias", rows: 1, columns: width, start: .bias),
    ]
  }

  /// The forward pass.
  public func forward<S: Scalar>(
    _ input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>, multiplier: inout Multiplier<S>
  ) {
    let first = weights.startIndex
    trace.output.reshape(rows: input.rows)
    multiplier.multiply(input, transposed: weights[first], into: &trace.output)
    trace.output.add(bias: weights[first + 1])
    trace.output.apply(activation)
  }

  /// The backward pass.
  public func backward<S: Scalar>(
    _ delta: consuming Matrix<S>, input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>,
    multiplier: inout Multiplier<S>
  ) -> Matrix<S> {
    var delta = delta
    delta.backpropagate(through: activation, outputs: trace.output)
    return Self.backpropagate(delta, input: input, weights, trace: &trace, multiplier: &multiplier)
  }

  /// The norm of an outer product.
  public func squaredNorms<S: Scalar>(input: Matrix<S>, trace: LayerTrace<S>) -> [Double]? {
    trace.squaredNormsOfProduct(input: input)
  }

  /// The backward pass from ∂loss/∂(pre-activation) to ∂loss/∂input, which sets the gradients of weight and bias.
  static func backpropagate<S: Scalar>(
    _ delta: Matrix<S>, input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>,
    multiplier: inout Multiplier<S>
  ) -> Matrix<S> {
    multiplier.multiply(transposing: delta, input, into: &trace.gradients[0])
    trace.gradients[1].setToColumnSums(of: delta)
    trace.productDelta = delta
    var below = Matrix<S>(rows: input.rows, columns: input.columns)
    multiplier.multiply(delta, weights[weights.startIndex], into: &below)
    return below
  }
}

extension LayerTrace {
  /// The squared norms of the users' gradients of a weight and a bias.
  func squaredNormsOfProduct(input: Matrix<S>) -> [Double] {
    (0..<productDelta.rows).map { productDelta.sumOfSquares(row: $0) * (input.sumOfSquares(row: $0) + 1) }
  }
}
