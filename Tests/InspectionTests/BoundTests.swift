import Compute
import Foundation
import Inspection
import Testing

/// The model of one latent dimension and three items, whose evidence is known by quadrature.
///
/// Numbers: decoder (z, 0, −z), profile (1, 1, 0), no constant of the multinomial.
@Suite("Bounds on the evidence")
struct BoundTests {
  private static let rows = SparseRows(columnCount: 3, rows: [[Int]](repeating: [0, 1], count: 4000))

  /// log p(x|z) for the profile (1, 1, 0).
  private static func logLikelihood(_ z: Double) -> Double {
    let logits = [z, 0, -z]
    let largest = logits.max() ?? 0
    let normaliser = largest + log(logits.reduce(0) { $0 + exp($1 - largest) })
    return logits[0] + logits[1] - 2 * normaliser
  }

  /// Simpson's rule over −12 … 12.
  private static func integral(_ f: (Double) -> Double) -> Double {
    let steps = 4800
    let width = 24.0 / Double(steps)
    return (0...steps).reduce(0) { sum, index in
      let weight = index == 0 || index == steps ? 1.0 : index % 2 == 1 ? 4 : 2
      return sum + weight * f(-12 + Double(index) * width) * width / 3
    }
  }

  private static func normal(_ z: Double, mean: Double = 0, deviation: Double = 1) -> Double {
    exp(-0.5 * pow((z - mean) / deviation, 2)) / (deviation * (2 * Double.pi).squareRoot())
  }

  private static let evidence = log(integral { normal($0) * exp(logLikelihood($0)) })

  private static let mixture = [(weight: 0.3, mean: 1.5, variance: 0.25), (weight: 0.7, mean: -1.0, variance: 1.44)]

  private static func mixtureDensity(_ z: Double) -> Double {
    mixture.reduce(0) { $0 + $1.weight * normal(z, mean: $1.mean, deviation: $1.variance.squareRoot()) }
  }

  private func bounds(mean: Float, logVariance: Float, seed: UInt64 = 1, isMixed: Bool = false) throws -> BoundFindings
  {
    var options = InspectionOptions()
    (options.boundUsers, options.draws, options.informationUsers) = (4000, 50, 50)
    (options.priorDraws, options.discrepancyPoints) = (10, 10)
    let model = try Toy.constantPosterior(
      mean: mean, logVariance: logVariance, prior: isMixed ? Self.mixture : [])
    return try Toy.inspector(Self.rows, options: options, seed: seed)
      .inspect(model, label: "toy", name: "mult-vae").distribution.bounds
  }

  @Test("quadrature finds the evidence of the specification")
  func quadrature() { #expect(abs(Self.evidence - -2.355_226_881_7) < 1e-9) }

  @Test("ELBO ≤ L_5 ≤ L_50 ≤ log p(x), and the ELBO is the one worked out by hand", arguments: [1, 2, 3] as [UInt64])
  func order(seed: UInt64) throws {
    let found = try bounds(mean: 0.4, logVariance: Float(log(0.64)), seed: seed)
    #expect(abs(found.divergence.value - 0.123_143_551_3) < 1e-6)
    // Three standard errors of the mean of 4,000 users × 50 draws.
    #expect(abs(found.logLikelihood.value - -2.259_272_549_6) < 3 * found.logLikelihood.standardError)
    #expect(abs(found.elbo.value - -2.382_416_100_9) < 3 * found.elbo.standardError)
    let weighted = found.importanceWeighted
    #expect(weighted.map(\.draws) == [1, 5, 50])
    for (lower, upper) in zip(weighted, weighted.dropFirst()) {
      #expect(lower.bound.value <= upper.bound.value, "seed \(seed)")
    }
    let five = weighted[1].bound
    #expect(found.elbo.value < five.value)
    #expect(weighted[2].bound.value < Self.evidence + 3 * weighted[2].bound.standardError)
    #expect(Self.evidence - weighted[2].bound.value < 0.002)
  }

  @Test(
    "the gap between evidence and ELBO is the divergence from the true posterior",
    arguments: [(0.0, 1.0), (0.4, 0.8), (-0.5, 0.5), (0.2, 1.3)])
  func gap(mean: Double, deviation: Double) throws {
    let found = try bounds(mean: Float(mean), logVariance: Float(2 * log(deviation)))
    let divergence = Self.integral { z in
      let q = Self.normal(z, mean: mean, deviation: deviation)
      if q < 1e-300 { return 0 }
      let posterior = log(Self.normal(z)) + Self.logLikelihood(z) - Self.evidence
      return q * (log(q) - posterior)
    }
    #expect(abs(Self.evidence - found.elbo.value - divergence) < 3 * found.elbo.standardError)
  }

  @Test(
    "under a mixture prior too ELBO ≤ L_5 ≤ L_50 ≤ log p(x), and both terms are those of a quadrature",
    arguments: [1, 2, 3] as [UInt64])
  func mixed(seed: UInt64) throws {
    let found = try bounds(mean: 0.4, logVariance: Float(log(0.64)), seed: seed, isMixed: true)
    let evidence = log(Self.integral { Self.mixtureDensity($0) * exp(Self.logLikelihood($0)) })
    let divergence = Self.integral { z in
      let q = Self.normal(z, mean: 0.4, deviation: 0.8)
      return q < 1e-300 ? 0 : q * log(q / Self.mixtureDensity(z))
    }
    #expect(abs(found.divergence.value - divergence) < 4 * found.divergence.standardError)
    #expect(found.divergence.standardError > 0)
    #expect(abs(found.logLikelihood.value - -2.259_272_549_6) < 3 * found.logLikelihood.standardError)
    let weighted = found.importanceWeighted.map(\.bound.value)
    // Estimated by one and the same draws, the bound of single draws is the ELBO.
    #expect(abs(weighted[0] - found.elbo.value) < 1e-9)
    #expect(weighted[0] < weighted[1] && weighted[1] < weighted[2], "seed \(seed)")
    #expect(weighted[2] < evidence + 3 * found.importanceWeighted[2].bound.standardError)
    #expect(evidence - weighted[2] < 0.01)
  }

  @Test("the perplexity is pooled over items: exp(−Σ ELBO ÷ Σ items)")
  func perplexity() throws {
    let found = try bounds(mean: 0.4, logVariance: 0)
    let perplexity = try #require(found.perplexity)
    #expect(abs(perplexity - exp(-found.elbo.value / 2)) < 1e-9)
  }
}
