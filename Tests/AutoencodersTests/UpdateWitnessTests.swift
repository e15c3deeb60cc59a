import Compute
import InteractionData
import Testing

@testable import Autoencoders

/// An attacker who sees every noisy update of a private training.
@Suite("The witness of updates")
struct UpdateWitnessTests {
  private static let (canaries, others) = (60, 30)

  /// Every second canary takes part, after users with 3 of 30 items each.
  private static func scores(
    batchSize: Int, epochs: Int, noiseShare: Double, threads: Int = 2, hidden: [Int] = []
  ) throws -> (members: [Double], others: [Double]) {
    let items = 30 + canaries
    let profiles = SparseRows(columnCount: items, rows: (0..<canaries).map { [30 + $0] })
    let people = (0..<others).map { user in (0..<3).map { (user * 7 + $0 * 11) % 30 } }
    let rows = SparseRows(
      columnCount: items, rows: people + stride(from: 0, to: canaries, by: 2).map { [30 + $0] })
    let members = Dictionary(uniqueKeysWithValues: (0..<canaries / 2).map { (others + $0, 2 * $0) })
    let witness = UpdateWitness(profiles, members: members, seed: Seed(71))
    var model = MultVAE()
    (model.hidden, model.latent, model.dropout, model.annealingSteps) = (hidden, 4, 0, 0)
    (model.training.epochs, model.training.batchSize) = (epochs, batchSize)
    var trainer = Trainer(processor: Processor(engine: .gsl, threads: threads), seed: Seed(70))
    trainer.watched = WatchedTraining(plannedUsers: 60, noiseShare: noiseShare, witness: witness)
    let (_, guarantee) = try trainer.fitPrivately(
      model.design, to: rows, options: model.training, PrivacyRequest(epsilon: 8, delta: 1e-5, noiseSeed: 72))
    // Planned for 60 users, whoever takes part.
    #expect(guarantee.samplingRate == Double(min(60, batchSize)) / 60)
    let scores = witness.scores
    return (
      stride(from: 0, to: canaries, by: 2).map { scores[$0] }, stride(from: 1, to: canaries, by: 2).map { scores[$0] }
    )
  }

  @Test(
    "without noise every canary who takes part stands out, whether all users are in every update or some",
    arguments: [(60, 3, [Int]()), (60, 3, [7]), (20, 20, [])])
  func withoutNoise(batchSize: Int, epochs: Int, hidden: [Int]) throws {
    let (members, others) = try Self.scores(batchSize: batchSize, epochs: epochs, noiseShare: 0, hidden: hidden)
    let (least, most) = (members.min() ?? 0, others.max() ?? 0)
    #expect(least > most, "\(least), \(most)")
  }

  @Test("the distance in a whole-batch training is one clipped gradient in every update, over the expected users")
  func size() throws {
    let (members, others) = try Self.scores(batchSize: 60, epochs: 5, noiseShare: 0)
    let distance = Statistics.mean(members) - Statistics.mean(others)
    // A little of the gradient is in other weights, and in other items of the softmax.
    #expect(0.8 * 5 / 60 < distance && distance < 5.0 / 60, "\(distance)")
  }

  @Test("with noise it has the deviation of the noise, and the same bytes on any number of threads")
  func withNoise() throws {
    let found = try (1...3).map {
      try Self.scores(batchSize: 20, epochs: 10, noiseShare: 1, threads: $0)
    }
    #expect(found[0].members == found[1].members && found[1].members == found[2].members)
    #expect(found[0].others == found[1].others && found[1].others == found[2].others)
    var options = TrainingOptions(epochs: 10)
    options.batchSize = 20
    let plan = try PrivacyRequest(epsilon: 8, delta: 1e-5).plan(users: 60, options: options)
    let expected = plan.noiseMultiplier * Double(plan.steps).squareRoot() / 20
    let spread = Statistics.standardDeviation(found[0].others)
    // χ² with 29 degrees of freedom: the ratio is within 0.6 and 1.5 with a probability of 0.9999.
    #expect(0.6 < spread / expected && spread / expected < 1.5, "\(spread), \(expected)")
  }

  @Test("watching a training changes nothing about it")
  func unchanged() throws {
    let rows = SparseRows(columnCount: 40, rows: (0..<50).map { user in [user % 40, (user * 3 + 1) % 40] })
    var model = MultVAE()
    (model.latent, model.training.epochs, model.training.batchSize) = (4, 3, 20)
    func tensors(_ watched: WatchedTraining?) throws -> [String: Matrix<Float>] {
      var trainer = Trainer(processor: Processor(engine: .gsl, threads: 2), seed: Seed(73))
      trainer.watched = watched
      let fitted = try trainer.fitPrivately(
        model.design, to: rows, options: model.training, PrivacyRequest(epsilon: 4, delta: 1e-5, noiseSeed: 74))
      return NamedTensors(fitted.model.network).matrices
    }
    let canaries = SparseRows(columnCount: 40, rows: [[3], [5]])
    let witness = UpdateWitness(canaries, members: [3: 0], seed: Seed(75))
    let plain = try tensors(nil)
    #expect(try tensors(WatchedTraining(plannedUsers: 50, witness: witness)) == plain)
    #expect(witness.scores.allSatisfy { $0 != 0 })
  }

  @Test("a known number of epochs is that many of the model's own, with the schedule of all")
  func knownEpochs() throws {
    let rows = SparseRows(columnCount: 40, rows: (0..<50).map { user in [user % 40, (user * 3 + 1) % 40] })
    var model = MultVAE()
    (model.latent, model.training.epochs, model.training.batchSize) = (4, 6, 20)
    var trainer = Trainer(processor: Processor(engine: .gsl, threads: 2), seed: Seed(76))
    trainer.knownEpochs = 2
    let data = TrainingData<Autoencoder<GaussianLatent>>(rows: rows)
    let found = try model.fit(data, by: trainer)
    #expect(found.bestEpoch == 2 && found.history.count == 2)
    var short = model.training
    short.epochs = 2
    let same = try Trainer(processor: Processor(engine: .gsl, threads: 2), seed: Seed(76))
      .fit(model.design, to: rows, options: short, plannedEpochs: 6)
    #expect(NamedTensors(found.model.network).matrices == NamedTensors(same.model.network).matrices)
  }
}
