public import Compute

/// The source of the number of items of a synthetic user.
///
/// The models do not generate it: a multinomial is conditioned on the number of items.
public enum ProfileLengths: Sendable {
  /// The distribution of the training data, independent of the latent vector.
  case empirical(LengthHistogram)
  /// A negative binomial fitted to the training lengths, independent of the latent vector.
  case negativeBinomial(ShiftedNegativeBinomial)
  /// The length of a real user near the latent vector.
  case nearby(Neighbourhood)
  /// The length of the real user the vector comes from; for a source without one (``LatentDraws/lengths``), lengths are
  /// drawn as in the training data.
  case own(otherwise: LengthHistogram)

  /// The lengths of some synthetic users, each drawn from the user's own stream.
  func draw(_ draws: LatentDraws, users: Range<Int>, seed: Seed, engine: ProductEngine) -> [Int] {
    func each(_ draw: (_ place: Int, _ random: inout RandomSource) -> Int) -> [Int] {
      users.enumerated().map { place, user in
        var random = SamplingStream.length.random(seed: seed, user: user)
        return draw(place, &random)
      }
    }
    switch self {
    case .empirical(let histogram): return each { _, random in histogram.draw(using: &random) }
    case .negativeBinomial(let distribution): return each { _, random in distribution.draw(using: &random) }
    case .nearby(let neighbourhood):
      return neighbourhood.draw(at: draws.vectors, users: users, seed: seed, engine: engine)
    case .own(let histogram):
      if let lengths = draws.lengths { return lengths }
      return each { _, random in histogram.draw(using: &random) }
    }
  }
}

/// The shortest training length plus a negative binomial excess, fitted by maximum likelihood.
public struct ShiftedNegativeBinomial: Sendable, Equatable {
  /// The shortest length.
  public let least: Int
  /// The excess over it.
  public let excess: NegativeBinomial

  /// Fits the excess over the shortest length of a histogram.
  ///
  /// - Throws: `GSLError` when the fit does not converge.
  public init(fitting histogram: LengthHistogram) throws {
    least = histogram.least
    excess = try NegativeBinomial(fitting: Array(histogram.counts.dropFirst(least)))
  }

  /// One length.
  public func draw(using random: inout RandomSource) -> Int { least + excess.draw(using: &random) }
}
