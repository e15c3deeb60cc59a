import Compute
import Foundation
import Testing

/// Telling two Gaussians apart.
@Suite("Gaussian privacy")
struct GaussianPrivacyTests {
  @Test(
    "δ is the largest difference P(A) − e^ε Q(A), which half-lines reach", arguments: [0.2, 1.0, 3.0], [0.0, 0.5, 2.0])
  func delta(mu: Double, epsilon: Double) {
    func above(_ x: Double, _ mean: Double) -> Double { 0.5 * erfc((x - mean) / 2.0.squareRoot()) }
    let best = stride(from: -10, to: 20, by: 0.001).map { above($0, mu) - exp(epsilon) * above($0, 0) }.max() ?? 0
    #expect(abs(GaussianPrivacy(mu: mu).delta(epsilon: epsilon) - best) < 1e-6)
  }

  @Test("ε and δ are each other's inverse", arguments: [0.1, 1.0, 4.0])
  func inverse(mu: Double) {
    let pair = GaussianPrivacy(mu: mu)
    for delta in [1e-9, 1e-5, 1e-2] where pair.delta(epsilon: 0) > delta {
      #expect(abs(pair.delta(epsilon: pair.epsilon(delta: delta)) / delta - 1) < 1e-5)
    }
    #expect(pair.epsilon(delta: 0.999) == 0 && GaussianPrivacy(mu: 0).epsilon(delta: 1e-9) == 0)
  }

  @Test(
    "the whole-batch accountant is above the exact ε of the Gaussian mechanism, and not by much", arguments: [0.5, 2.0])
  func accountant(mu: Double) {
    let exact = GaussianPrivacy(mu: mu).epsilon(delta: 1e-5)
    let renyi = RenyiAccountant.epsilon(
      of: SampledGaussian(samplingRate: 1, noiseMultiplier: 1 / mu), releases: 1, delta: 1e-5)
    #expect(renyi >= exact && renyi < 1.2 * exact, "\(renyi), \(exact)")
  }

  @Test("what an attack proves is below the truth in at least 95 % of attacks, and near it with many guesses")
  func proof() {
    let (mu, n) = (0.8, 1000)
    var random = Seed(510).stream(.resampling)
    var (beyond, sum) = (0, 0.0)
    for _ in 0..<400 {
      var (hits, alarms) = (0, 0)
      for _ in 0..<n {
        if mu + random.gaussian() > mu / 2 { hits += 1 }
        if random.gaussian() > mu / 2 { alarms += 1 }
      }
      let proved = GaussianPrivacy(provedBy: (hits, of: n), falseAlarms: (alarms, of: n), level: 0.95)
      if proved.mu > mu { beyond += 1 }
      sum += proved.mu
    }
    #expect(beyond <= 30, "\(beyond) of 400")
    #expect(sum / 400 > 0.6)
    #expect(GaussianPrivacy(provedBy: (0, of: 10), falseAlarms: (10, of: 10), level: 0.95).mu == 0)
  }
}
