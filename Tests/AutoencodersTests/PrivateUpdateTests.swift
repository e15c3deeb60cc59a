import Compute
import Foundation
import InteractionData
import TestSupport
import Testing

@testable import Autoencoders

/// Updates in which no user counts more than C, and their noise.
@Suite("Private updates")
struct PrivateUpdateTests {
  private static let rows = randomRows(40, 150, density: 0.06, seed: 400)
  private static let users = [3, 7, 8, 11, 19, 20, 33]

  static let variational: [(String, Design<GaussianLatent>)] = {
    var designs: [(String, Design<GaussianLatent>)] = []
    for (hidden, likelihood) in [
      ([Int](), Likelihood.multinomial), ([9, 8], .multinomial), ([8], .gaussian), ([7], .bernoulli),
    ] {
      var model = MultVAE()
      (model.hidden, model.latent, model.beta, model.annealingSteps) = (hidden, 5, 0.7, 0)
      model.likelihood = likelihood
      designs.append(("mult-vae \(hidden) \(likelihood)", model.design))
    }
    var mixture = MixVAE()
    (mixture.vae.hidden, mixture.vae.latent, mixture.components, mixture.vae.annealingSteps) = ([6], 4, 3, 0)
    designs.append(("mix-vae", mixture.design))
    return designs
  }()

  /// The same decisions for every user, whoever else is in the batch.
  private static func noise(for users: [Int], latent: Int) -> NoiseSource {
    let all: Matrix<Double> = gaussianMatrix(rows.rowCount, latent, seed: 401)
    var draws = Matrix<Double>(rows: users.count, columns: latent)
    for (row, user) in users.enumerated() { for column in 0..<latent { draws[row, column] = all[user, column] } }
    let kept = users.map { user in (0..<rows.count(ofRow: user)).map { (user + $0) % 3 != 0 } }
    return .given(GivenNoise(kept: kept, latent: draws))
  }

  private static func step<Latent>(_ design: Design<Latent>, batchSize: Int) -> TrainingStep<Latent, Double> {
    TrainingStep(
      design, network: Network<Double>(design, items: rows.columnCount, users: rows.rowCount, seed: Seed(402)),
      batchSize: batchSize, plannedUpdates: 1, adam: Adam(learningRate: 0.01),
      processor: Processor(engine: .gsl, threads: 2))
  }

  /// Every gradient after a first update, by tensor.
  private static func gradients<Latent>(_ step: TrainingStep<Latent, Double>) -> [String: [Double]] {
    step.firstMoments.matrices.mapValues { $0.elements.map { $0 / 0.1 } }
  }

  @Test(
    "the sum is that of the users' own gradients, each brought to a norm of C at most", arguments: variational.indices,
    [2.0, 1e9])
  func clipped(_ index: Int, clip: Double) throws {
    let (name, design) = Self.variational[index]
    var expected: [String: [Double]] = [:]
    var shortened = 0
    for user in Self.users {
      var alone = Self.step(design, batchSize: 1)
      _ = try alone.update(rows: [user], of: Self.rows, noise: Self.noise(for: [user], latent: design.latent))
      let own = Self.gradients(alone)
      let norm = own.values.reduce(0) { $0 + $1.reduce(0) { $0 + $1 * $1 } }.squareRoot()
      let share = min(1, (1 - 1e-4) * clip / norm)
      if share < 1 { shortened += 1 }
      for (tensor, values) in own {
        let sum = expected[tensor] ?? [Double](repeating: 0, count: values.count)
        expected[tensor] = zip(sum, values).map { $0 + share * $1 / 6 }
      }
    }
    // Some users are beyond the smaller norm; none is beyond the larger.
    #expect((shortened > 0) == (clip == 2), "\(name): \(shortened)")
    var together = Self.step(design, batchSize: 10)
    _ = try together.update(
      rows: Self.users, of: Self.rows, noise: Self.noise(for: Self.users, latent: design.latent),
      clipping: Clipping(norm: clip, noiseMultiplier: 0, expectedUsers: 6), seed: Seed(403))
    let found = Self.gradients(together)
    #expect(Set(found.keys) == Set(expected.keys))
    for (tensor, values) in expected {
      let scale = values.map(abs).max() ?? 0
      let worst = zip(values, found[tensor] ?? []).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst <= 1e-11 * max(1, scale), "\(name), \(tensor): \(worst) of \(scale)")
    }
  }

  @Test("without a limit a VampPrior's update is the plain one, for the expected number of users")
  func pseudoInputs() throws {
    var model = VampVAE()
    (model.hidden, model.latent, model.components, model.annealingSteps) = ([6], 4, 3, 0)
    var plain = Self.step(model.design, batchSize: 10)
    _ = try plain.update(rows: Self.users, of: Self.rows, noise: Self.noise(for: Self.users, latent: 4))
    var open = Self.step(model.design, batchSize: 10)
    _ = try open.update(
      rows: Self.users, of: Self.rows, noise: Self.noise(for: Self.users, latent: 4),
      clipping: Clipping(norm: 1e9, noiseMultiplier: 0, expectedUsers: 14), seed: Seed(403))
    let found = Self.gradients(open)
    for (tensor, values) in Self.gradients(plain) {
      let worst = zip(values, found[tensor] ?? []).map { abs($0 / 2 - $1) }.max() ?? .infinity
      #expect(worst <= 1e-12 * max(1, values.map(abs).max() ?? 0), "\(tensor): \(worst)")
    }
  }

  @Test("an update without users learns the noise alone, of the deviation σC over the expected users, in every number")
  func noise() throws {
    let design = Self.variational[1].1
    var step = Self.step(design, batchSize: 10)
    let loss = try step.update(
      rows: [], of: Self.rows, noise: .drawn(seed: Seed(404), update: 0),
      clipping: Clipping(norm: 3, noiseMultiplier: 2, expectedUsers: 4), seed: Seed(404))
    #expect(loss == nil && step.updates == 1)
    var all: [Double] = []
    for (tensor, values) in Self.gradients(step) {
      #expect(values.allSatisfy { $0 != 0 }, "\(tensor)")
      all += values.map { $0 / 1.5 }
    }
    // χ² over n draws has mean n and variance 2n.
    let n = Double(all.count)
    let squares = all.reduce(0) { $0 + $1 * $1 }
    #expect(abs(squares - n) < 4 * (2 * n).squareRoot(), "\(squares) of \(n)")
    #expect(abs(all.reduce(0, +)) < 4 * n.squareRoot())
    #expect(Set(all).count > all.count - 3, "draws repeat")
  }

  @Test("an update without users knows nothing of the batch before it")
  func nothingLeft() throws {
    let design = Self.variational[1].1
    let clipping = Clipping(norm: 1, noiseMultiplier: 1, expectedUsers: 20)
    var step = Self.step(design, batchSize: 40)
    let drawn = NoiseSource.drawn(seed: Seed(410), update: 0)
    _ = try step.update(rows: Array(0..<40), of: Self.rows, noise: drawn, clipping: clipping, seed: Seed(411))
    var fresh = Self.step(design, batchSize: 40)
    fresh.restore(step.network, moments: step.moments, kept: nil, updates: step.updates)
    fresh.learned = step.learned
    for update in 1...2 {
      for rows in [[], [4, 9]] {
        let noise = NoiseSource.drawn(seed: Seed(410), update: update)
        _ = try step.update(rows: rows, of: Self.rows, noise: noise, clipping: clipping, seed: Seed(411))
        _ = try fresh.update(rows: rows, of: Self.rows, noise: noise, clipping: clipping, seed: Seed(411))
        #expect(NamedTensors(step.network).matrices == NamedTensors(fresh.network).matrices)
        #expect(step.firstMoments.matrices == fresh.firstMoments.matrices)
      }
    }
  }

  @Test("the same bytes on any number of threads, over updates with many users, with few and with none")
  func threads() throws {
    let design = Self.variational[1].1
    let batches = [Array(0..<40), [5], [], Array(3..<30)]
    let networks = try [1, 2, 3].map { threads in
      var step = TrainingStep(
        design, network: Network<Float>(design, items: 150, users: 40, seed: Seed(405)), batchSize: 40,
        plannedUpdates: 4,
        adam: Adam(), processor: Processor(engine: .gsl, threads: threads))
      for batch in batches {
        _ = try step.update(
          rows: batch, of: Self.rows, noise: .drawn(seed: Seed(406), update: step.updates),
          clipping: Clipping(norm: 1, noiseMultiplier: 1, expectedUsers: 20), seed: Seed(406))
      }
      return NamedTensors(step.network).matrices
    }
    #expect(networks[0] == networks[1] && networks[1] == networks[2])
  }

  @Test("every user takes part with the probability q, independently", arguments: [0.02, 0.3, 1.0])
  func batches(rate: Double) {
    let (users, updates) = (200, 3000)
    let source = PoissonBatches(seed: Seed(407), users: users, rate: rate)
    var (counts, sizes, pairs) = ([Int](repeating: 0, count: users), [Double](), 0)
    for update in 0..<updates {
      let batch = source.batch(update)
      #expect(zip(batch, batch.dropFirst()).allSatisfy { $0 < $1 } && batch.count <= source.mostUsers)
      for user in batch { counts[user] += 1 }
      if batch.contains(17) && batch.contains(18) { pairs += 1 }
      sizes.append(Double(batch.count))
    }
    let (expected, deviation) = (rate * Double(updates), (rate * (1 - rate) * Double(updates)).squareRoot())
    #expect(counts.allSatisfy { abs(Double($0) - expected) <= 4.5 * deviation })
    let mean = sizes.reduce(0, +) / Double(updates)
    let variance = sizes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(updates - 1)
    let own = rate * (1 - rate) * Double(users)
    #expect(abs(variance - own) <= 5 * own * (2 / Double(updates)).squareRoot())
    let together = rate * rate
    #expect(abs(Double(pairs) - together * Double(updates)) <= 4.5 * (together * Double(updates)).squareRoot())
  }

  @Test("models that cannot tell what a user's part is are not trained privately")
  func refused() {
    #expect(CDAE().design.obstacleToPrivacy == .userVectors)
    #expect(RecVAE().design.obstacleToPrivacy == .parts)
    #expect(MultVAE().design.obstacleToPrivacy == nil && VampVAE().design.obstacleToPrivacy == nil)
    #expect(MixVAE().design.obstacleToPrivacy == nil)
  }

  @Test("a plan spends what it was given, nine tenths of it on gradients")
  func plan() throws {
    var options = TrainingOptions(epochs: 20)
    options.batchSize = 50
    let plan = try PrivacyRequest(epsilon: 3, delta: 1e-5).plan(users: 1000, options: options)
    #expect(plan.samplingRate == 0.05 && plan.steps == 400 && plan.ledger.count == 2)
    let spent = plan.ledger.reduce(0) { $0 + $1.epsilon }
    #expect(spent <= 3 && spent > 2.999 && plan.ledger.reduce(0) { $0 + $1.delta } <= 1e-5)
    #expect(throws: ImpossibleGuarantee.epsilon(0)) {
      try PrivacyRequest(epsilon: 0, delta: 1e-5).plan(users: 1000, options: options)
    }
    #expect(throws: ImpossibleGuarantee.delta(1)) {
      try PrivacyRequest(epsilon: 1, delta: 1).plan(users: 1000, options: options)
    }
    // A δ of 1 / users allows a training that publishes one user.
    #expect(PrivacyRequest(epsilon: 3, delta: 0.00099).remark(users: 1000) == nil && plan.remark(users: 1000) == nil)
    for delta in [0.001, 0.9999] {
      let remark = try #require(PrivacyRequest(epsilon: 3, delta: delta).remark(users: 1000))
      #expect(remark.hasPrefix("δ = \(delta) protects nobody: with 1000 users it is not below 1 / users"), "\(remark)")
    }
    #expect("\(ImpossibleGuarantee.epsilon(0))".hasPrefix("an ε of 0 is out of range"))
    #expect("\(ImpossibleGuarantee.delta(1))".hasPrefix("a δ of 1 is out of range"))
    #expect("\(ImpossibleGuarantee.clip(-2))".hasPrefix("a gradient norm limit of -2 is out of range"))
    #expect("\(ImpossibleGuarantee.outOfReach(epsilon: 1, delta: 1e-6))" == "no noise gives an ε of 1 at a δ of 1e-06")
  }
}
