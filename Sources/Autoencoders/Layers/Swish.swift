public import Compute

/// `x ⊙ σ(x)`, element by element.
///
/// Source: Ramachandran, Zoph & Le, "Searching for activation functions", 2017; the activation of RecVAE.
public struct Swish: Layer, Equatable {
  /// Describes the activation.
  public init() {}

  /// What it computes.
  public var operations: [InferenceGraph.Operation] { [.swish] }
  /// The width of its outputs.
  public func outputs(inputs: Int) -> Int { inputs }
  /// None of its own.
  public func parameters(inputs: Int) -> [Parameter] { [] }

  /// From below to above.
  public func forward<S: Scalar>(
    _ input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>, multiplier: inout Multiplier<S>
  ) {
    trace.output.setToSwish(input, gates: &trace.kept)
  }

  /// From above to below.
  public func backward<S: Scalar>(
    _ delta: consuming Matrix<S>, input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>,
    multiplier: inout Multiplier<S>
  ) -> Matrix<S> {
    var delta = delta
    delta.backpropagateSwish(input: input, gates: trace.kept)
    return delta
  }
}
