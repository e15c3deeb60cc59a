import Autoencoders
import Compute
import TestSupport
import Testing

@Suite("Posteriors in the epoch log")
struct LatentEpochTests {
  private let trainer = Trainer(processor: Processor(engine: .gsl, threads: 2), seed: Seed(1))
  private let options = TrainingOptions(epochs: 3, batchSize: 20)

  private func model(beta: Double) -> MultVAE {
    var model = MultVAE()
    (model.hidden, model.latent, model.beta, model.annealingSteps) = ([8], 3, beta, 0)
    return model
  }

  @Test("the dimensions' divergences add up to the epoch's, at any number of threads")
  func sum() throws {
    let rows = Checkerboard().rows
    let history = try trainer.fit(model(beta: 0.2).design, to: rows, options: options).history
    for record in history {
      let latent = try #require(record.latent)
      #expect(latent.divergences.count == 3)
      // Float roundings of the kernel that sums over dimensions.
      #expect(abs(latent.divergences.reduce(0, +) - record.divergence) < 1e-5 * max(1, record.divergence))
    }
    let single = Trainer(processor: Processor(engine: .gsl, threads: 1), seed: Seed(1))
    let again = try single.fit(model(beta: 0.2).design, to: rows, options: options).history
    #expect(again.map(\.latent) == history.map(\.latent))
  }

  @Test("a point has no posterior to log")
  func point() throws {
    var ae = AE()
    ae.latent = 3
    let history = try trainer.fit(ae.design, to: Checkerboard().rows, options: options).history
    #expect(history.allSatisfy { $0.latent == nil })
  }

  @Test("a weight of 20 collapses the posterior, and the log says so")
  func collapse() throws {
    let many = TrainingOptions(epochs: 60, batchSize: 20, learningRate: 5e-3)
    let history = try trainer.fit(model(beta: 20).design, to: Checkerboard().rows, options: many).history
    let last = try #require(history.last?.latent)
    #expect(last.state == .collapsed && last.activeUnits == 0)
  }
}
