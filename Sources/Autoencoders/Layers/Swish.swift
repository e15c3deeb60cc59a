public import Compute

/// `x ⊙ σ(x)`, element by element.
///
/// Source: Ramachandran, Zoph & Le, "Searching for activation functions", 2017; the activation of RecVAE.
public struct Swish: Layer, Equatable {
  /// Describes the activation.
  public init() {}

  public var kind: LayerKind { .swish }
  public func outputs(inputs: Int) -> Int { inputs }
  public func parameters(inputs: Int) -> [Parameter] { [] }

  public func forward<S: Scalar>(
    _ input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>, multiplier: inout Multiplier<S>
  ) {
    trace.output.setToSwish(input, gates: &trace.kept)
  }

  public func backward<S: Scalar>(
    _ delta: consuming Matrix<S>, input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>,
    multiplier: inout Multiplier<S>
  ) -> Matrix<S> {
    var delta = delta
    delta.backpropagateSwish(input: input, gates: trace.kept)
    return delta
  }
}
