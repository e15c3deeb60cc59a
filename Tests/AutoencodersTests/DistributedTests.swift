import Communication
import Compute
import Evaluation
import FileFormats
import Foundation
import InteractionData
import Synchronization
import TestSupport
import Testing

@testable import Autoencoders

/// Trainings by several processes, which here are threads: the same bytes as by one.
@Suite("Several processes")
struct DistributedTests {
  /// Eight shards.
  static let rows = randomRows(90, 500, density: 0.05, seed: 500)
  static let more = randomRows(100, 500, density: 0.05, seed: 501)
  private static let ratings = randomRows(70, 300, density: 0.1, seed: 502, ratings: [1, 2, 3, 4, 5])
  private static let trained = Zoo.defaults.filter { $0.isTrainedInEpochs }.map(\.name)
  private let run = RunIdentity(["seed": 5])

  static func model(_ name: String) throws -> any ZooModel {
    let plain = try #require(Zoo.named(name))
    let changes: [String: JSONValue] = [
      "latent": 4, "hidden": .array([6]), "components": 3, "epochs": 4, "batchSize": 40, "patience": 2,
    ]
    return try plain.setting(changes.filter { plain.has($0.key) })
  }

  /// What a training leaves: the model file, the epochs, and what validation found.
  struct Outcome: Equatable, Sendable {
    var file: [UInt8] = []
    var bestEpoch = 0
    var validation: [Double?] = []
    var losses: [Double] = []
    var parameters = 0
  }

  /// Held-out users of whom nothing is seen in training.
  private static let users: HeldOutUsers = {
    let items = randomRows(30, 500, density: 0.06, seed: 503)
    let parts = (0..<items.rowCount).map { row -> (fold: [Int], held: [Int]) in
      let all = items.indices(ofRow: row).map(Int.init)
      return (Array(all.dropLast(1 + all.count / 4)), Array(all.suffix(1 + all.count / 4)))
    }
    let profiles = SparseRows(columnCount: 500, rows: parts.map(\.fold))
    return HeldOutUsers(
      userIDs: parts.indices.map { "\($0)" }, profiles: Profiles(items: profiles), masked: profiles,
      heldOut: SparseRows(columnCount: 500, rows: parts.map(\.held)), skippedUsers: 0)
  }()

  private static func value(of model: any Recommender, _ processor: Processor) throws -> Double {
    var cells: [RatingCell] = []
    for user in stride(from: 0, to: ratings.rowCount, by: 3) {
      for item in stride(from: user % 7, to: ratings.columnCount, by: 31) {
        cells.append(RatingCell(user: user, item: item, rating: 3))
      }
    }
    func error(_ predictor: AutoRecPredictor) throws -> Double {
      let predicted = try predictor.predictions(for: cells, using: processor)
      return -predicted.reduce(0) { $0 + Double(($1 - 3) * ($1 - 3)) }
    }
    if let byItem = model as? ItemAutoRec.Fitted {
      return try error(AutoRecPredictor(byItem.network, side: .items, ratings: ratings))
    }
    if let byUser = model as? Autoencoder<PointLatent>, byUser.itemCount == ratings.columnCount {
      return try error(AutoRecPredictor(byUser, side: .users, ratings: ratings))
    }
    func evaluate(_ model: some Recommender) throws -> Double {
      let result = try Evaluator(blockSize: 7).evaluate(
        model, on: users, itemPopularity: rows.columnCounts(), trainingUsers: rows.rowCount,
        metrics: [Metric(.ndcg, at: 20), Metric(.novelty, at: 5), Metric(.coverage, at: 10)], processor: processor)
      return result.scores.reduce(0) { $0 + $1.value }
    }
    return try evaluate(model)
  }

  static func train(
    _ model: any ZooModel, refits: Bool = true, among communicator: (any Communicator)?, threads: Int = 1,
    engine: ProductEngine = .gsl, precision: ProductPrecision = .float32,
    checkpoints: ((Processor) throws -> Checkpoints)? = nil, stop: Int = .max
  ) throws -> Outcome {
    var processor = try Processor(engine: engine, threads: threads).using(precision)
    try processor.join(communicator)
    var trainer = Trainer(processor: processor, seed: Seed(5))
    let asked = Atomic<Int>(0)
    // Only one of the processes is asked to stop.
    if communicator?.rank ?? 0 == (communicator?.size ?? 1) - 1 {
      trainer.isInterrupted = { asked.wrappingAdd(1, ordering: .relaxed).newValue > stop }
    }
    trainer.checkpoints = try checkpoints?(processor)
    let (rows, more) = model.task == .rating ? (ratings, ratings) : (rows, more)
    let fit = try model.fit(to: rows, refit: refits ? more : nil, trainer: trainer) { [processor] in
      try value(of: $0, processor)
    }
    var outcome = Outcome()
    outcome.bestEpoch = fit.bestEpoch
    outcome.validation = fit.history.map(\.validation)
    outcome.losses = fit.history.map { $0.reconstruction + $0.divergence }
    outcome.parameters = fit.model.parameterCount
    outcome.file = try withTemporaryDirectory { directory in
      let path = directory + "/model.safetensors"
      let isRoot = processor.isRoot
      if try (fit.model as? any DividedModel)?.write(to: isRoot ? path : nil, metadata: ["format": "doppel"]) != true {
        try SafeTensors(tensors: fit.model.tensors, metadata: ["format": "doppel"]).write(to: path)
      }
      return try isRoot ? Array(Data(contentsOf: URL(fileURLWithPath: path))) : []
    }
    return outcome
  }

  /// What the first of several processes has, and whether the others agree with it in all but the file.
  static func together(
    _ ranks: Int, _ train: @escaping @Sendable (LocalCommunicator) throws -> Outcome
  ) throws -> Outcome {
    let outcomes = try LocalCommunicator.run(ranks: ranks, train)
    for var other in outcomes.dropFirst() {
      // Only the first process writes.
      other.file = outcomes[0].file
      #expect(other == outcomes[0])
    }
    return outcomes[0]
  }

  @Test("every network of the zoo has the bytes of one process", arguments: trained)
  func zoo(_ name: String) throws {
    let model = try Self.model(name)
    for refits in [true, false] {
      let alone = try Self.train(model, refits: refits, among: nil, threads: 2)
      #expect(alone.file.count > 1000)
      for ranks in [2, 3] {
        let found = try Self.together(ranks) {
          try Self.train(model, refits: refits, among: $0, threads: 1 + $0.rank % 2)
        }
        #expect(found == alone, "\(ranks) processes, \(refits)")
      }
    }
  }

  @Test(
    "so it is where there are more processes than shards, and one user in a batch", arguments: ["mult-vae", "elsa"])
  func moreThanShards(_ name: String) throws {
    let model = try Self.model(name).setting(["latent": 3, "epochs": 1, "batchSize": 1])
    let alone = try Self.train(model, refits: false, among: nil)
    let found = try Self.together(11) { [model] in try Self.train(model, refits: false, among: $0) }
    #expect(found == alone)
  }

  @Test("so it is with the library that trainings use, in both number formats", arguments: ProductPrecision.allCases)
  func fastest(_ precision: ProductPrecision) throws {
    let engine = try ProductEngine.fastest()
    guard engine.supports(precision) else {
      #expect(throws: EngineError.self) { try Processor(engine: engine).using(precision) }
      return
    }
    let model = try Self.model("mult-vae")
    let alone = try Self.train(model, among: nil, engine: engine, precision: precision)
    for ranks in [2, 4] {
      let found = try Self.together(ranks) {
        try Self.train(model, among: $0, engine: engine, precision: precision)
      }
      #expect(found == alone, "\(ranks) processes")
    }
  }

  @Test("updates in double precision, moments and logits are the same in every bit", arguments: Likelihood.allCases)
  func double(_ likelihood: Likelihood) throws {
    var model = MultVAE()
    (model.hidden, model.latent, model.likelihood, model.annealingSteps) = ([9], 4, likelihood, 0)
    let (design, batch) = (model.design, Array(0..<Self.rows.rowCount))
    @Sendable func updated(_ communicator: LocalCommunicator?) throws -> [String: Matrix<Double>] {
      let division = ShardDivision(items: 500, among: communicator)
      var step = TrainingStep(
        design,
        network: Network<Double>(design, items: 500, users: batch.count, seed: Seed(6), own: division?.own),
        batchSize: batch.count, plannedUpdates: 3, adam: Adam(learningRate: 0.01),
        processor: Processor(engine: .gsl, threads: 2), division: division, accord: nil)
      var losses: [Double] = []
      for update in 0..<3 {
        let noise = NoiseSource.drawn(seed: Seed(7), update: update)
        losses.append(try step.update(rows: batch, of: Self.rows, noise: noise).total)
      }
      let outputs = try step.outputs(rows: batch, of: Self.rows, noise: .drawn(seed: Seed(7), update: 3))
      var found = ["losses": Matrix(rows: 1, columns: 3, elements: losses), "logits": outputs.logits]
      for (name, network) in [
        ("weights", step.network), ("first", step.moments.first), ("second", step.moments.second),
      ] {
        for (place, shard) in network.shards.enumerated() where division?.own.contains(place) ?? true {
          found["\(name) \(place) in"] = shard.inputWeight
          found["\(name) \(place) out"] = shard.outputWeight
          found["\(name) \(place) bias"] = shard.outputBias
        }
        for (index, matrix) in network.parameters.enumerated() { found["\(name) small \(index)"] = matrix }
      }
      return found
    }
    let alone = try updated(nil)
    for ranks in [2, 3, 8] {
      var names: Set<String> = []
      for found in try LocalCommunicator.run(ranks: ranks, { try updated($0) }) {
        for (name, matrix) in found { #expect(matrix == alone[name], "\(name) of \(ranks)") }
        names.formUnion(found.keys)
      }
      #expect(names == Set(alone.keys))
    }
  }

  @Test("a process has the numbers of its own shards and no others")
  func share() throws {
    let design = try #require(Self.model("mult-vae") as? MultVAE).design
    let whole = Network<Float>(design, items: 500, users: 0, seed: Seed(8))
    let counts = try LocalCommunicator.run(ranks: 3) { communicator in
      let division = try #require(ShardDivision(items: 500, among: communicator))
      let part = Network<Float>(design, items: 500, users: 0, seed: Seed(8), own: division.own)
      for shard in division.own { #expect(part.shards[shard].inputWeight == whole.shards[shard].inputWeight) }
      #expect(part.itemCount == 500)
      return part.shards.reduce(0) { $0 + $1.inputWeight.count }
    }
    #expect(counts.reduce(0, +) == whole.shards.reduce(0) { $0 + $1.inputWeight.count })
    #expect(counts.allSatisfy { $0 <= 3 * 64 * 6 })
  }

  @Test(
    "interrupted with any number of processes, a training goes on with any other and ends in the same bytes",
    arguments: ["mult-vae", "cdae", "rec-vae", "elsa", "item-autorec"], [true, false])
  func resume(_ name: String, refits: Bool) throws {
    let model = try Self.model(name)
    let alone = try Self.train(model, refits: refits, among: nil)
    for ranks in [[3, 2, 1], [1, 2, 3], [2, 4, 2]] {
      let (found, interruptions) = try Self.interrupted(model, refits: refits, ranks: ranks, run)
      #expect(interruptions > 1 && found == alone, "\(ranks)")
    }
  }

  /// Trains, interrupted every few updates and each time resumed by another number of processes.
  static func interrupted(
    _ model: any ZooModel, refits: Bool, ranks: [Int], _ run: RunIdentity
  ) throws -> (found: Outcome?, interruptions: Int) {
    try withTemporaryDirectory { directory in
      let directory = directory + "/model"
      var (found, interruptions): (Outcome?, Int) = (nil, 0)
      while found == nil {
        let (count, stop) = (ranks[interruptions % ranks.count], 2 + interruptions % 3)
        @Sendable func train(_ communicator: LocalCommunicator?) throws -> Outcome {
          try Self.train(
            model, refits: refits, among: communicator,
            checkpoints: {
              try Checkpoints(
                in: directory, every: .onlyWhenInterrupted, run: run, resumes: true, among: $0.communicator)
            }, stop: stop)
        }
        do {
          found = try count == 1 ? train(nil) : Self.together(count) { try train($0) }
        } catch TrainingError.interrupted {
          interruptions += 1
          try #require(interruptions < 100)
        }
      }
      return (found, interruptions)
    }
  }

  @Test("a checkpoint of several processes is the file that one process writes", arguments: ["rec-vae", "elsa"])
  func checkpoint(_ name: String) throws {
    let (model, run) = (try Self.model(name), run)
    try withTemporaryDirectory { directory in
      @Sendable func stopped(_ communicator: LocalCommunicator?, _ name: String) throws {
        #expect(throws: TrainingError.self) {
          _ = try Self.train(
            model, among: communicator,
            checkpoints: {
              try Checkpoints(
                in: directory + "/" + name, every: .onlyWhenInterrupted, run: run, resumes: true,
                among: $0.communicator)
            }, stop: 5)
        }
      }
      try stopped(nil, "one")
      _ = try LocalCommunicator.run(ranks: 3) { try stopped($0, "three") }
      let one = try CheckpointFile.read(directory + "/one/checkpoint.safetensors", for: run)
      let three = try CheckpointFile.read(directory + "/three/checkpoint.safetensors", for: run)
      // Which update it is depends on when a process learns of the wish of another; its numbers are those of that update.
      #expect(Set(one.tensors.keys) == Set(three.tensors.keys))
      for (name, tensor) in one.tensors { #expect(three.tensors[name]?.shape == tensor.shape, "\(name)") }
    }
  }

  @Test("codes, moments and bounds are those of one process", arguments: ["mult-vae", "rec-vae", "vamp-vae"])
  func codes(_ name: String) throws {
    let model = try Self.model(name)
    @Sendable func found(_ communicator: LocalCommunicator?) throws -> [Double] {
      var processor = Processor(engine: .gsl, threads: 2)
      try processor.join(communicator)
      let fit = try model.fit(to: Self.rows, trainer: Trainer(processor: processor, seed: Seed(5)), validate: nil)
      guard case .gaussians(let network) = fit.model.latent else { return [] }
      let profiles = Profiles(items: Self.more)
      let posterior = try network.aggregatePosterior(of: profiles, processor: processor)
      let bound = try network.evidenceBound(of: profiles, seed: Seed(9), processor: processor)
      let scores = try fit.model.scores(for: profiles, using: processor.engine)
      return posterior.mean + posterior.variance + [bound.reconstruction, bound.divergence]
        + scores.elements.map(Double.init)
    }
    let alone = try found(nil)
    #expect(alone.count > 100)
    for several in try LocalCommunicator.run(ranks: 3, { try found($0) }) { #expect(several == alone) }
  }

  @Test("a score that is not a number is named by all processes as by one")
  func notANumber() throws {
    let design = try #require(Self.model("mult-dae") as? MultDAE).design
    var network = Network<Float>(design, items: 500, users: 0, seed: Seed(10))
    network.shards[6].outputBias[0, 3] = .nan
    network.shards[2].outputBias[0, 1] = .nan
    let whole = network
    @Sendable func error(_ communicator: LocalCommunicator?) -> String {
      var processor = Processor(engine: .gsl, threads: 2)
      let division = ShardDivision(items: 500, among: communicator)
      do {
        try processor.join(communicator)
        return "\(try Self.value(of: Autoencoder(design: design, network: whole, division: division), processor))"
      } catch { return "\(error)" }
    }
    let alone = error(nil)
    #expect(alone.contains("129"))
    let several = try LocalCommunicator.run(ranks: 3) { error($0) }
    #expect(several == [alone, alone, alone])
  }

  @Test("the estimate of memory is that of a process")
  func memory() throws {
    var model = MultVAE()
    (model.hidden, model.latent) = ([600], 200)
    let rows = TrainingRows(count: 1000, width: 20_108, fitsAgain: true)
    let alone = model.memory(rows, processor: Processor(engine: .gsl, threads: 1))
    let shares = try LocalCommunicator.run(ranks: 2) { [model] communicator in
      var processor = Processor(engine: .gsl, threads: 1)
      try processor.join(communicator)
      return model.memory(rows, processor: processor)
    }
    for share in shares {
      #expect(Double(share.parameters) < 0.53 * Double(alone.parameters))
      #expect(Double(share.logits) < 0.53 * Double(alone.logits))
    }
  }
}
