public import Compute

/// `p(z) = Σ_k π_k q(z | u_k)`: a mixture of the posteriors of K pseudo-inputs u that are learned.
///
/// It follows the encoder, so nothing pulls the posteriors to regions without users. The divergence is estimated by
/// `log q(z|x) − log p(z)` at the one z that training draws.
///
/// Source: Tomczak & Welling, "VAE with a VampPrior", AISTATS 2018, section 2 and equation 10.
///
/// Differences from the paper: a pseudo-input is learned as its sums in the wide input layer, H numbers instead of I, so that the
/// prior's size does not grow with the catalogue; every input of the paper has such sums. The weights π are learned,
/// while the paper has 1/K.
public struct VampPrior: Prior, Equatable {
  /// K.
  public var pseudoInputs: Int
  /// H, the width of the wide input layer.
  public var inputWidth: Int
  /// The standard deviation of the draws with which the pseudo-inputs start; those that start equal would stay equal.
  public var spread: Double

  /// Describes a prior.
  ///
  /// - Precondition: there is at least one pseudo-input.
  public init(pseudoInputs: Int, inputWidth: Int, spread: Double = 1) {
    precondition(pseudoInputs > 0, "a prior of \(pseudoInputs) pseudo-inputs")
    (self.pseudoInputs, self.inputWidth, self.spread) = (pseudoInputs, inputWidth, spread)
  }

  /// `inputs`, K × H, and `logits`, 1 × K: initially with equal weights.
  public func parameters(latent: Int) -> [Parameter] {
    [
      Parameter("inputs", rows: pseudoInputs, columns: inputWidth, start: .gaussian(deviation: spread)),
      Parameter("logits", rows: 1, columns: pseudoInputs, start: .constant(0)),
    ]
  }

  private func mixture<S: Scalar>(_ parameters: ArraySlice<Matrix<S>>) -> GaussianMixture<S> {
    let (means, logVariances) = parameters[parameters.startIndex].halves
    return GaussianMixture(logits: parameters[parameters.startIndex + 1], means: means, logVariances: logVariances)
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
    return [Matrix(halves: means, logVariances), logits]
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
