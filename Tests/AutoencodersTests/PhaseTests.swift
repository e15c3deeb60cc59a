import Autoencoders
import Compute
import FileFormats
import InteractionData
import Synchronization
import TestSupport
import Testing

/// Trainings whose parts learn by turns.
@Suite("Phases")
struct PhaseTests {
  private static let rows = randomRows(90, 140, density: 0.08, seed: 190)
  private static let options = TrainingOptions(epochs: 5, batchSize: 30, patience: 0)

  private func design(_ phases: [Phase]) -> Design<GaussianLatent> {
    var model = MultVAE()
    (model.hidden, model.latent, model.annealingSteps) = ([8], 3, 0)
    var design = model.design
    design.prior = MixtureOfGaussians(components: 2)
    design.phases = phases
    return design
  }

  private func tensors(
    _ design: Design<GaussianLatent>, epochs: Int = 5, target: SparseRows? = nil, threads: Int = 2,
    checkpoints: Checkpoints? = nil, stop: Int = .max
  ) throws -> [String: Matrix<Float>] {
    var trainer = Trainer(processor: Processor(engine: .gsl, threads: threads), seed: Seed(6))
    let asked = Atomic<Int>(0)
    trainer.isInterrupted = { asked.wrappingAdd(1, ordering: .relaxed).newValue > stop }
    trainer.checkpoints = checkpoints
    var options = Self.options
    options.epochs = epochs
    let outcome = try trainer.fit(design, to: Self.rows, target: target, options: options, plannedEpochs: 5)
    return NamedTensors(outcome.model.network).matrices
  }

  @Test("one phase over everything, however long, is a training without phases")
  func whole() throws {
    let plain = try tensors(design([Phase()]))
    #expect(try tensors(design([Phase(epochs: 3)])) == plain)
    #expect(try tensors(design([Phase(), Phase(keepsEncoder: true)])) == plain)
  }

  @Test("in each phase only its groups learn")
  func turns() throws {
    let phases = [Phase(learns: [.encoder, .prior], epochs: 2), Phase(learns: [.decoder], corrupts: false)]
    let start = NamedTensors(Network<Float>(design(phases), items: 140, users: 90, seed: Seed(6))).matrices
    let (second, third) = try (tensors(design(phases), epochs: 2), tensors(design(phases), epochs: 3))
    for name in start.keys {
      let isDecoder = name.hasPrefix("decoder")
      #expect((second[name] == start[name]) == isDecoder, "\(name) in the first phase")
      #expect((third[name] == second[name]) == !isDecoder, "\(name) in the second phase")
    }
  }

  @Test("a phase without corruption sees the clean rows")
  func clean() throws {
    var clean = design([Phase(corrupts: false)])
    let found = try tensors(clean)
    (clean.phases, clean.corruption) = ([Phase()], .none)
    #expect(try tensors(clean) == found)
    #expect(try tensors(design([Phase()])) != found)
  }

  @Test("a target that is the input changes nothing, another one does")
  func target() throws {
    let plain = try tensors(design([Phase()]))
    #expect(try tensors(design([Phase()]), target: Self.rows) == plain)
    #expect(try tensors(design([Phase()]), target: randomRows(90, 140, density: 0.08, seed: 191)) != plain)
  }

  @Test("interrupted anywhere, a training by turns ends in the same bits, the kept encoder's use included")
  func resumed() throws {
    let phases = [
      Phase(learns: [.encoder, .prior], epochs: 2, keepsEncoder: true), Phase(learns: [.decoder], corrupts: false),
    ]
    let whole = try tensors(design(phases))
    let run = RunIdentity(["seed": 6])
    for stop in [2, 5, 8] {
      try withTemporaryDirectory { directory in
        var (found, threads): ([String: Matrix<Float>]?, Int) = (nil, 1)
        while found == nil && threads < 30 {
          let checkpoints = try Checkpoints(in: directory + "/m", every: .epochs(1), run: run, resumes: true)
          threads += 1
          do {
            found = try tensors(design(phases), threads: 1 + threads % 2, checkpoints: checkpoints, stop: stop)
          } catch TrainingError.interrupted {}
        }
        #expect(found == whole, "\(stop)")
      }
    }
  }

  @Test("a kept encoder goes on giving what it gave, on clean rows, while the other learns")
  func kept() throws {
    var step = TrainingStep(
      design([Phase()]), network: Network<Float>(design([Phase()]), items: 140, users: 90, seed: Seed(6)),
      batchSize: 90, plannedUpdates: 3, adam: Adam(), processor: Processor(engine: .gsl, threads: 2))
    let codes = Autoencoder(design: design([Phase()]), network: step.network)
      .encode(Profiles(items: Self.rows), using: .gsl)
    step.keepEncoder()
    for update in 0..<3 {
      _ = try step.update(rows: Array(0..<90), of: Self.rows, noise: .drawn(seed: Seed(6), update: update))
      let found = GaussianLatent.codes(of: step.references).mean
      expectClose(found.elements.map { Double($0) }, codes.mean.elements.map { Double($0) }, within: 1e-6, "\(update)")
    }
  }
}
