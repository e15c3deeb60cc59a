import Autoencoders
import Compute
import Experiments
import FileFormats
import Foundation
import Generation
import InteractionData
import TestSupport
import Testing

/// The users a saved model was trained on, read or made again.
@Suite("Training users")
struct TrainingUsersTests {
  private func model(_ items: Vocabulary, _ facts: RunFacts?) -> ModelDirectory {
    ModelDirectory(
      configuration: Popularity(), model: Popularity.Fitted(counts: [Float](repeating: 1, count: items.count)),
      items: items, record: ModelRecord(facts: facts))
  }

  private func facts(_ source: DataSelection.Source, hash: String = "h", dataset: DataSummary? = nil) -> RunFacts {
    var selection = DataSelection()
    selection.source = source
    var facts = RunFacts()
    facts.seed = 3
    (facts.data, facts.dataset) = (DataRecord(selection, hash: hash), dataset)
    return facts
  }

  @Test("the built-in population is made again, also for a model that does not say where its data came from")
  func builtIn() throws {
    // Earlier versions, which did not say where the data came from, had the plain population.
    let population = try Population.plain.simulate(seed: Seed(3)).interactions
    var old = facts(.builtIn, dataset: DataSummary(population))
    old.data = nil
    #expect(model(population.items, facts(.builtIn)).isOfBuiltInPopulation)
    let directory = model(population.items, old)
    #expect(directory.isOfBuiltInPopulation)
    let found = try directory.trainingUsers(.builtIn, reader: ModelDataReader(for: directory))
    #expect(found.userIDs == population.users.ids && found.notes.isEmpty)
    #expect(found.profiles.items.nonZeroCount == population.count)
    let made = try Population().simulate(seed: Seed(3)).interactions
    let new = model(made.items, facts(.builtIn, dataset: DataSummary(made)))
    #expect(try new.trainingUsers(.builtIn, reader: ModelDataReader(for: new)).userIDs == made.users.ids)
  }

  @Test("users of other data are needed, and the error names the data")
  func needed() throws {
    let data = Interactions(name: "mine.csv", pairs: [(user: "u", item: "a")])
    let directory = model(data.items, facts(.file("mine.csv"), dataset: DataSummary(data)))
    #expect(!directory.isOfBuiltInPopulation && !model(data.items, nil).isOfBuiltInPopulation)
    let error = #expect(throws: TrainingDataNeeded.self) {
      try directory.trainingUsers(.builtIn, reader: ModelDataReader(for: directory))
    }
    #expect(error == TrainingDataNeeded(name: "mine.csv"))
  }

  @Test("users without a known item are left out and counted; nobody at all is an error")
  func unknownItems() throws {
    try withTemporaryDirectory { folder in
      let path = folder + "/data.tsv"
      try "user\titem\nu\ta\nu\tb\nv\tzz\nw\tb\n".write(toFile: path, atomically: false, encoding: .utf8)
      let directory = model(Vocabulary(ids: ["a", "b"]), facts(.file(path)))
      let reader = ModelDataReader(for: directory)
      let found = try directory.trainingUsers(.file(path), reader: reader)
      #expect(found.userIDs == ["u", "w"] && found.profiles.items.rowCount == 2)
      #expect(found.notes.contains("1 user without an item of the model left out"))
      #expect(found.notes.contains("data.tsv is not what the model was trained on"))
      let stranger = model(Vocabulary(ids: ["q"]), facts(.file(path)))
      let error = #expect(throws: DataError.self) {
        try stranger.trainingUsers(.file(path), reader: ModelDataReader(for: stranger))
      }
      #expect(error?.path == path && error?.message == "has no user with an item of the model")
    }
  }

  @Test("synthetic users are drawn from users that are given, or made again unless a guarantee protects them")
  func people() throws {
    try withTemporaryDirectory { folder in
      let path = folder + "/data.tsv"
      try "user\titem\nu\ta\nw\tb\n".write(toFile: path, atomically: false, encoding: .utf8)
      let directory = model(Vocabulary(ids: ["a", "b"]), facts(.file(path)))
      let reader = ModelDataReader(for: directory)
      #expect(directory.trainingSource(nil) == nil && directory.trainingSource(.file(path)) == .file(path))
      let nobody = directory.samplingPeople(nil, reader: reader) { _ in }
      #expect(nobody == nil)
      var notes: [String] = []
      let people = directory.samplingPeople(.file(path), reader: reader) { notes += $0 }
      let given = try #require(people)
      #expect(!given.areRemade && given.name == path && notes.isEmpty)
      let ids = try given.read().ids
      #expect(ids == ["u", "w"] && notes.contains("data.tsv is not what the model was trained on"))
    }
    let population = try Population.plain.simulate(seed: Seed(3)).interactions
    var directory = model(population.items, facts(.builtIn, dataset: DataSummary(population)))
    let reader = ModelDataReader(for: directory)
    let remade = directory.samplingPeople(nil, reader: reader) { _ in }
    #expect(remade?.areRemade == true && remade?.name == Population.name)
    directory.record.privacy = try PrivacyRequest(epsilon: 3, delta: 1e-6)
      .plan(users: 100, options: MultVAE().training)
    #expect(directory.trainingSource(nil) == .builtIn)
    let protected = directory.samplingPeople(nil, reader: reader) { _ in }
    #expect(protected == nil)
  }

  @Test("lists are for all users of a file, or for one of them")
  func audience() throws {
    try withTemporaryDirectory { folder in
      let path = folder + "/data.tsv"
      try "user\titem\nu\ta\nu\tb\nv\tb\n".write(toFile: path, atomically: false, encoding: .utf8)
      let directory = model(Vocabulary(ids: ["a", "b"]), nil)
      let reader = ModelDataReader(for: directory)
      #expect(try directory.audience(in: path, reader: reader).userIDs == ["u", "v"])
      let one = try directory.audience(of: "v", in: path, reader: reader)
      #expect(one.userIDs == ["v"] && one.profiles.items.rowCount == 1)
      let error = #expect(throws: DataError.self) { try directory.audience(of: "x", in: path, reader: reader) }
      #expect(error?.text == "x" && error?.message == "is not a user of this file")
      #expect(error?.accepted == "one of the 2 users in it")
    }
  }

  @Test("users without an item left after the filters are not counted as users in the file")
  func filteredAudience() throws {
    try withTemporaryDirectory { folder in
      let path = folder + "/data.tsv"
      try "user\titem\trating\nu\ta\t5\nv\tb\t5\nw\tb\t1\n".write(
        toFile: path, atomically: false, encoding: .utf8)
      let directory = model(Vocabulary(ids: ["a", "b"]), nil)
      var wishes = ModelDataReader.Wishes()
      wishes.minRating = 4
      let reader = ModelDataReader(for: directory, wishes: wishes)
      func accepted(_ user: String) -> String? {
        let error = #expect(throws: DataError.self) { try directory.audience(of: user, in: path, reader: reader) }
        return error?.accepted
      }
      #expect(accepted("x") == "one of the 2 users with items left after the filters")
      #expect(accepted("w") == "one of the 2 users with items left, or other filters")
    }
  }

  @Test("who cannot be tested for lack of items is told that five are needed")
  func shortProfiles() {
    let items = Vocabulary(ids: (0..<6).map { "i\($0)" })
    func accepted(_ ids: [String]) -> String? {
      let data = Interactions(name: "data", pairs: ids.map { (user: "u", item: $0) })
      let error = #expect(throws: DataError.self) { try model(items, nil).testUsers(foldingIn: data, seed: Seed(1)) }
      return error?.accepted
    }
    #expect(
      accepted(Array(items.ids.prefix(4)))
        == "users with at least five items of the model's items.txt, of which a fifth is held out")
    #expect(accepted(["other"]) == "interactions with items of the model's items.txt")
  }
}
