import Autoencoders
import Compute
import FileFormats
import Foundation
import InteractionData
import TestSupport
import Testing

/// What documents and `config.json` say of a run, key by key.
@Suite("Run facts and model records")
struct ModelRecordTests {
  private let processor = Processor(engine: .gsl, threads: 3)

  private var dataset: DataSummary {
    DataSummary(Interactions(name: "d", pairs: [(user: "u", item: "a"), (user: "u", item: "b")]))
  }

  @Test("facts have the keys that scripts rely on, and none for what does not apply")
  func facts() throws {
    #expect(try JSONValue(encoding: RunFacts()) == .object(["version": .string(DoppelVersion.current)]))
    let common: [String: JSONValue] = [
      "version": .string(DoppelVersion.current), "seed": 42, "engine": .string(ProductEngine.gsl.name), "threads": 3,
    ]
    #expect(try JSONValue(encoding: RunFacts(seed: Seed(42), processor)) == .object(common))
    let split = JSONValue.object([
      "kind": "users", "train": 7, "validation": 1, "test": 2, "trainUsers": 5, "validationUsers": 1, "testUsers": 1,
      "skippedUsers": 0, "hash": "s",
    ])
    let facts = RunFacts(
      seed: Seed(42), processor, dataset: dataset, split: try split.decoded(as: SplitDescription.self))
    let expected = common.merging([
      "precision": "f32",
      "dataset": .object(["name": "d", "users": 1, "items": 2, "interactions": 2, "density": 1]),
      "split": split,
    ]) { $1 }
    #expect(try JSONValue(encoding: facts) == .object(expected))
    #expect(try JSONValue.object(expected).decoded(as: RunFacts.self) == facts)
    #expect(
      facts.heading
        == "d: 1 user × 2 items, 2 interactions; 1 test user; seed 42, 3 threads, \(ProductEngine.gsl.name)")
  }

  private func record() throws -> ModelRecord {
    var facts = RunFacts(seed: Seed(1), processor, dataset: dataset)
    (facts.dataHash, facts.splitHash) = ("d", "s")
    var record = ModelRecord(facts: facts)
    record.training = TrainingRecord(
      Fit(model: 0, extent: .training), users: 1, objective: .recommend, selection: "ndcg@100")
    record.profileLengths = [2: 1, 11: 3]
    record.others = ["remark": .object(["by": "another program"])]
    return record
  }

  @Test("a record is one level of members, null where nothing was validated, and is read back as it was")
  func roundTrip() throws {
    let record = try record()
    let json = try JSONValue(encoding: record)
    #expect(
      json.members.map { Set($0.keys) } == [
        "version", "seed", "engine", "threads", "precision", "dataset", "dataHash", "splitHash", "training",
        "profileLengths", "remark",
      ])
    #expect(json.members?["training"]?.members?["validation"] == .null)
    #expect(json.members?["profileLengths"] == .object(["2": 1, "11": 3]))
    #expect(try json.decoded(as: ModelRecord.self) == record)
  }

  @Test("what is not finite is null, and read back as nothing")
  func notFinite() throws {
    var posterior = try JSONValue.object(["users": 2, "dimensions": 2, "activeUnits": 1]).decoded(
      as: PosteriorSummary.self)
    (posterior.divergence, posterior.jointDivergence) = (.infinity, .nan)
    let json = try JSONValue(encoding: posterior)
    #expect(json.members?["divergence"] == .null && json.members?["jointDivergence"] == .null)
    #expect(json.members?["activeUnits"] == 1 && json.members?["dimensions"] == 2)
    let read = try json.decoded(as: PosteriorSummary.self)
    #expect(read.divergence == nil && read.jointDivergence == nil && read.activeUnits == 1)
  }

  @Test(
    "a member that cannot be understood is named",
    arguments: [
      ("training", #""much""#), ("training", #"{"epochs": 3}"#), ("profileLengths", #"{"many": 1}"#), ("seed", #""x""#),
      ("data", #"{"source": "moon"}"#), ("dataset", "7"), ("precision", #""f8""#), ("items", #""all""#),
    ])
  func damaged(member: String, value: String) throws {
    try withTemporaryDirectory { root in
      let path = root + "/model"
      try ModelDirectory(
        configuration: Popularity(), model: Popularity.Fitted(counts: [1, 1]), items: Vocabulary(ids: ["a", "b"]),
        record: record()
      ).write(to: path, card: "")
      let config = URL(fileURLWithPath: path + "/config.json")
      var members = try JSONValue(parsing: Array(Data(contentsOf: config))).members ?? [:]
      members[member] = try JSONValue(parsing: Array(value.utf8))
      try Data(JSONValue.object(members).prettyPrinted.utf8).write(to: config)
      let error = #expect(throws: DataError.self) { try ModelDirectory(contentsOf: path) }
      #expect(error?.message == "has an invalid \(member)")
    }
  }
}
