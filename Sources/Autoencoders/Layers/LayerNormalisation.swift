public import Compute

/// Each row normalised to mean 0 and variance 1, then scaled and shifted: `(x − mean) / √(variance + ε) ⊙ weight +
/// bias`.
///
/// The variance divides by the width. Source: Ba, Kiros & Hinton, "Layer normalization", 2016, equation 4.
public struct LayerNormalisation: Layer, Equatable {
  /// ε; 1e-5 is PyTorch's, 0.1 RecVAE's.
  public var epsilon: Double

  /// Describes a layer.
  public init(epsilon: Double = 1e-5) { self.epsilon = epsilon }

  /// Its operations.
  public var operations: [InferenceGraph.Operation] { [.normalisation(epsilon: epsilon)] }
  /// The width of its outputs.
  public func outputs(inputs: Int) -> Int { inputs }

  /// `weight`, initially 1, and `bias`, initially 0; neither is penalised.
  public func parameters(inputs: Int) -> [Parameter] {
    [
      Parameter("weight", rows: 1, columns: inputs, start: .constant(1)),
      Parameter("bias", rows: 1, columns: inputs, start: .constant(0)),
    ]
  }

  /// The forward pass.
  public func forward<S: Scalar>(
    _ input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>, multiplier: inout Multiplier<S>
  ) {
    let first = weights.startIndex
    trace.output.setToNormalised(
      input, weight: weights[first], bias: weights[first + 1], epsilon: epsilon, kept: &trace.kept)
  }

  /// The backward pass.
  public func backward<S: Scalar>(
    _ delta: consuming Matrix<S>, input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>,
    multiplier: inout Multiplier<S>
  ) -> Matrix<S> {
    var delta = delta
    var (weight, bias) = (Matrix<S>(rows: 1, columns: delta.columns), Matrix<S>(rows: 1, columns: delta.columns))
    delta.backpropagateNormalisation(
      kept: trace.kept, weight: weights[weights.startIndex], weightGradient: &weight, biasGradient: &bias)
    trace.gradients = [weight, bias]
    return delta
  }
}
