public import Compute

/// What the posteriors of a variational autoencoder are held against: a distribution over latent vectors, with or without
/// parameters of its own.
///
/// Training asks for the divergence and its gradient; what bounds, inspection and sampling ask for, ``FittedPrior`` makes of the
/// components. How much the divergence weighs is no matter of the prior: see ``DivergenceWeight``.
public protocol Prior: Sendable {
  /// Its parameters, in the order in which they are handed to it; their names begin with `prior.` in files.
  func parameters(latent: Int) -> [Parameter]

  /// How many pseudo-inputs go through the encoder with the users of every update; none unless stated otherwise.
  ///
  /// They are learned where the wide input layer ends: the first of ``parameters(latent:)`` has that layer's sums of each, K × H,
  /// and is handed on as what the encoder makes of them, `[mean | log-variance]`, K × 2L. Of that is then the gradient.
  var pseudoInputs: Int { get }

  /// Each user's divergence `log q(z|x) − log p(z)` in nats: its expectation where that has a closed form, else at the draw
  /// in `trace.z`.
  ///
  /// - Parameters:
  ///   - trace: after the draw; ``LatentTrace/divergences`` has those from N(0, I).
  ///   - head: `[mean | log-variance]`, b × 2L.
  func divergences<S: Scalar>(
    _ trace: inout LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>
  ) -> [Double]
  /// Turns ∂loss/∂z into ∂loss/∂head, the weighted divergence included.
  ///
  /// - Parameters:
  ///   - gradient: ∂reconstruction/∂z, b × L.
  ///   - weights: each user's weight of the divergence.
  /// - Returns: the gradients of the parameters.
  func backward<S: Scalar>(
    _ trace: LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>, gradient: consuming Matrix<S>,
    weights: [Double], into delta: inout Matrix<S>
  ) -> [Matrix<S>]

  /// The squared norm of each user's share of the gradients of the parameters; `nil` for a prior that cannot tell.
  ///
  /// - Parameters:
  ///   - trace: after the way back.
  ///   - weights: each user's weight of the divergence.
  func squaredNorms<S: Scalar>(
    _ trace: LatentTrace<S>, _ parameters: ArraySlice<Matrix<S>>, weights: [Double]
  ) -> [Double]?

  /// The Gaussians with diagonal covariance that it is made of; their weights sum to 1.
  func components(latent: Int, _ parameters: ArraySlice<Matrix<Float>>) -> [GaussianComponent]
}

extension Prior {
  /// None.
  public var pseudoInputs: Int { 0 }
}

extension LatentTrace {
  /// Goes back through the draw and through `log q(z|x)` at it, for priors whose divergence is estimated there.
  ///
  /// - Parameters:
  ///   - gradient: of the loss by z but for `log q`; shape: b × L.
  ///   - weights: each user's weight of the divergence.
  func backpropagateDraw(_ gradient: Matrix<S>, head: Matrix<S>, weights: [Double], into delta: inout Matrix<S>) {
    delta.backpropagateGaussian(
      gradient: gradient, head: head, noise: noise, deviation: deviation,
      weights: [Double](repeating: 0, count: weights.count))
    delta.addGradientOfDrawDensities(head: head, weights: weights)
  }
}
