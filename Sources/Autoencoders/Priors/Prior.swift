public import Compute

/// The prior of a variational autoencoder: a distribution over latent vectors, with or without its own parameters.
///
/// Training uses the divergence and its gradient; bounds, inspection and sampling use ``FittedPrior``, which is made
/// from the components. The weight of the divergence is not part of the prior: see ``DivergenceWeight``.
public protocol Prior: Sendable {
  /// Its parameters, in the order in which they are passed to it; their names begin with `prior.` in files.
  func parameters(latent: Int) -> [Parameter]

  /// The number of pseudo-inputs that go through the encoder with the users of every update; 0 by default.
  ///
  /// They are learned behind the wide input layer: the first of ``parameters(latent:)`` has that layer's sums of each,
  /// K × H. The prior receives the encoder's output for them, `[mean | log-variance]`, K × 2L, in its place, and
  /// returns the gradient of that.
  var pseudoInputs: Int { get }

  /// Each user's divergence `log q(z|x) − log p(z)` in nats: its expectation if that has a closed form, otherwise its
  /// value at the draw in `trace.z`.
  ///
  /// - Parameters:
  ///   - trace: the values after the draw; ``LatentTrace/divergences`` has the divergences from N(0, I).
  ///   - head: `[mean | log-variance]`, b × 2L.
  func divergences<S: Scalar>(
    _ trace: inout LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>
  ) -> [Double]
  /// Converts ∂loss/∂z to ∂loss/∂head, including the weighted divergence.
  ///
  /// - Parameters:
  ///   - gradient: ∂reconstruction/∂z, b × L.
  ///   - weights: each user's weight of the divergence.
  /// - Returns: the gradients of the parameters.
  func backward<S: Scalar>(
    _ trace: LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>, gradient: consuming Matrix<S>,
    weights: [Double], into delta: inout Matrix<S>
  ) -> [Matrix<S>]

  /// The squared norm of each user's share of the gradients of the parameters; `nil` for a prior that cannot compute
  /// it.
  ///
  /// - Parameters:
  ///   - trace: the values after the backward pass.
  ///   - weights: each user's weight of the divergence.
  func squaredNorms<S: Scalar>(
    _ trace: LatentTrace<S>, _ parameters: ArraySlice<Matrix<S>>, weights: [Double]
  ) -> [Double]?

  /// Its components, Gaussians with diagonal covariance; their weights sum to 1.
  func components(latent: Int, _ parameters: ArraySlice<Matrix<Float>>) -> [GaussianComponent]
}

extension Prior {
  /// None.
  public var pseudoInputs: Int { 0 }
}

extension LatentTrace {
  /// The backward pass through the draw and through `log q(z|x)` at it, for priors whose divergence is estimated there.
  ///
  /// - Parameters:
  ///   - gradient: the gradient of the loss by z without `log q`; shape: b × L.
  ///   - weights: each user's weight of the divergence.
  func backpropagateDraw(_ gradient: Matrix<S>, head: Matrix<S>, weights: [Double], into delta: inout Matrix<S>) {
    delta.backpropagateGaussian(
      gradient: gradient, head: head, noise: noise, deviation: deviation,
      weights: [Double](repeating: 0, count: weights.count))
    delta.addGradientOfDrawDensities(head: head, weights: weights)
  }
}
