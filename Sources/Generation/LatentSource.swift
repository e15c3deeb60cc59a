public import Autoencoders
public import Compute

/// A distribution over a latent space: the source of synthetic users.
///
/// The space is part of the type. The prior and the posteriors are sources over `GaussianLatent` only, so a generator
/// over an autoencoder's points does not accept them: it accepts only ``FittedGaussian``, a density fitted to the codes
/// after training.
public protocol LatentSource<Latent>: Sendable {
  /// The latent space.
  associatedtype Latent: LatentSpace

  /// Draws the latent vectors of some synthetic users.
  ///
  /// Each user draws from streams of their own (``SamplingStream``), so the same user gets the same vector at any thread count.
  ///
  /// - Parameter users: their numbers, from 0.
  func draw(users: Range<Int>, seed: Seed, engine: ProductEngine) throws -> LatentDraws
}

/// Latent vectors for the decoder.
public struct LatentDraws: Sendable {
  /// One vector for each synthetic user; shape: B × L.
  public var vectors: Matrix<Float>
  /// The profile lengths of the real users from whom the vectors come, if each comes from one or two of them.
  public var lengths: [Int]?

  /// Creates draws.
  public init(vectors: Matrix<Float>, lengths: [Int]? = nil) {
    self.vectors = vectors
    self.lengths = lengths
  }
}

/// The purposes of a synthetic user's random numbers; each has its own independent stream.
public enum SamplingStream: Int, Sendable {
  case latent, length, items, origin

  /// The stream of a user.
  public func random(seed: Seed, user: Int) -> RandomSource { seed.stream(.sampling, user, rawValue) }
}

/// The numbers of users who are drawn to fit something and are never written.
///
/// They are negative, so that the streams differ from those of all written users.
enum PilotUsers {
  /// Users in a block: small enough that each of several threads has one.
  static let blockSize = 128
  /// For the frequencies of lengths: ``Neighbourhood/calibrated(to:by:seed:processor:)``.
  static let lengths = -4096..<0
  /// For the shares of items: ``PopularityCorrection``.
  static let shares = -5120..<(-4096)
}

extension SamplingStream {
  /// Draws from N(0, I) for some users, each from their own stream; shape: B × L.
  static func noise(users: Range<Int>, dimensions: Int, seed: Seed) -> Matrix<Float> {
    var noise = Matrix<Float>(rows: users.count, columns: dimensions)
    var row = Matrix<Float>(rows: 1, columns: dimensions)
    for (place, user) in users.enumerated() {
      var random = SamplingStream.latent.random(seed: seed, user: user)
      random.fillGaussian(&row)
      noise.copy(row, toRow: place)
    }
    return noise
  }
}
