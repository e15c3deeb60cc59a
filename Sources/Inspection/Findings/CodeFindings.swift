public import FileFormats
import InteractionData

/// Measures of any code, a point or the mean of a distribution (U users, L dimensions).
///
/// For a Gaussian latent space the code of a user is the mean of their posterior.
public struct CodeFindings: Sendable, Equatable {
  /// One row for each dimension, in the model's order; shape: L.
  public let dimensions: [DimensionFindings]
  /// The number of active dimensions.
  public let activeUnits: Int
  /// The number of singular values of the centred codes above the rounding of single precision.
  public let rank: Int
  /// The singular values of the centred codes, largest first, over √U; shape: L.
  public let singularValues: [Double]
  /// (Σ λ)² ÷ Σ λ² over the eigenvalues of the covariance: how many directions share the variance.
  public let effectiveRank: Double
  /// The total correlation of a Gaussian with the covariance of the codes, in nats; infinite when one dimension is a
  /// combination of others.
  ///
  /// Dimensions that do not vary are left out.
  public let totalCorrelation: Double
  /// The region of the codes.
  public let region: RegionFindings
  /// Codes compared with draws from the prior.
  public let discrepancy: DiscrepancyFindings

  /// The share of the variance that sentences and tables call nearly all.
  package static let most = 0.9

  /// How many principal directions carry a share of the variance between users; 0 where nothing varies.
  public func directions(carrying share: Double) -> Int {
    (carried.firstIndex { $0 >= share }).map { $0 + 1 } ?? 0
  }

  /// The share of the variance that the first 1, 2, … principal directions carry; empty where nothing varies.
  public var carried: [Double] {
    let variances = singularValues.map { $0 * $0 }
    let total = variances.reduce(0, +)
    if total <= 0 { return [] }
    var sum = 0.0
    return variances.map { variance in
      sum += variance
      return sum / total
    }
  }
}

/// One dimension of the codes, over the users.
public struct DimensionFindings: Sendable, Equatable {
  /// Counted from 1, as in the columns of `doppel encode`.
  public let number: Int
  /// The mean over the users.
  public let mean: Double
  /// The variance over the users, divided by U.
  public let variance: Double
  /// Whether the variance exceeds ``InspectionOptions/activeThreshold``.
  ///
  /// Source: Burda, Grosse & Salakhutdinov, "Importance weighted autoencoders", ICLR 2016, section 4.
  public let isActive: Bool
  /// The items whose probability rises most when the dimension increases, strongest first; empty for an inactive dimension.
  public let up: [MovedItem]
  /// The items whose probability rises most when it decreases; empty for an inactive dimension.
  public let down: [MovedItem]
}

/// An item and its probability at both ends of a dimension: at the mean of all codes, minus and plus c deviations.
public struct MovedItem: Sendable, Equatable {
  /// The item's id.
  public let item: String
  /// The item's title, where it has one.
  public let title: String?
  /// Its share of the decoded profile at the low end.
  public let low: Double
  /// Its share at the high end.
  public let high: Double
  /// What going from the low end to the high one adds.
  public var change: Double { high - low }
  /// What a list shows.
  public var label: String { ItemTitles.label(item, title: title) }
}

/// The region of the codes, compared with the prior: the model's own, or N(0, I) for points, which have none (L dimensions).
public struct RegionFindings: Sendable, Equatable {
  /// The smallest coordinate.
  public let smallest: Double
  /// The largest coordinate.
  public let largest: Double
  /// Quantiles 0.05, 0.5 and 0.95 of ‖z‖ ÷ √L, which is near 1 for N(0, I).
  ///
  /// For a distribution z is drawn from each posterior, for a point it is the code.
  public let radius: [Double]
  /// The share of coordinates of draws from the prior beyond the smallest or largest code of their dimension.
  public let priorBeyondRange: Double
  /// The share of draws from the prior whose nearest z is no farther than 95 % of the z's are from their own nearest.
  public let priorWithin: Double
}

/// The maximum mean discrepancy between the z's and the prior, as in ``RegionFindings``.
///
/// z as in ``RegionFindings/radius``. Source: Gretton et al., "A kernel two-sample test", JMLR 2012, lemma 6.
public struct DiscrepancyFindings: Sendable, Equatable {
  /// MMD², unbiased, with the kernel exp(−‖a − b‖² ÷ 2V), V the sum of the prior's variances (L for N(0, I)); 0 for equal distributions, and it may fall below.
  public let mmd: Double
  /// What 95 % of random divisions of the same points stay below: larger values of ``mmd`` show a difference.
  public let critical: Double
  /// The number of points on each side.
  public let points: Int
}

/// The reconstruction from a user's code.
public struct ReconstructionFindings: Sendable, Equatable {
  /// How many users were decoded.
  public let users: Int
  /// The mean log-likelihood of a user's own items at their code, without constants, in nats.
  public let logLikelihood: Double
  /// Its standard error over the users.
  public let standardError: Double
  /// exp(−Σ log-likelihood ÷ Σ items), pooled over the items of all users; `nil` unless the likelihood is multinomial.
  ///
  /// It does not include the cost of the code, so it is not comparable with ``BoundFindings/perplexity``.
  @OrNull public private(set) var perplexity: Double?
}

/// Profiles decoded from draws of the prior, as in ``RegionFindings``, and from users' codes beside them.
public struct PriorDrawFindings: Sendable, Equatable {
  /// From draws of the prior.
  public let prior: DecodedProfiles
  /// From the codes of users: the best the model can do.
  public let codes: DecodedProfiles
  /// The real profiles, each compared with the others: the ceiling.
  public let realNearest: Double
  /// The number of items in every decoded profile: the median of the real ones.
  public let length: Int
  /// How many were drawn.
  public let draws: Int
}

/// A set of profiles, each the most probable items of a decoded code.
public struct DecodedProfiles: Sendable, Equatable {
  /// The mean Jaccard similarity to the nearest real profile: how similar a decoded profile is to a real one.
  public let nearest: Double
  /// How far the items' shares in the mean decoded profile are from those in the real ones.
  ///
  /// Half the sum of the absolute differences: 0 is equal, 1 is disjoint.
  public let popularityDistance: Double
  /// The share of all items that occur in any of the profiles.
  public let coverage: Double
}

/// Documents have the members under these names; those of a dimension stand beside its posterior's.
extension MovedItem: Encodable {}
extension RegionFindings: Encodable {}
extension DiscrepancyFindings: Encodable {}
extension ReconstructionFindings: Encodable {}
extension PriorDrawFindings: Encodable {}
extension DecodedProfiles: Encodable {}
extension DimensionFindings: Encodable {
  private enum CodingKeys: String, CodingKey {
    case number, mean, variance, up, down
    case isActive = "active"
  }
}
