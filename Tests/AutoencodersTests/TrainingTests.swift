import Autoencoders
import Compute
import FileFormats
import InteractionData
import TestSupport
import Testing

/// What a training does from one epoch to the next.
@Suite("Training")
struct TrainingTests {
  private static let rows = randomRows(150, 200, density: 0.06, seed: 140)
  private let processor = Processor(engine: .gsl, threads: 2)

  private func design() -> Design<PointLatent> {
    var model = DAE()
    model.latent = 6
    return model.design
  }

  /// Fits one of the zoo for three epochs of two batches each, over four shards and two blocks.
  private func weights(
    _ name: String, seed: UInt64 = 1, threads: Int = 1, engine: ProductEngine = .gsl
  ) throws -> [String: Tensor] {
    let plain = try #require(Zoo.named(name), "no model \(name)")
    let configuration = try plain.settingWhereKnown(["latent": 5, "epochs": 3, "batchSize": 100])
    let trainer = Trainer(processor: Processor(engine: engine, threads: threads), seed: Seed(seed))
    return try configuration.fit(to: Self.rows, trainer: trainer, validate: nil).model.tensors
  }

  private static let trained = Zoo.defaults.filter(\.isTrainedInEpochs).map(\.name)

  @Test(
    "the same seed gives the same weights, bit by bit, on 1 and 2 threads; another seed gives others",
    arguments: trained)
  func determinism(_ name: String) throws {
    let one = try weights(name)
    #expect(try weights(name) == one)
    #expect(try weights(name, threads: 2) == one)
    let other = try weights(name, seed: 2)
    for (tensor, matrix) in one { #expect(other[tensor] != matrix, "\(tensor)") }
  }

  @Test(
    "what has no epochs has the same bits on 1, 2 and 3 threads, whatever the seed",
    arguments: Zoo.defaults.filter { $0.withMembers.allSatisfy { !$0.isTrainedInEpochs } }.map(\.name))
  func closedForm(_ name: String) throws {
    let one = try weights(name)
    for threads in [2, 3] { #expect(try weights(name, seed: 2, threads: threads) == one) }
  }

  @Test(
    "every engine gives the same bits again on 1 and 2 threads", arguments: ProductEngine.present.map(\.kind))
  func engineDeterminism(_ kind: ProductEngine.Kind) throws {
    let engine = try ProductEngine.engine(kind)
    let one = try weights("mult-vae", engine: engine)
    #expect(try weights("mult-vae", threads: 2, engine: engine) == one, "\(engine.name)")
  }

  @Test(
    "rounded products: the same bits on 1 and 2 threads, nearly the same loss; refused where there are none",
    arguments: Zoo.defaults(for: .ranking).filter(\.isTrainedInEpochs).map(\.name))
  func rounded(_ name: String) throws {
    let engine = try ProductEngine.fastest()
    let exact = Processor(engine: engine, threads: 1)
    guard engine.supports(.bfloat16) else {
      #expect(throws: EngineError.unsupported(.bfloat16, engine: engine.name)) {
        try exact.using(ProductPrecision.bfloat16)
      }
      return
    }
    let plain = try #require(Zoo.named(name), "no model \(name)")
    let changes: [String: JSONValue] = ["latent": 5, "epochs": 10, "batchSize": 100]
    let configuration = try plain.setting(changes.filter { plain.has($0.key) })
    func fit(_ processor: Processor) throws -> Fit<any FittedModel> {
      try configuration.fit(
        to: Self.rows, trainer: Trainer(processor: processor, seed: Seed(1)), validate: nil)
    }
    func last(_ fit: Fit<any FittedModel>) throws -> Double { try #require(fit.history.last).reconstruction }
    let (one, two) = try (
      fit(exact.using(ProductPrecision.bfloat16)),
      fit(Processor(engine: engine, threads: 2).using(ProductPrecision.bfloat16))
    )
    #expect(try last(one) == last(two))
    let reference = try last(fit(exact))
    #expect(try last(one) != reference, "nothing was rounded")
    #expect(try abs(last(one) - reference) < 0.01 * abs(reference))
  }

  /// Plays back one value per epoch and keeps the weights it was shown.
  private func fit(
    values: [Double], options: TrainingOptions, rows: SparseRows = rows
  ) throws -> (outcome: TrainingOutcome<PointLatent>, shown: [[String: Matrix<Float>]]) {
    var shown: [[String: Matrix<Float>]] = []
    let outcome = try Trainer(processor: processor, seed: Seed(1)).fit(design(), to: rows, options: options) {
      model in
      shown.append(NamedTensors(model.network).matrices)
      return values[min(shown.count, values.count) - 1]
    }
    return (outcome, shown)
  }

  @Test(
    "the weights of the best epoch are kept, the first of equals",
    arguments: [
      ([0.1, 0.3, 0.2, 0.25], 2), ([0.1, 0.2, 0.3, 0.4], 4), ([0.4, 0.3, 0.4, 0.2], 1),
      ([-3, -2, -2, -5], 2),
    ])
  func bestEpoch(values: [Double], best: Int) throws {
    let (outcome, shown) = try fit(values: values, options: TrainingOptions(epochs: 4, patience: 0))
    #expect(outcome.bestEpoch == best)
    #expect(NamedTensors(outcome.model.network).matrices == shown[best - 1])
    #expect(outcome.history.map(\.validation) == values.map(Optional.some))
    #expect(outcome.history.map(\.epoch) == [1, 2, 3, 4])
    #expect(outcome.history.allSatisfy { $0.users == 150 && $0.reconstruction > 0 && $0.seconds > 0 })
  }

  @Test("without validation the last epoch is kept, and the loss falls on the way")
  func lastEpoch() throws {
    let outcome = try Trainer(processor: processor, seed: Seed(1))
      .fit(design(), to: Self.rows, options: TrainingOptions(epochs: 10, learningRate: 0.01))
    #expect(outcome.bestEpoch == 10 && outcome.history.count == 10)
    let losses = outcome.history.map(\.reconstruction)
    #expect((losses.last ?? 0) < 0.7 * (losses.first ?? 0), "\(losses)")
    #expect(outcome.history.allSatisfy { $0.validation == nil })
  }

  @Test(
    "training ends after `patience` epochs without a better value",
    arguments: [
      ([0.5], 3, 4), ([0.1, 0.2, 0.3], 2, 5), ([0.1, 0.2, 0.1, 0.3, 0.1], 2, 6), ([0.5], 0, 12),
      ([0.5], 20, 12),
    ])
  func patience(values: [Double], patience: Int, epochs: Int) throws {
    let (outcome, _) = try fit(values: values, options: TrainingOptions(epochs: 12, patience: patience))
    #expect(outcome.history.count == epochs)
  }

  /// Ten batches of 15 an epoch and a cap reached after 0.2 · 150 = 30 updates: β settles with epoch 3.
  @Test("patience counts only once β has settled")
  func patienceWaitsForBeta() throws {
    var model = MultVAE()
    (model.hidden, model.latent, model.beta, model.annealingSteps) = ([6], 3, 0.2, 150)
    let outcome = try Trainer(processor: processor, seed: Seed(1)).fit(
      model.design, to: Self.rows, options: TrainingOptions(epochs: 20, batchSize: 15, patience: 2)
    ) { _ in 1 }
    #expect(outcome.history.count == 4)
    #expect(outcome.bestEpoch == 1)
    // β at the last of ten updates: (10·epoch − 1)/150.
    let betas: [Double] = [9, 19, 29, 30].map { $0 / 150 }
    #expect(outcome.history.map(\.beta) == betas)
  }

  /// β would rise for all of the 40 epochs.
  @Test("while β rises, twice the patience without a better value ends the training", arguments: [1, 4, 25])
  func patienceWhileBetaRises(bestEpoch: Int) throws {
    var model = MultVAE()
    (model.hidden, model.latent, model.beta, model.annealingSteps) = ([6], 3, 1, 1000)
    var epoch = 0
    let outcome = try Trainer(processor: processor, seed: Seed(1)).fit(
      model.design, to: Self.rows, options: TrainingOptions(epochs: 40, batchSize: 15, patience: 5)
    ) { _ in
      epoch += 1
      // Better again every eight epochs, up to the best.
      return epoch <= bestEpoch && (epoch == bestEpoch || epoch % 8 == 1) ? Double(epoch) : 0
    }
    #expect(outcome.bestEpoch == bestEpoch)
    #expect(outcome.history.count == bestEpoch + 10)
  }

  @Test("a second fit runs the chosen epochs with the schedule of the planned ones")
  func refit() throws {
    var configured = MultVAE()
    (configured.hidden, configured.latent) = ([6], 3)
    configured.training = TrainingOptions(epochs: 6, batchSize: 15, patience: 0)
    let calls = Guarded(0)
    let everything = randomRows(170, 200, density: 0.06, seed: 141)
    let trainer = Trainer(processor: processor, seed: Seed(1))
    let fit = try configured.fit(
      to: Self.rows, refit: everything, trainer: trainer
    ) { _ in
      let call = calls.withLock {
        $0 += 1
        return $0
      }
      return call == 2 ? 1 : 0
    }
    #expect(fit.bestEpoch == 2 && fit.history.count == 6 && calls.withLock { $0 } == 6)
    let again = try trainer.fit(
      configured.design, to: everything, options: TrainingOptions(epochs: 2, batchSize: 15),
      plannedEpochs: 6)
    #expect(fit.model.tensors == again.model.tensors)
  }

  @Test("rows without entries are passed over: they change no weight")
  func emptyRows() throws {
    let full = try fit(values: [1], options: TrainingOptions(epochs: 2, batchSize: 50)).outcome
    let padded = SparseRows(
      columnCount: 200, offsets: Self.rows.offsets + [Self.rows.nonZeroCount, Self.rows.nonZeroCount],
      indices: Self.rows.indices)
    let other = try fit(values: [1], options: TrainingOptions(epochs: 2, batchSize: 50), rows: padded).outcome
    #expect(NamedTensors(full.model.network).matrices == NamedTensors(other.model.network).matrices)
    #expect(other.history.first?.users == 150)
  }

  @Test("progress rises to 1, and every epoch is told in order")
  func progress() throws {
    let shares = Guarded<[Double]>([])
    let epochs = Guarded<[Int]>([])
    var trainer = Trainer(processor: processor, seed: Seed(1))
    trainer.onProgress = { progress in shares.withLock { $0.append(progress.share) } }
    trainer.onEpoch = { record in epochs.withLock { $0.append(record.epoch) } }
    _ = try trainer.fit(design(), to: Self.rows, options: TrainingOptions(epochs: 3, batchSize: 40))
    let seen = shares.withLock { $0 }
    #expect(seen.count == 12 && seen.last == 1)
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0 < $1 })
    #expect(epochs.withLock { $0 } == [1, 2, 3])
  }

  @Test(
    "batches have 32 to 500 users, about 20 an epoch, unless said otherwise",
    arguments: [
      (10, nil, 10), (100, nil, 32), (1000, nil, 50), (9990, nil, 500), (200_000, nil, 500), (100, 7, 7),
      (5, 7, 5),
      (100, 0, 1),
    ])
  func batchSizes(users: Int, wish: Int?, size: Int) {
    #expect(TrainingOptions(batchSize: wish).batchSize(users: users) == size)
  }
}
