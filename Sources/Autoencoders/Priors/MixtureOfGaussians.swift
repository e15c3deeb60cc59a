public import Compute

/// `p(z) = Σ_c π_c N(z; m_c, diag exp t_c)` with K components whose weights, means and variances are learned.
///
/// The divergence has no closed form; it is estimated by `log q(z|x) − log p(z)` at the one z that training draws,
/// which is unbiased. Source: the mixture of Gaussians in Tomczak & Welling, "VAE with a VampPrior", AISTATS 2018,
/// section 2 and equation 5.
public struct MixtureOfGaussians: Prior, Equatable {
  /// K.
  public var components: Int
  /// The standard deviation of the draws with which the means start; components that start equal would stay equal.
  public var spread: Double

  /// Describes a mixture.
  ///
  /// - Precondition: there is at least one component.
  public init(components: Int, spread: Double = 1) {
    precondition(components > 0, "a mixture of \(components) Gaussians")
    self.components = components
    self.spread = spread
  }

  /// `logits`, 1 × K, and `means` and `logVariances`, K × L: initially with equal weights and unit variances.
  public func parameters(latent: Int) -> [Parameter] {
    [
      Parameter("logits", rows: 1, columns: components, start: .constant(0)),
      Parameter("means", rows: components, columns: latent, start: .gaussian(deviation: spread)),
      Parameter("logVariances", rows: components, columns: latent, start: .constant(0)),
    ]
  }

  private func mixture<S: Scalar>(_ parameters: ArraySlice<Matrix<S>>) -> GaussianMixture<S> {
    let first = parameters.startIndex
    return GaussianMixture(
      logits: parameters[first], means: parameters[first + 1], logVariances: parameters[first + 2])
  }

  /// The divergences for training.
  public func divergences<S: Scalar>(
    _ trace: inout LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>
  ) -> [Double] { mixture(parameters).divergences(&trace, head: head) }

  /// The backward pass.
  public func backward<S: Scalar>(
    _ trace: LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>, gradient: consuming Matrix<S>,
    weights: [Double], into delta: inout Matrix<S>
  ) -> [Matrix<S>] {
    let (logits, means, logVariances) = mixture(parameters).backward(
      trace, head: head, gradient: gradient, weights: weights, into: &delta)
    return [logits, means, logVariances]
  }

  /// As for every mixture.
  public func squaredNorms<S: Scalar>(
    _ trace: LatentTrace<S>, _ parameters: ArraySlice<Matrix<S>>, weights: [Double]
  ) -> [Double]? {
    mixture(parameters).squaredNorms(trace.z, responsibilities: trace.responsibilities, weights: weights)
  }

  /// K of them.
  public func components(latent: Int, _ parameters: ArraySlice<Matrix<Float>>) -> [GaussianComponent] {
    mixture(parameters).components
  }
}

/// The shared part of priors that are mixtures.
extension GaussianMixture {
  /// `log q(z|x) − log p(z)` of every user at the z that training draws.
  func divergences(_ trace: inout LatentTrace<S>, head: Matrix<S>) -> [Double] {
    let prior = logDensities(of: trace.z, responsibilities: &trace.responsibilities)
    return zip(head.logDensitiesOfDraws(noise: trace.noise), prior).map(-)
  }

  /// Converts ∂loss/∂z to ∂loss/∂head as ``Prior`` requires, and returns the gradients of the mixture's parameters.
  func backward(
    _ trace: LatentTrace<S>, head: Matrix<S>, gradient: consuming Matrix<S>, weights: [Double],
    into delta: inout Matrix<S>
  ) -> (logits: Matrix<S>, means: Matrix<S>, logVariances: Matrix<S>) {
    var gradient = gradient
    let own = backpropagate(
      trace.z, responsibilities: trace.responsibilities, weights: weights, addingTo: &gradient)
    trace.backpropagateDraw(gradient, head: head, weights: weights, into: &delta)
    return own
  }

  /// Its components.
  var components: [GaussianComponent] {
    weights.enumerated().map { component, weight in
      GaussianComponent(
        weight: weight, mean: means[row: component].map { Double($0) }, variance: variances(component))
    }
  }
}
