import Foundation

/// What an attacker can reach at most who must tell whether one user took part in a private training.
///
/// The bounds follow from (ε, δ) alone and hold for every attacker, whatever they know of the other users. Source: Kairouz, Oh &
/// Viswanath, "The composition theorem for differential privacy", ICML 2015, theorem 2.1.
public struct AttackBound: Sendable, Equatable {
  private let epsilon: Double
  private let delta: Double

  /// The bound of a guarantee.
  public init(_ record: PrivacyRecord) { self.init(epsilon: record.epsilon, delta: record.delta) }

  /// The bound of an (ε, δ).
  public init(epsilon: Double, delta: Double) { (self.epsilon, self.delta) = (epsilon, delta) }

  /// The largest share of users who took part that can be found while a share `falsePositives` of the others is accused.
  public func truePositives(at falsePositives: Double) -> Double {
    min(1, delta + exp(epsilon) * falsePositives, 1 - exp(-epsilon) * (1 - delta - falsePositives))
  }

  /// The largest area under the curve of true against false positives: 0.5 for ε = 0, 1 for no guarantee.
  public var area: Double {
    // The curve is straight from (0, δ) to the corner, where the two bounds meet, and from there to (1 − δ, 1).
    let corner = (1 - delta) / (1 + exp(epsilon))
    return corner * (delta + 1 - corner) / 2 + (1 - delta - corner) * (2 - corner) / 2 + delta
  }
}
