public import Compute

/// `x ⊙ σ(x)`, element by element.
///
/// Source: Ramachandran, Zoph & Le, "Searching for activation functions", 2017; the activation of RecVAE.
public struct Swish: Layer, Equatable {
  /// Describes the activation.
  public init() {}

  /// Its operations.
  public var operations: [InferenceGraph.Operation] { [.swish] }
  /// The width of its outputs.
  public func outputs(inputs: Int) -> Int { inputs }
  /// No parameters.
  public func parameters(inputs: Int) -> [Parameter] { [] }

  /// The forward pass.
  public func forward<S: Scalar>(
    _ input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>, multiplier: inout Multiplier<S>
  ) {
    trace.output.setToSwish(input, gates: &trace.kept)
  }

  /// The backward pass.
  public func backward<S: Scalar>(
    _ delta: consuming Matrix<S>, input: Matrix<S>, _ weights: ArraySlice<Matrix<S>>, trace: inout LayerTrace<S>,
    multiplier: inout Multiplier<S>
  ) -> Matrix<S> {
    var delta = delta
    delta.backpropagateSwish(input: input, gates: trace.kept)
    return delta
  }
}
