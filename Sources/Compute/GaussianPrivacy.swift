import CGSL
import Foundation

/// Gaussian differential privacy: an attacker can distinguish two outcomes at most as well as N(0, 1) and N(μ, 1).
///
/// Source: Dong, Roth & Su, "Gaussian differential privacy", J. R. Statist. Soc. B 84 (2022), corollary 2.13.
public struct GaussianPrivacy: Sendable, Equatable {
  /// μ, 0 or more.
  public let mu: Double

  /// Describes a pair.
  public init(mu: Double) { self.mu = max(0, mu) }

  /// The lower bound on μ from an attack with these outcomes, whatever the attacker's rule.
  ///
  /// The rates are bounded after Clopper and Pearson, each with half of the error. Source of the idea: Nasr et al., "Tight
  /// auditing of differentially private machine learning", USENIX Security 2023, section 4.
  ///
  /// - Parameters:
  ///   - hits: the number of members that the attacker identified, and the number of members.
  ///   - falseAlarms: the same for non-members.
  ///   - level: the confidence, such as 0.95.
  public init(provedBy hits: (Int, of: Int), falseAlarms: (Int, of: Int), level: Double) {
    GSL.prepare()
    let error = (1 - level) / 2
    // The smallest hit rate compatible with this many hits, and the largest false-alarm rate compatible with this few
    // false alarms.
    let hit = hits.0 == 0 ? 0 : gsl_cdf_beta_Pinv(error, Double(hits.0), Double(hits.of - hits.0 + 1))
    let alarm =
      falseAlarms.0 == falseAlarms.of
      ? 1 : gsl_cdf_beta_Qinv(error, Double(falseAlarms.0 + 1), Double(falseAlarms.of - falseAlarms.0))
    let mu = gsl_cdf_ugaussian_Pinv(hit) - gsl_cdf_ugaussian_Pinv(alarm)
    self.init(mu: mu.isFinite ? mu : 0)
  }

  /// The smallest δ for an ε.
  public func delta(epsilon: Double) -> Double {
    if mu == 0 { return 0 }
    let (near, far) = (gsl_cdf_ugaussian_P(mu / 2 - epsilon / mu), gsl_cdf_ugaussian_P(-mu / 2 - epsilon / mu))
    return far == 0 ? near : near - exp(epsilon + log(far))
  }

  /// The smallest ε for a δ.
  public func epsilon(delta: Double) -> Double {
    if mu == 0 || self.delta(epsilon: 0) <= delta { return 0 }
    var (low, high) = (0.0, 1.0)
    while self.delta(epsilon: high) > delta { (low, high) = (high, 2 * high) }
    while high - low > 1e-9 * high {
      let middle = (low + high) / 2
      if self.delta(epsilon: middle) > delta { low = middle } else { high = middle }
    }
    return high
  }
}
