public import Autoencoders
public import Compute
public import InteractionData

/// The posterior of one user, widened or narrowed: `z = μ + τ σ ⊙ ε`.
public struct PosteriorSource: LatentSource {
  /// A posterior requires a distribution.
  public typealias Latent = GaussianLatent
  /// μ; shape: 1 × L.
  public let mean: Matrix<Float>
  /// log σ²; shape: 1 × L.
  public let logVariance: Matrix<Float>
  /// τ: 0 repeats the mean, 1 is the posterior, larger values explore further.
  public let spread: Double
  /// The number of items of the user.
  public let length: Int

  /// The posterior of the only user of `profile`.
  ///
  /// - Precondition: there is one user, and `spread` is finite and not negative.
  public init(
    of model: Autoencoder<GaussianLatent>, near profile: Profiles, spread: Double = 1, using engine: ProductEngine
  ) {
    precondition(profile.items.rowCount == 1, "the posterior of \(profile.items.rowCount) users")
    precondition(spread.isFinite && spread >= 0, "a spread of \(spread)")
    let codes = model.encode(profile, using: engine)
    (mean, logVariance) = (codes.mean, codes.logVariance)
    self.spread = spread
    length = profile.items.count(ofRow: 0)
  }

  /// Draws from the posterior.
  public func draw(users: Range<Int>, seed: Seed, engine: ProductEngine) -> LatentDraws {
    var noise = SamplingStream.noise(users: users, dimensions: mean.columns, seed: seed)
    var means = Matrix<Float>(rows: users.count, columns: mean.columns)
    var logVariances = means
    for row in 0..<users.count {
      noise.scale(row: row, by: Float(spread))
      means.copy(mean, toRow: row)
      logVariances.copy(logVariance, toRow: row)
    }
    return LatentDraws(
      vectors: means.addingScaledNoise(noise, logVariance: logVariances),
      lengths: [Int](repeating: length, count: users.count))
  }
}
