import Compute

/// The corruption of the input during training; at evaluation the input is unchanged.
public enum Corruption: Codable, Sendable, Equatable {
  /// No corruption.
  case none
  /// Each entry becomes 0 with probability `rate` (q), otherwise it is multiplied by `scale` (δ).
  ///
  /// With δ = 1/(1−q) the expectation is the clean input: this is "dropout". Source: Wu et al., "Collaborative denoising
  /// auto-encoders for top-N recommender systems", WSDM 2016, equation 5.
  case masking(rate: Double, scale: Double)
  /// Adds N(0, σ²) to every entry a user has. Zero entries stay zero: noise on them would make the input dense.
  case gaussian(deviation: Double)

  /// Masking with δ = 1/(1−q), or no corruption at q = 0.
  public static func dropout(_ rate: Double) -> Corruption {
    rate == 0 ? .none : .masking(rate: rate, scale: 1 / (1 - rate))
  }

  /// The factor for a kept entry.
  var keptScale: Double {
    if case .masking(_, let scale) = self { scale } else { 1 }
  }

  /// The corrupted value of one entry; `nil` if it is left out.
  @inline(__always)
  func apply<S: Scalar>(to value: S, using random: inout RandomSource) -> S? {
    switch self {
    case .none: value
    case .masking(let rate, let scale): random.uniform() < rate ? nil : value * S(scale)
    case .gaussian(let deviation): value + S(random.gaussian() * deviation)
    }
  }
}
