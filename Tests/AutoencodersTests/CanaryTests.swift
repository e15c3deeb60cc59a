import Compute
import Foundation
import InteractionData
import Testing

@testable import Autoencoders

/// Users made for the purpose: what an attacker who sees every update learns of them is within the guarantee.
@Suite("Canaries")
struct CanaryTests {
  private static let (canaries, epochs, delta) = (3000, 2, 1e-5)

  /// ε that an attacker proves who knows the weights before every update and sees its noisy gradient.
  ///
  /// Every canary has an item of its own, and takes part or not by the toss of a coin. The decoder's code is 0 and its weights
  /// nearly so, so that nearly all of a canary's gradient is in the bias of that item: the attacker looks there.
  private func proved(_ epsilon: Double, seed: UInt64, noise: Double) throws -> Double {
    var model = MultVAE()
    (model.hidden, model.latent, model.dropout, model.beta, model.annealingSteps) = ([], 1, 0, 0, 0)
    (model.training.epochs, model.training.batchSize) = (Self.epochs, Self.canaries)
    let plan = try PrivacyRequest(epsilon: epsilon, delta: Self.delta).plan(
      users: Self.canaries, options: model.training)
    #expect(plan.samplingRate == 1 && plan.steps == Self.epochs)
    let clipping = Clipping(
      norm: plan.clip, noiseMultiplier: noise * plan.noiseMultiplier, expectedUsers: Double(Self.canaries))
    let design = model.design
    var network = Network<Float>(design, items: Self.canaries, users: 0, seed: Seed(seed))
    network.visit { _, matrix in for row in 0..<matrix.rows { matrix.scale(row: row, by: 1e-3) } }
    var step = TrainingStep(
      design, network: network, batchSize: Self.canaries, plannedUpdates: plan.steps, adam: Adam(),
      processor: Processor(engine: .gsl, threads: 2))
    let everybody = SparseRows(columnCount: Self.canaries, rows: (0..<Self.canaries).map { [$0] })
    var coin = Seed(seed).stream(.search)
    let isIn = (0..<Self.canaries).map { _ in coin.uniform() < 0.5 }
    let members = isIn.indices.filter { isIn[$0] }
    var sums = [Double](repeating: 0, count: Self.canaries)
    var before = [Double](repeating: 0, count: Self.canaries)
    for update in 0..<plan.steps {
      let still = GivenNoise(kept: members.map { _ in [true] }, latent: Matrix(rows: members.count, columns: 1))
      _ = try step.update(
        rows: members, of: everybody, noise: .given(still), clipping: clipping, seed: Seed(seed + 1000))
      #expect(step.updates == update + 1)
      let moments = try #require(step.firstMoments.matrices["decoder.0.bias"]).elements.map { Double($0) }
      for item in sums.indices {
        sums[item] -= (moments[item] - 0.9 * before[item]) / 0.1 * Double(Self.canaries)
      }
      before = moments
    }
    // In the middle between what a canary that is in gives, the limit in every update, and nothing.
    let limit = Double(plan.steps) * plan.clip / 2
    let hits = members.count { sums[$0] > limit }
    let alarms = isIn.indices.count { !isIn[$0] && sums[$0] > limit }
    return GaussianPrivacy(
      provedBy: (hits, of: members.count), falseAlarms: (alarms, of: Self.canaries - members.count), level: 0.95
    ).epsilon(delta: Self.delta)
  }

  @Test(
    "no attack proves more than ε, and every attack does where the noise is half of what it should be",
    arguments: [1.0, 3, 8])
  func bound(epsilon: Double) throws {
    for seed in 1...5 {
      let kept = try proved(epsilon, seed: UInt64(seed), noise: 1)
      #expect(kept <= epsilon, "seed \(seed): \(kept)")
      let broken = try proved(epsilon, seed: UInt64(seed), noise: 0.5)
      #expect(broken > epsilon, "seed \(seed): \(broken) with half of the noise")
    }
  }
}
