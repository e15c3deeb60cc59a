import Autoencoders
import Compute
import FileFormats
import Foundation
import InteractionData
import Synchronization
import TestSupport
import Testing

/// Trainings that are stopped and go on.
@Suite("Checkpoints")
struct CheckpointTests {
  private static let rows = randomRows(90, 100, density: 0.08, seed: 400)
  private static let more = randomRows(100, 100, density: 0.08, seed: 401)
  private static let trained = Zoo.defaults.filter(\.isTrainedInEpochs).map(\.name)
  private let run = RunIdentity(["seed": 5, "hyperparameters": .object(["latent": 4]), "dataHash": "d"])

  private func configuration(_ name: String) throws -> any ZooModel {
    let plain = try #require(Zoo.named(name))
    let changes: [String: JSONValue] = ["latent": 4, "epochs": 6, "batchSize": 30, "patience": 3]
    return try plain.setting(changes.filter { plain.has($0.key) })
  }

  private func tensors(_ fit: Fit<any FittedModel>) -> [String: Tensor] { fit.model.tensors }

  /// Fits, interrupted before update `stop` of this process; validation values go up and down.
  private func fit(
    _ name: String, refits: Bool, in directory: String? = nil, every interval: Checkpoints.Interval = .epochs(1),
    stop: Int = .max, threads: Int = 1
  ) throws -> Fit<any FittedModel> {
    var trainer = Trainer(processor: Processor(engine: .gsl, threads: threads), seed: Seed(5))
    let asked = Atomic<Int>(0)
    trainer.isInterrupted = { asked.wrappingAdd(1, ordering: .relaxed).newValue > stop }
    trainer.checkpoints = try directory.map { try Checkpoints(in: $0, every: interval, run: run, resumes: true) }
    return try configuration(name).fit(to: Self.rows, refit: refits ? Self.more : nil, trainer: trainer) { model in
      // The rows of item-autorec are items, so it scores no users.
      let scores =
        if let byItem = model as? ItemAutoRec.Fitted {
          try byItem.network.scores(for: Profiles(items: Self.rows.transposed()), using: .gsl)
        } else {
          try model.scores(for: Profiles(items: Self.rows), using: .gsl)
        }
      return Double(scores[row: 3].reduce(0, +)).truncatingRemainder(dividingBy: 1)
    }
  }

  @Test("interrupted anywhere, however often, a training ends in the same bits", arguments: trained, [true, false])
  func sameBits(_ name: String, refits: Bool) throws {
    let whole = try fit(name, refits: refits)
    for stop in [0, 1, 3, 4, 7] {
      try withTemporaryDirectory { directory in
        let directory = directory + "/model"
        var interruptions = 0
        var resumed: Fit<any FittedModel>?
        while resumed == nil {
          do {
            resumed = try fit(
              name, refits: refits, in: directory, stop: stop == 0 ? 9 : stop + interruptions % 3,
              threads: 1 + interruptions % 2)
          } catch TrainingError.interrupted {
            interruptions += 1
            try #require(interruptions < 100)
          }
        }
        let found = try #require(resumed)
        #expect(interruptions > 0 && tensors(found) == tensors(whole), "\(stop)")
        #expect(found.bestEpoch == whole.bestEpoch)
        #expect(found.history.map(\.validation) == whole.history.map(\.validation))
        #expect(found.history.map(\.reconstruction) == whole.history.map(\.reconstruction))
        #expect(found.history.map(\.divergence) == whole.history.map(\.divergence))
      }
    }
  }

  @Test("by the clock, checkpoints come in the middle of an epoch")
  func minutes() throws {
    try withTemporaryDirectory { directory in
      _ = try fit("dae", refits: false, in: directory, every: .minutes(1e-12))
      // The last is that of the last epoch's end; nothing is left to do but to hand the model over.
      let position = try CheckpointFile.read(CheckpointFile.path(in: directory), for: run).position
      #expect(position.batch == 0 && position.history.count == position.epoch - 1)
      #expect(throws: TrainingError.self) {
        try fit("ae", refits: false, in: directory + "/ae", every: .minutes(1e-12), stop: 2)
      }
      let early = try CheckpointFile.read(CheckpointFile.path(in: directory + "/ae"), for: run).position
      #expect(early.epoch == 1 && early.batch == 2 && early.current != nil)
    }
  }

  @Test("a checkpoint of another run is refused, and the difference is named")
  func otherRun() throws {
    try withTemporaryDirectory { directory in
      _ = try fit("ae", refits: false, in: directory)
      let path = CheckpointFile.path(in: directory)
      for (members, words) in [
        (["seed": 6, "hyperparameters": .object(["latent": 4]), "dataHash": "e"], "seed is 5 there and 6 here"),
        (
          ["seed": 5, "hyperparameters": .object(["latent": 4]), "dataHash": "e"],
          "dataHash is \"d\" there and \"e\" here"
        ),
        (
          ["seed": 5, "hyperparameters": .object(["latent": 8]), "dataHash": "d"],
          "hyperparameters.latent is 4 there and 8 here"
        ),
        (["seed": 5, "hyperparameters": .object(["latent": 4])], "dataHash is \"d\" there and missing here"),
      ] as [([String: JSONValue], String)] {
        let error = #expect(throws: DataError.self) { try CheckpointFile.read(path, for: RunIdentity(members)) }
        #expect(error?.message == "belongs to another run: \(words)")
      }
    }
  }

  @Test("every byte of a checkpoint matters: one changed is refused, and so is a part")
  func damage() throws {
    try withTemporaryDirectory { directory in
      _ = try fit("ae", refits: false, in: directory)
      let path = CheckpointFile.path(in: directory)
      let whole = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
      var random = Seed(9).stream(.resampling)
      for _ in 0..<200 {
        var bytes = whole
        bytes[random.integer(below: bytes.count)] ^= 1 << UInt8(random.integer(below: 8))
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(throws: DataError.self) { try CheckpointFile.read(path, for: run) }
        try Data(whole[..<random.integer(below: whole.count)]).write(to: URL(fileURLWithPath: path))
        #expect(throws: DataError.self) { try CheckpointFile.read(path, for: run) }
      }
    }
  }

  @Test(
    "numbers that cannot be are refused although their checksum fits",
    arguments: [
      ("\"epoch\":7", "\"epoch\":9"), ("\"epoch\":7", "\"epoch\":-1"), ("\"batch\":0", "\"batch\":3"),
      ("\"batch\":0", "\"batch\":1"),
      ("\"waited\":0", "\"waited\":99"), ("\"waited\":0", "\"waited\":-1"),
      ("\"waited\":0", "\"waited\":0,\"selection\":{\"bestEpoch\":4,\"history\":[]}"),
    ])
  func impossible(_ old: String, _ new: String) throws {
    try withTemporaryDirectory { directory in
      var trainer = Trainer(processor: Processor(engine: .gsl, threads: 1), seed: Seed(5))
      trainer.checkpoints = try Checkpoints(in: directory, every: .epochs(1), run: run, resumes: true)
      let configuration = try configuration("ae")
      _ = try configuration.fit(to: Self.rows, trainer: trainer, validate: nil)
      let path = CheckpointFile.path(in: directory)
      var file = try SafeTensors(contentsOf: path)
      let position = try #require(file.metadata["position"])
      try #require(position.contains(old))
      file.metadata["position"] = position.replacing(old, with: new)
      file.metadata["checksum"] = CheckpointFile.checksum(file)
      try file.write(to: path)
      trainer.checkpoints = try Checkpoints(in: directory, every: .epochs(1), run: run, resumes: true)
      #expect(throws: DataError.self) { try configuration.fit(to: Self.rows, trainer: trainer, validate: nil) }
    }
  }

  @Test("a checkpoint of an earlier format is refused, and the way out is named")
  func earlierFormat() throws {
    try withTemporaryDirectory { directory in
      _ = try fit("ae", refits: false, in: directory)
      let path = CheckpointFile.path(in: directory)
      var file = try SafeTensors(contentsOf: path)
      file.metadata["format"] = "doppel checkpoint 1"
      file.metadata["checksum"] = CheckpointFile.checksum(file)
      try file.write(to: path)
      let error = #expect(throws: DataError.self) { try CheckpointFile.read(path, for: run) }
      #expect(
        error?.message
          == "is not a checkpoint of this version: its format is doppel checkpoint 1, not doppel checkpoint 2")
      #expect(error?.accepted?.contains("leave out --resume") == true)
    }
  }

  @Test("where a checkpoint cannot be written the training ends with an error and the last one stays")
  func vanished() throws {
    try withTemporaryDirectory { folder in
      let (directory, moved) = (folder + "/model", folder + "/moved")
      var trainer = Trainer(processor: Processor(engine: .gsl, threads: 1), seed: Seed(5))
      trainer.checkpoints = try Checkpoints(in: directory, every: .epochs(1), run: run, resumes: false)
      trainer.onEpoch = { record in
        if record.epoch == 3 { try? FileManager.default.moveItem(atPath: directory, toPath: moved) }
      }
      let configuration = try configuration("ae")
      #expect(throws: OutputError.self) { try configuration.fit(to: Self.rows, trainer: trainer, validate: nil) }
      #expect(try CheckpointFile.read(CheckpointFile.path(in: moved), for: run).position.history.count == 2)
      #expect(!FileManager.default.fileExists(atPath: directory))
    }
  }

  @Test("a directory with nothing but a checkpoint says so when it is read as a model")
  func noModel() throws {
    try withTemporaryDirectory { directory in
      _ = try fit("ae", refits: false, in: directory)
      let error = #expect(throws: UnfinishedTraining.self) { try ModelDirectory(contentsOf: directory) }
      #expect(error?.description.contains("resume it first") == true)
    }
  }
}
