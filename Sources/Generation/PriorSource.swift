public import Autoencoders
public import Compute

/// The prior N(0, I): users nobody has ever been.
///
/// Worth as much as training has pulled the posteriors to it; ``AggregatePosterior/divergence`` says how much that is.
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
