import Autoencoders
import Communication
import Compute
import Evaluation
import Experiments
import FileFormats
import Foundation
import InteractionData
import TestSupport
import Testing

/// Runs that several processes, which here are threads, make together.
@Suite("Runs of several processes")
struct SeveralProcessesTests {
  private static let names = Zoo.models.map { $0.name }

  /// Ratings in a file: two shards of items.
  private func ratings(in folder: String, seed: UInt64 = 230) throws -> String {
    let data = SmallData.ratings(seed: seed)
    let lines = (0..<data.count).map { position in
      let (user, item) = (Int(data.userIndices[position]), Int(data.itemIndices[position]))
      return "\(data.users[user])\t\(data.items[item])\t\(data.ratings?[position] ?? 0)\n"
    }
    let path = "\(folder)/ratings-\(seed).tsv"
    try ("user\titem\trating\n" + lines.joined()).write(toFile: path, atomically: false, encoding: .utf8)
    return path
  }

  private static func processor(_ communicator: (any Communicator)?) throws -> Processor {
    var processor = SmallData.processor(threads: communicator == nil ? 2 : 1)
    try processor.join(communicator)
    return processor
  }

  private func files(in path: String) throws -> [String: Data] {
    try FileManager.default.contentsOfDirectory(atPath: path).reduce(into: [:]) {
      $0[$1] = try Data(contentsOf: URL(fileURLWithPath: path + "/" + $1))
    }
  }

  @Test("every model is saved with the bytes of one process, or refused", arguments: names)
  func saves(_ name: String) throws {
    try withTemporaryDirectory { folder in
      let path = try ratings(in: folder)
      let model = try SmallData.model(name, epochs: 3)
      @Sendable func run(_ communicator: LocalCommunicator?) throws -> [EpochRecord] {
        let output = folder + (communicator == nil ? "/one" : "/several")
        var run = TrainingRun(model, output: output, seed: Seed(5), processor: try Self.processor(communicator))
        run.data.source = .file(path)
        return try run.run().history
      }
      let alone = try run(nil)
      if model is any CompositeModel {
        #expect(throws: ModelForOneProcess.self) { _ = try LocalCommunicator.run(ranks: 2) { try run($0) } }
        return
      }
      let several = try LocalCommunicator.run(ranks: 2) { try run($0) }
      for history in several {
        #expect(history.map(\.reconstruction) == alone.map(\.reconstruction))
        #expect(history.map(\.validation) == alone.map(\.validation))
      }
      let (one, other) = (try files(in: folder + "/one"), try files(in: folder + "/several"))
      #expect(one.keys == other.keys && one.keys.contains("model.safetensors"))
      for (name, bytes) in one { #expect(other[name] == bytes, "\(name)") }
    }
  }

  @Test(
    "a comparison measures what one process measures, and leaves out what it cannot share unless that was asked for")
  func compares() throws {
    try withTemporaryDirectory { folder in
      let path = try ratings(in: folder)
      let models = try ["popularity", "ease", "mult-vae", "blend", "cdae"].map { try SmallData.model($0, epochs: 3) }
      @Sendable func run(_ communicator: LocalCommunicator?, _ models: [any ZooModel], byName: Bool) throws
        -> [[Double]]
      {
        var run = ComparisonRun(models, seed: Seed(5), processor: try Self.processor(communicator))
        run.data.source = .file(path)
        run.leavesOutTooLarge = !byName
        return try run.run().document.comparison.models.map { $0.scores.flatMap { [$0.value] + ($0.values ?? []) } }
      }
      let shared = models.filter { !($0 is any CompositeModel) }
      let alone = try run(nil, shared, byName: true)
      #expect(alone.count == 4)
      for several in try LocalCommunicator.run(ranks: 2, { try run($0, models, byName: false) }) {
        #expect(several == alone)
      }
      #expect(throws: ModelForOneProcess.self) {
        _ = try LocalCommunicator.run(ranks: 2) { try run($0, models, byName: true) }
      }
    }
  }

  @Test("processes that have read other data do not train together, and all say so")
  func disagree() throws {
    try withTemporaryDirectory { folder in
      let paths = [try ratings(in: folder), try ratings(in: folder, seed: 231)]
      let errors = try LocalCommunicator.run(ranks: 2) { communicator in
        var run = TrainingRun(
          MultVAE(), output: folder + "/model", seed: Seed(5), processor: try Self.processor(communicator))
        run.data.source = .file(paths[communicator.rank])
        do {
          _ = try run.run()
          return "none"
        } catch let error as DisagreeingProcesses { return "\(error)" }
      }
      #expect(errors[0] == errors[1] && errors[0].hasPrefix("process 1 has a different data set from process 0"))
      #expect(!FileManager.default.fileExists(atPath: folder + "/model"))
    }
  }
}
