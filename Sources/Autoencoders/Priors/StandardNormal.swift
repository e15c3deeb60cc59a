public import Compute

/// N(0, I), with the divergence in closed form: `½ Σ (σ² + μ² − 1 − log σ²)`.
///
/// Source: Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014, appendix B.
public struct StandardNormal: Prior, Equatable {
  /// The standard normal distribution.
  public init() {}

  /// No parameters.
  public func parameters(latent: Int) -> [Parameter] { [] }

  /// The divergences that the draw has already computed.
  public func divergences<S: Scalar>(
    _ trace: inout LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>
  ) -> [Double] { trace.divergences }

  /// The backward pass.
  public func backward<S: Scalar>(
    _ trace: LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>, gradient: consuming Matrix<S>,
    weights: [Double], into delta: inout Matrix<S>
  ) -> [Matrix<S>] {
    delta.backpropagateGaussian(
      gradient: gradient, head: head, noise: trace.noise, deviation: trace.deviation, weights: weights)
    return []
  }

  /// No parameters are learned.
  public func squaredNorms<S: Scalar>(
    _ trace: LatentTrace<S>, _ parameters: ArraySlice<Matrix<S>>, weights: [Double]
  ) -> [Double]? { weights.map { _ in 0 } }

  /// One component.
  public func components(latent: Int, _ parameters: ArraySlice<Matrix<Float>>) -> [GaussianComponent] {
    [.standard(dimensions: latent)]
  }
}
