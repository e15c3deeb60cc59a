public import Autoencoders
public import Compute
public import InteractionData

/// The aggregate posterior q(z): a real user at random, then a draw from their posterior, `z ~ N(μ_u, σ_u²)`.
///
/// Users are stored as sparse rows and encoded when drawn, so that memory does not grow with users × L.
public struct PopulationSource: LatentSource {
  /// Posteriors require a distribution.
  public typealias Latent = GaussianLatent
  private let model: Autoencoder<GaussianLatent>
  private let profiles: Profiles

  /// The aggregate posterior of some users.
  ///
  /// - Precondition: there is at least one user.
  public init(of model: Autoencoder<GaussianLatent>, over profiles: Profiles) {
    precondition(profiles.items.rowCount > 0, "an aggregate posterior needs at least one user")
    self.model = model
    self.profiles = profiles
  }

  /// Draws real users with replacement, and a vector from the posterior of each.
  public func draw(users: Range<Int>, seed: Seed, engine: ProductEngine) -> LatentDraws {
    let origins = users.map { user in
      var random = SamplingStream.origin.random(seed: seed, user: user)
      return random.integer(below: profiles.items.rowCount)
    }
    let drawn = Profiles(
      items: profiles.items.selecting(rows: origins),
      trainingRows: profiles.trainingRows.map { rows in origins.map { rows[$0] } })
    let codes = model.encode(drawn, using: engine)
    let noise = SamplingStream.noise(users: users, dimensions: model.design.latent, seed: seed)
    return LatentDraws(
      vectors: codes.mean.addingScaledNoise(noise, logVariance: codes.logVariance),
      lengths: origins.map { profiles.items.count(ofRow: $0) })
  }
}
