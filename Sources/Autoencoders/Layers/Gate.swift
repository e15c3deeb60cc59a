public import Compute

/// Half of the inputs, each gated by its partner in the other half: `a ⊙ σ(c)` of `[a | c]`.
///
/// After a wide input layer of twice the width without activation, it makes that layer gated.
public struct Gate: Layer, Equatable {
  /// Describes a gate.
  public init() {}

  /// Its operations.
  public var operations: [InferenceGraph.Operation] { [.gate] }
  /// The width of its outputs.
  public func outputs(inputs: Int) -> Int { inputs / 2 }
  /// No parameters.
  public func parameters(inputs: Int) -> [Parameter] { [] }

  /// The forward pass.
  public func forward<S: Scalar>(
    _ input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>, multiplier: inout Multiplier<S>
  ) {
    trace.output.setToGated(input, gates: &trace.kept)
  }

  /// The backward pass.
  public func backward<S: Scalar>(
    _ delta: consuming Matrix<S>, input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>,
    multiplier: inout Multiplier<S>
  ) -> Matrix<S> {
    var below = Matrix<S>(rows: input.rows, columns: input.columns)
    below.backpropagateGate(delta, halves: input, gates: trace.kept)
    return below
  }
}
