import CGSL
import Foundation

/// The guesses of an attacker who must tell, after a single training, which canaries took part in it.
///
/// Every canary takes part with probability ½, independently of the others. The attacker sees what the training
/// releases and guesses for some of the canaries: how many is fixed beforehand, which ones the attacker chooses.
public struct CanaryGuesses: Sendable, Equatable {
  /// m, the number of canaries.
  public let canaries: Int
  /// r, the number of guesses.
  public let guesses: Int
  /// v, the number of correct guesses.
  public let hits: Int

  /// Describes guesses.
  ///
  /// - Precondition: `0 ≤ hits ≤ guesses ≤ canaries < 2³²`.
  public init(canaries: Int, guesses: Int, hits: Int) {
    precondition(
      0 <= hits && hits <= guesses && guesses <= canaries && canaries <= Int(UInt32.max),
      "\(hits) hits in \(guesses) guesses about \(canaries) canaries")
    (self.canaries, self.guesses, self.hits) = (canaries, guesses, hits)
  }

  /// An upper limit of the probability of at least as many hits in guesses about an (ε, δ)-private training.
  ///
  /// `P[W ≥ v] + 2mδ · max P[v > W ≥ v − i] / i` over i from 1, with W from `Bin(r, e^ε / (1 + e^ε))`. It holds for
  /// every attacker, and however the canaries influence each other. Source: Steinke, Nasr & Jagielski, "Privacy
  /// auditing with one (1) training run", NeurIPS 2023, theorem 5.2.
  ///
  /// - Parameters:
  ///   - epsilon: ε, 0 or more.
  ///   - delta: δ, from 0 to 1.
  public func pValue(epsilon: Double, delta: Double) -> Double {
    GSL.prepare()
    let (share, r) = (1 / (1 + exp(-epsilon)), UInt32(guesses))
    let atLeast = hits == 0 ? 1 : gsl_cdf_binomial_Q(UInt32(hits - 1), share, r)
    var (below, largest) = (0.0, 0.0)
    for distance in stride(from: 1, through: delta > 0 ? hits : 0, by: 1) {
      // Probabilities add up to 1 at most, so no later quotient is larger.
      if largest * Double(distance) >= 1 { break }
      below += gsl_ran_binomial_pdf(UInt32(hits - distance), share, r)
      largest = max(largest, below / Double(distance))
    }
    return min(1, atLeast + 2 * Double(canaries) * delta * largest)
  }

  /// The lower bound on ε at a δ that these guesses prove: every smaller ε would make so many hits too unlikely.
  ///
  /// - Parameter error: the probability that the bound is above the true ε, such as 0.05.
  public func epsilon(delta: Double, error: Double) -> Double {
    func isRefuted(_ epsilon: Double) -> Bool { pValue(epsilon: epsilon, delta: delta) <= error }
    if !isRefuted(0) { return 0 }
    var (low, high) = (0.0, 1.0)
    while isRefuted(high) && high < 64 { (low, high) = (high, 2 * high) }
    while high - low > 1e-6 * high {
      let middle = (low + high) / 2
      if isRefuted(middle) { low = middle } else { high = middle }
    }
    return low
  }
}
