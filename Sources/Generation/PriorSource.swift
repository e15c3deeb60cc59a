public import Autoencoders
public import Compute

/// The prior of a model: N(0, I), or a learned prior.
///
/// Its draws resemble users only if the aggregate posterior is close to it, which `AggregatePosterior/divergence` measures.
public struct PriorSource: LatentSource {
  /// A prior requires a distribution.
  public typealias Latent = GaussianLatent
  private let prior: FittedPrior

  /// The prior of a model.
  public init(of model: Autoencoder<GaussianLatent>) { prior = model.prior }

  /// Draws z from the prior.
  public func draw(users: Range<Int>, seed: Seed, engine: ProductEngine) -> LatentDraws {
    var vectors = Matrix<Float>(rows: users.count, columns: prior.dimensions)
    for (place, user) in users.enumerated() {
      var random = SamplingStream.latent.random(seed: seed, user: user)
      vectors.copy(prior.draw(count: 1, using: &random), toRow: place)
    }
    return LatentDraws(vectors: vectors)
  }
}
