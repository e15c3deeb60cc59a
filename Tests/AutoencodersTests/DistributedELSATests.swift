import Communication
import Compute
import FileFormats
import InteractionData
import TestSupport
import Testing

@testable import Autoencoders

/// ELSA, whose two wide layers are one matrix, in several processes.
extension DistributedTests {
  @Test("updates of elsa in double precision are the same in every bit")
  func elsaUpdates() throws {
    var start = Matrix<Double>(rows: 500, columns: 5)
    var random = Seed(11).stream(.initialisation)
    random.fillGaussian(&start)
    let (whole, batch) = (start, (0..<Self.rows.rowCount).filter { Self.rows.count(ofRow: $0) > 0 })
    @Sendable func updated(_ communicator: LocalCommunicator?) throws -> [String: Matrix<Double>] {
      let division = ShardDivision(items: 500, among: communicator)
      var step = ELSAStep(
        whole.cutByItems, items: 500, rank: 5, learningRate: 0.1, processor: Processor(engine: .gsl, threads: 2),
        division: division)
      var losses: [Double] = []
      for _ in 0..<3 { losses.append(try step.update(rows: batch, of: Self.rows)) }
      var found = ["losses": Matrix<Double>(rows: 1, columns: 3, elements: losses)]
      let state = step.state
      for (name, parts) in [
        ("weights", state.weights), ("first", state.first), ("second", state.second), ("vectors", step.vectorShards),
      ] {
        #expect(parts.count == 8)
        for (shard, part) in parts.enumerated() where part.rows > 0 { found["\(name) \(shard)"] = part }
      }
      return found
    }
    let alone = try updated(nil)
    #expect(alone.count == 33)
    var plain = ELSAStep(whole, learningRate: 0.1, processor: Processor(engine: .gsl, threads: 1))
    for _ in 0..<3 { _ = try plain.update(rows: batch, of: Self.rows) }
    #expect(plain.weights.cutByItems.enumerated().allSatisfy { alone["weights \($0.offset)"] == $0.element })
    for ranks in [2, 3, 8, 9] {
      var names: Set<String> = []
      for found in try LocalCommunicator.run(ranks: ranks, { try updated($0) }) {
        for (name, matrix) in found { #expect(matrix == alone[name], "\(name) of \(ranks)") }
        #expect(found.count <= 1 + 4 * ((8 + ranks - 1) / ranks), "the shards of one process of \(ranks)")
        names.formUnion(found.keys)
      }
      #expect(names == Set(alone.keys))
    }
  }

  @Test("no process has all of elsa, and its codes and scores are those of one process")
  func elsaShare() throws {
    struct Found: Sendable {
      var numbers: Int
      var parameters: Int
      var codes: [[Float]]
      var scores: [Float]
    }
    let model = try Self.model("elsa")
    @Sendable func found(_ communicator: LocalCommunicator?) throws -> Found {
      var processor = Processor(engine: .gsl, threads: 2)
      try processor.join(communicator)
      let fit = try model.fit(to: Self.rows, trainer: Trainer(processor: processor, seed: Seed(5)), validate: nil)
      let fitted = try #require(fit.model as? ELSA.Fitted)
      let profiles = Profiles(items: Self.more)
      let codes = try fitted.autoencoder.mapCodes(of: profiles, inBlocksOf: 16, processor: processor) {
        $1.points.elements
      }
      let own = try fitted.ownScores(for: [profiles], using: processor)[0]
      let scores = try fitted.scores(for: profiles, using: processor.engine)
      let items = fitted.ownItems
      for user in 0..<Self.more.rowCount {
        #expect(Array(own[row: user]) == Array(Array(scores[row: user])[items]))
      }
      return Found(
        numbers: fitted.vectors.count, parameters: fitted.parameterCount, codes: codes, scores: scores.elements)
    }
    let alone = try found(nil)
    #expect(alone.numbers == 500 * 4 && alone.parameters == 500 * 4 && alone.scores.count == 100 * 500)
    let several = try LocalCommunicator.run(ranks: 3) { try found($0) }
    #expect(several.reduce(0) { $0 + $1.numbers } == alone.numbers)
    for one in several {
      #expect(one.numbers <= 3 * 64 * 4 && one.parameters == alone.parameters)
      #expect(one.codes == alone.codes && one.scores == alone.scores)
    }
  }

  @Test(
    "elsa resumes with more processes than shards, whether the best epoch is kept or not", arguments: [true, false])
  func elsaWithoutShards(refits: Bool) throws {
    let model = try Self.model("elsa")
    let alone = try Self.train(model, refits: refits, among: nil)
    let (found, interruptions) = try Self.interrupted(
      model, refits: refits, ranks: [10, 2], RunIdentity(["seed": 5]))
    #expect(interruptions > 1 && found == alone)
  }

  @Test("the estimate of elsa's memory is that of a process")
  func elsaMemory() throws {
    let rows = TrainingRows(count: 1000, width: 20_108, fitsAgain: true, entries: 100_000)
    let alone = ELSA().memory(rows, processor: Processor(engine: .gsl, threads: 1))
    let shares = try LocalCommunicator.run(ranks: 2) { communicator in
      var processor = Processor(engine: .gsl, threads: 1)
      try processor.join(communicator)
      return ELSA().memory(rows, processor: processor)
    }
    for share in shares {
      #expect(Double(share.parameters) < 0.53 * Double(alone.parameters))
      #expect(share.workspace < alone.workspace)
    }
  }

  @Test("a checkpoint of elsa in the earlier form, the matrix in one piece, is refused")
  func elsaEarlierCheckpoint() throws {
    let (model, run) = (try Self.model("elsa"), RunIdentity(["seed": 5]))
    try withTemporaryDirectory { directory in
      let directory = directory + "/model"
      @Sendable func checkpoints(_ processor: Processor) throws -> Checkpoints {
        try Checkpoints(
          in: directory, every: .onlyWhenInterrupted, run: run, resumes: true, among: processor.communicator)
      }
      #expect(throws: TrainingError.self) {
        _ = try Self.train(model, among: nil, checkpoints: checkpoints, stop: 5)
      }
      let path = CheckpointFile.path(in: directory)
      var state = try CheckpointFile.read(path, for: run)
      state.tensors = ["weights", "first", "second"].reduce(into: [:]) { tensors, part in
        tensors["\(part)/item.vector"] = Tensor(shape: [500, 4], values: [Float](repeating: 1, count: 2000))
      }
      try CheckpointFile.write(state, run: run, to: path)
      @Sendable func message(_ communicator: LocalCommunicator?) -> String {
        do {
          _ = try Self.train(model, among: communicator, checkpoints: checkpoints)
          return ""
        } catch { return "\(error)" }
      }
      #expect(message(nil).contains("does not fit this training: tensor weights/shard.0.input is missing"))
      for found in try LocalCommunicator.run(ranks: 10, { message($0) }) {
        #expect(found.contains("does not fit this training: tensor "))
      }
    }
  }
}
