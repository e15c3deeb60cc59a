public import Autoencoders
public import Compute

/// The prior N(0, I).
///
/// Its draws resemble users only if the aggregate posterior is close to it, which ``AggregatePosterior/divergence`` measures.
public struct PriorSource: LatentSource {
  /// Only a distribution has a prior.
  public typealias Latent = GaussianLatent
  private let dimensions: Int

  /// The prior of a model.
  public init(of model: Autoencoder<GaussianLatent>) { dimensions = model.design.latent }

  /// Draws z ~ N(0, I).
  public func draw(users: Range<Int>, seed: Seed, engine: ProductEngine) -> LatentDraws {
    LatentDraws(vectors: SamplingStream.noise(users: users, dimensions: dimensions, seed: seed))
  }
}
