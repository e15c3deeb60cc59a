import Autoencoders
import Compute
import FileFormats
import TestSupport
import Testing

@Suite("Memory of a training")
struct TrainingMemoryTests {
  private let processor = Processor(engine: .gsl, threads: 2)

  @Test(
    "weights and two moments, and the best weights where they are kept, are counted to the byte",
    arguments: Zoo.defaults(for: .ranking).filter(\.isTrainedInEpochs).map(\.name))
  func parameters(_ name: String) throws {
    let plain = try #require(Zoo.named(name), "no model \(name)")
    let changes: [String: JSONValue] = ["latent": 5, "epochs": 1, "batchSize": 40]
    let configuration = try plain.setting(changes.filter { plain.has($0.key) })
    let rows = randomRows(80, 300, density: 0.05, seed: 160)
    let fit = try configuration.fit(to: rows, trainer: Trainer(processor: processor, seed: Seed(1)), validate: nil)
    for (fitsAgain, copies) in [(true, 3), (false, 4)] {
      let memory = configuration.memory(
        TrainingRows(count: 80, width: 300, fitsAgain: fitsAgain), processor: processor)
      #expect(memory.parameters == copies * 4 * fit.model.parameterCount)
      // ELSA's loss needs no outputs.
      #expect(memory.logits == (name == ELSA.name ? 0 : 40 * 300 * 4))
      #expect(memory.resident > 0)
      let parts = [
        memory.parameters, memory.kept, memory.logits, memory.partialGradients, memory.workspace, memory.resident,
      ]
      #expect(memory.total == parts.reduce(0, +))
    }
  }

  @Test(
    "a model without epochs counts its numbers to the byte and has no batches",
    arguments: Zoo.defaults.filter { $0.withMembers.allSatisfy { !$0.isTrainedInEpochs } }.map(\.name))
  func withoutEpochs(_ name: String) throws {
    let model = try #require(Zoo.named(name))
    let rows = randomRows(80, 300, density: 0.05, seed: 161, ratings: model.task == .rating ? [1, 2, 3] : nil)
    let shape = TrainingRows(count: 80, width: 300, fitsAgain: false, entries: rows.nonZeroCount)
    let fitted = try model.fit(to: rows, trainer: Trainer(processor: processor, seed: Seed(1)), validate: nil).model
    let memory = model.memory(shape, processor: processor)
    #expect(memory.parameters == 4 * fitted.parameterCount)
    #expect(memory.resident > 0)
    #expect(model.largestBatch(within: 1 << 40, shape, processor: processor) == nil)
  }

  @Test("a baseline needs its numbers")
  func popularity() {
    let rows = TrainingRows(count: 10, width: 12, fitsAgain: false)
    #expect(Popularity().memory(rows, processor: processor).parameters == 12 * 4)
    #expect(Mean().memory(rows, processor: processor).parameters == 25 * 4)
    #expect(Popularity().largestBatch(within: 1 << 40, rows, processor: processor) == nil)
  }

  @Test("the largest batch size fits and the next does not")
  func largestBatch() throws {
    let model = try #require(Zoo.named("mult-vae"))
    let rows = TrainingRows(count: 100_000, width: 20_000, fitsAgain: true)
    let limit = 4_000_000_000
    let size = try #require(model.largestBatch(within: limit, rows, processor: processor))
    func total(_ batchSize: Int) throws -> Int {
      try model.setting(["batchSize": .number(Double(batchSize))]).memory(rows, processor: processor).total
    }
    // What else runs in this process moves the resident memory by some megabytes; a hundred users are 10 MB and more.
    #expect(try total(size - 1000) < limit && total(size + 1000) > limit, "\(size)")
    #expect(model.largestBatch(within: 1_000_000, rows, processor: processor) == nil)
  }
}
