import Compute
import Foundation
import Testing

/// The accountant against others, and against what can be worked out.
@Suite("Rényi accountant")
struct RenyiAccountantTests {
  struct Case: Decodable {
    let q, sigma, delta, rdp, opacus, exact: Double
    let releases: Int
  }

  private static func cases() throws -> [Case] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/accountant.json")
    return try JSONDecoder().decode([String: [Case]].self, from: Data(contentsOf: file))["cases"] ?? []
  }

  @Test("ε is within 1 % of two other accountants' or below, and never below the bound of the privacy loss itself")
  func others() throws {
    let cases = try Self.cases()
    #expect(cases.count == 200)
    for item in cases {
      let epsilon = RenyiAccountant.epsilon(
        of: SampledGaussian(samplingRate: item.q, noiseMultiplier: item.sigma), releases: item.releases,
        delta: item.delta)
      #expect(epsilon <= 1.01 * min(item.rdp, item.opacus), "\(item): \(epsilon)")
      #expect(epsilon >= item.exact, "\(item): \(epsilon)")
    }
  }

  @Test("whole orders agree with their finite sum", arguments: [(0.01, 1.1), (0.3, 0.7), (0.0002, 0.4), (0.9, 5.0)])
  func wholeOrders(q: Double, sigma: Double) {
    for order in [2, 3, 7, 20, 64] {
      var (sum, binomial) = (0.0, 1.0)
      for k in 0...order {
        if k > 0 { binomial *= Double(order - k + 1) / Double(k) }
        let (n, m) = (Double(order - k), Double(k))
        sum += binomial * pow(1 - q, n) * pow(q, m) * exp(m * (m - 1) / (2 * sigma * sigma))
      }
      let found = SampledGaussian(samplingRate: q, noiseMultiplier: sigma).logMoment(order: Double(order))
      #expect(abs(found - log(sum)) <= 1e-12 + 1e-11 * log(sum), "order \(order): \(found), \(log(sum))")
    }
  }

  @Test("moments are convex in the order, between whole orders too")
  func convex() {
    let mechanism = SampledGaussian(samplingRate: 0.05, noiseMultiplier: 0.8)
    let orders = stride(from: 1.01, to: 12, by: 0.07).map { $0 }
    let moments = orders.map { mechanism.logMoment(order: $0) }
    for index in 1..<moments.count - 1 {
      #expect(moments[index] <= 0.5 * (moments[index - 1] + moments[index + 1]) + 1e-12)
    }
  }

  @Test("with everybody in every release it is the Gaussian mechanism's")
  func wholeBatches() {
    // Of the Gaussian mechanism all orders are known, α/2σ² each: their best is found on a fine grid.
    let (sigma, releases, delta) = (4.0, 10, 1e-6)
    let best =
      stride(from: 1.001, to: 200, by: 0.001).map { order in
        Double(releases) * order / (2 * sigma * sigma) + log1p(-1 / order) - log(delta * order) / (order - 1)
      }.min() ?? 0
    let found = RenyiAccountant.epsilon(
      of: SampledGaussian(samplingRate: 1, noiseMultiplier: sigma), releases: releases, delta: delta)
    #expect(abs(found - best) < 1e-5)
  }

  @Test("the noise for an ε gives that ε and hardly less", arguments: [0.1, 1, 8], [1e-8, 1e-5])
  func calibration(epsilon: Double, delta: Double) throws {
    let sigma = try #require(
      RenyiAccountant.noiseMultiplier(for: epsilon, delta: delta, samplingRate: 0.02, releases: 2000))
    func spent(_ sigma: Double) -> Double {
      RenyiAccountant.epsilon(
        of: SampledGaussian(samplingRate: 0.02, noiseMultiplier: sigma), releases: 2000, delta: delta)
    }
    #expect(spent(sigma) <= epsilon && spent(sigma) > 0.999 * epsilon)
    #expect(spent(sigma / 2) > 1.5 * epsilon)
  }

  @Test("nothing released gives nothing away")
  func nothing() {
    let mechanism = SampledGaussian(samplingRate: 0.1, noiseMultiplier: 1)
    #expect(RenyiAccountant.epsilon(of: mechanism, releases: 0, delta: 1e-5) == 0)
    #expect(
      RenyiAccountant.epsilon(
        of: SampledGaussian(samplingRate: 0, noiseMultiplier: 1), releases: 10, delta: 1e-5) == 0)
  }
}
