public import Compute

/// Half of the inputs, each let through as far as its partner in the other half says: `a ⊙ σ(c)` of `[a | c]`.
///
/// After a wide input layer of twice the width without activation it makes that layer a gated one.
public struct Gate: Layer, Equatable {
  /// Describes a gate.
  public init() {}

  /// What it computes.
  public var operations: [InferenceGraph.Operation] { [.gate] }
  /// The width of its outputs.
  public func outputs(inputs: Int) -> Int { inputs / 2 }
  /// None of its own.
  public func parameters(inputs: Int) -> [Parameter] { [] }

  /// From below to above.
  public func forward<S: Scalar>(
    _ input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>, multiplier: inout Multiplier<S>
  ) {
    trace.output.setToGated(input, gates: &trace.kept)
  }

  /// From above to below.
  public func backward<S: Scalar>(
    _ delta: consuming Matrix<S>, input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>,
    multiplier: inout Multiplier<S>
  ) -> Matrix<S> {
    var below = Matrix<S>(rows: input.rows, columns: input.columns)
    below.backpropagateGate(delta, halves: input, gates: trace.kept)
    return below
  }
}
