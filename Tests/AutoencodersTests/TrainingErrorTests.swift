import Autoencoders
import Compute
import InteractionData
import TestSupport
import Testing

/// Trainings that come to no model.
@Suite("Trainings that fail")
struct TrainingErrorTests {
  private let rows = randomRows(90, 80, density: 0.1, seed: 150)
  private let trainer = Trainer(processor: Processor(engine: .gsl, threads: 2), seed: Seed(1))

  private func design(_ likelihood: Likelihood = .bernoulli) -> Design<PointLatent> {
    var model = AE()
    (model.latent, model.likelihood) = (5, likelihood)
    return model.design
  }

  @Test(
    "steps without measure end in an error that names epoch, batch, layer and learning rate",
    arguments: Likelihood.allCases)
  func hugeSteps(_ likelihood: Likelihood) throws {
    var options = TrainingOptions(epochs: 5, batchSize: 30)
    options.learningRate = 1e38
    let error = #expect(throws: TrainingError.self) {
      try trainer.fit(design(likelihood), to: rows, options: options)
    }
    guard case .diverged(let epoch, let batch, let failure) = error else {
      Issue.record("not a divergence: \(String(describing: error))")
      return
    }
    #expect(epoch <= 2 && batch >= 1 && batch <= 3)
    #expect(failure.learningRate == 1e38)
    let text = error?.description ?? ""
    #expect(text.contains("epoch \(epoch), batch \(batch), first seen in the \(failure.layer)"), "\(text)")
    #expect(text.contains("learning rate than 1e+38"), "\(text)")
  }

  @Test("a variational model with a learning rate of 1e30 diverges")
  func hugeStepsOfMultVAE() {
    var model = MultVAE()
    (model.hidden, model.latent) = ([6], 3)
    var options = TrainingOptions(epochs: 5, batchSize: 30)
    options.learningRate = 1e30
    #expect(throws: TrainingError.self) { try trainer.fit(model.design, to: rows, options: options) }
  }

  @Test("ratings of 1e30 are too large, and the error says so", arguments: [LossCells.all, .observed])
  func hugeRatings(_ cells: LossCells) {
    var design = design(.gaussian)
    design.cells = cells
    let data = SparseRows(
      columnCount: 80, offsets: rows.offsets, indices: rows.indices,
      values: rows.indices.map { _ in 1e30 })
    let error = #expect(throws: TrainingError.self) {
      try trainer.fit(design, to: data, options: TrainingOptions(epochs: 2))
    }
    guard case .diverged(epoch: 1, batch: 1, let failure) = error else {
      Issue.record("not a divergence of the first batch: \(String(describing: error))")
      return
    }
    #expect(!failure.layer.hasPrefix("weights"))
    #expect(error?.description.contains("smaller ratings") == true)
  }

  @Test("whole numbers of settings are told without .0")
  func numbers() {
    #expect("\(TrainingError.unusable(model: "m", value: "score", learningRate: 2))".hasSuffix(" learning rate than 2"))
    #expect("\(TrainingError.unsolvable(model: "m", setting: "l2", value: 0))".hasSuffix(" l2 0; try a larger one"))
  }

  @Test("a failed update leaves the weights as they were")
  func weightsSurvive() throws {
    let network = Network<Float>(design(.gaussian), items: 80, users: 90, seed: Seed(1))
    var step = TrainingStep(
      design(.gaussian), network: network, batchSize: 90, plannedUpdates: 1, adam: Adam(),
      processor: Processor(engine: .gsl, threads: 1))
    let data = SparseRows(
      columnCount: 80, offsets: rows.offsets, indices: rows.indices,
      values: rows.indices.map { _ in Float.infinity })
    #expect(throws: NonFiniteLoss.self) {
      try step.update(rows: Array(0..<90), of: data, noise: .drawn(seed: Seed(1), update: 0))
    }
    #expect(NamedTensors(step.network).matrices == NamedTensors(network).matrices)
    #expect(step.updates == 0)
  }

  @Test("an interruption is noticed before the next update")
  func interruption() {
    let asked = Guarded(0)
    var trainer = trainer
    trainer.isInterrupted = {
      asked.withLock {
        $0 += 1
        return $0 == 3
      }
    }
    let error = #expect(throws: TrainingError.self) {
      try trainer.fit(design(), to: rows, options: TrainingOptions(epochs: 5, batchSize: 30))
    }
    guard case .interrupted = error else {
      Issue.record("not an interruption: \(String(describing: error))")
      return
    }
    #expect(asked.withLock { $0 } == 3)
    #expect(error?.description == "interrupted")
  }

  @Test("nobody to learn from is an error", arguments: [0, 3])
  func noUsers(count: Int) {
    let empty = SparseRows(columnCount: 4, rows: Array(repeating: [], count: count))
    let error = #expect(throws: TrainingError.self) {
      try trainer.fit(design(), to: empty, options: TrainingOptions())
    }
    #expect(error?.description == "no user has any interaction to train on")
  }

  @Test("what validation throws comes through")
  func validationThrows() {
    struct Broken: Error {}
    #expect(throws: Broken.self) {
      try trainer.fit(design(), to: rows, options: TrainingOptions(epochs: 2)) { _ in throw Broken() }
    }
  }
}
