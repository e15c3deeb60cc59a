import Autoencoders
import Compute
import Experiments
import FileFormats
import Foundation
import InteractionData
import Testing

/// A model remembers how its data were read and filtered.
@Suite("What a model remembers of its data")
struct ModelDataTests {
  @Test(
    "config.json gives back every flag",
    arguments: [Delimiter.tab, .comma, .semicolon, .bar, .blanks, .doubleColon, .byte(UInt8(ascii: "~"))])
  func roundTrip(delimiter: Delimiter) throws {
    var selection = DataSelection()
    selection.source = .file("eu.csv")
    selection.filters = Filters(minRating: 3.5, minUserItems: 2, minItemUsers: 3, core: 4)
    selection.format = InteractionFormat(
      delimiter: delimiter, user: .named("customer"), item: .number(3), rating: .absent, timestamp: .named("t"))
    let record = DataRecord(selection, hash: "h", meanRating: 3.25)
    #expect(try JSONValue(encoding: record).decoded(as: DataRecord.self) == record)
  }

  @Test("config.json has nothing that was not said")
  func plain() throws {
    var selection = DataSelection()
    selection.source = .file("eu.csv")
    #expect(try JSONValue(encoding: DataRecord(selection, hash: "h")) == .object(["source": "file", "hash": "h"]))
    selection.source = .directory("parts")
    #expect(try JSONValue(encoding: DataRecord(selection, hash: "h")) == .object(["source": "directory", "hash": "h"]))
  }

  @Test(
    "what train never writes is an error, not a guess",
    arguments: [
      #"{"source": "moon"}"#, #"{"source": "file", "minRating": "4"}"#, #"{"source": "file", "core": -1}"#,
      #"{"source": "file", "core": 2.5}"#, #"{"source": "file", "delimiter": "ab"}"#, "3", "null",
      #"{"source": "file", "hash": 7}"#,
    ])
  func damaged(text: String) throws {
    let json = try JSONValue(parsing: Array(text.utf8))
    #expect(throws: DecodingError.self) { try json.decoded(as: DataRecord.self) }
  }

  @Test("the fingerprint of pairs is the same in any order, and another for other pairs")
  func fingerprint() {
    let pairs = [(user: "a", item: "x"), (user: "b", item: "x"), (user: "a", item: "y")]
    let hash = Interactions(name: "1", pairs: pairs).pairHash()
    #expect(Interactions(name: "2", pairs: pairs.reversed()).pairHash() == hash)
    #expect(Interactions(name: "3", pairs: pairs + [(user: "b", item: "y")]).pairHash() != hash)
    #expect(Interactions(name: "4", pairs: pairs.map { (user: $0.item, item: $0.user) }).pairHash() != hash)
  }

  @Test("filters by counts are used again on the training data and not on other people's; flags override")
  func scopes() throws {
    // u0 … u9 have i0 … i4 with 5, of which one more is rated 1; u10 has a single item.
    var lines = "user,item,rating\n"
    for user in 0..<10 { for item in 0..<5 { lines += "u\(user),i\((user + item) % 8),\(item == 0 ? 1 : 5)\n" } }
    lines += "u10,i0,5\n"
    let folder = FileManager.default.temporaryDirectory.path + "/doppel-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (own, others, bare) = (folder + "/own.csv", folder + "/others.csv", folder + "/bare.tsv")
    try Data(lines.utf8).write(to: URL(fileURLWithPath: own))
    try Data((lines + "u11,i3,1\nu12,i4,5\nu12,i5,5\n").utf8).write(to: URL(fileURLWithPath: others))
    try Data("user\titem\na\ti1\na\ti2\n".utf8).write(to: URL(fileURLWithPath: bare))

    var selection = DataSelection()
    selection.source = .file(own)
    selection.filters = Filters(minRating: 4, minUserItems: 2)
    let record = try #require(try selection.ranking(seed: Seed(1), forTraining: true).record)
    let reader = ModelDataReader(for: try Self.model(record))

    let training = try reader.read(own, scope: .training)
    #expect(training.isTrainingData == true && training.data.users.count == 10 && training.data.count == 40)
    #expect(training.data.notes.contains("--min-rating 4 --min-user-items 2, as in training"))
    #expect(training.differenceNotes.isEmpty && training.overlapNotes.count == 1)

    let heldOut = try reader.read(heldOut: others)
    #expect(heldOut.users.count == 12 && heldOut.count == 43)
    #expect(!heldOut.notes.contains { $0.contains("too good") })
    #expect(try reader.read(heldOut: own).notes.contains { $0.hasSuffix("doppel split keeps users apart") })
    #expect(try reader.read(heldOut: bare).count == 2)
    let anyone = try reader.read(own, scope: .anyone)
    #expect(anyone.isTrainingData == true && anyone.data.users.count == 11)
    #expect(anyone.data.notes.contains("--min-rating 4, as in training"))

    let foreign = try reader.read(others, scope: .training)
    #expect(foreign.isTrainingData == false && foreign.data.users.count == 12)
    #expect(foreign.data.notes.contains("1 of 13 users has no items left"))
    #expect(foreign.differenceNotes == ["others.csv is not what the model was trained on"])

    let likes = try reader.read(bare, scope: .anyone)
    #expect(likes.data.count == 2)
    #expect(likes.data.notes.last == "bare.tsv has no ratings, so --min-rating 4 of the training is not applied")

    var wishes = ModelDataReader.Wishes()
    (wishes.minRating, wishes.minUserItems) = (1, 0)
    let overridden = try ModelDataReader(for: Self.model(record), wishes: wishes).read(
      own, scope: .training)
    #expect(overridden.data.count == 51 && overridden.isTrainingData == false)
    #expect(!overridden.data.notes.contains { $0.contains("as in training") })

    let old = try ModelDataReader(for: Self.model(nil)).read(own, scope: .training)
    #expect(
      old.isTrainingData == nil && old.data.count == 51 && old.data.notes == training.data.notes.prefix(1).map(\.self))
  }

  @Test("a file without the columns of the training is read as it stands, and a note says so")
  func otherColumns() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/doppel-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data("user\titem\na\ti1\na\ti2\n".utf8).write(to: URL(fileURLWithPath: folder + "/made-up.tsv"))
    var selection = DataSelection()
    selection.source = .file("own.csv")
    for format in [
      InteractionFormat(user: .named("customer"), item: .named("article")), InteractionFormat(item: .number(4)),
      InteractionFormat(delimiter: .semicolon),
    ] {
      selection.format = format
      let reader = ModelDataReader(for: try Self.model(DataRecord(selection, hash: "h")))
      let found = try reader.read(folder + "/made-up.tsv", scope: .anyone)
      #expect(found.data.users.ids == ["a"] && found.data.items.ids == ["i1", "i2"])
      #expect(found.data.notes.count { $0.contains("read without --") } == 1, "\(found.data.notes)")
    }
  }

  @Test("with fixed files, filters by counts are for the training file alone, and a rating filter for what has ratings")
  func fixedFiles() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/doppel-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var train = "user,item,rating\n"
    for user in 0..<6 { for item in 0..<4 { train += "u\(user),i\(item),5\n" } }
    for user in 0..<3 { train += "u\(user),i7,5\n" }
    // In the test files every user has one item and every item few users; one of the ratings is no like.
    let files = [
      "tr.csv": train, "rated.csv": "user,item,rating\nu3,i7,5\nu4,i7,1\n", "bare.csv": "user,item\nu5,i7\n",
    ]
    for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name)) }
    var selection = DataSelection()
    selection.filters = Filters(minRating: 4, minUserItems: 3, core: 3)
    for (test, users) in [("rated.csv", ["u3"]), ("bare.csv", ["u5"])] {
      selection.source = .files(train: folder + "/tr.csv", validation: nil, test: folder + "/" + test)
      let split = try selection.ranking(seed: Seed(1)).split
      #expect(split.test?.userIDs == users)
    }
  }

  @Test("cdae says where people are new to it, and how many")
  func newcomers() throws {
    let cdae = try #require(Zoo.named("cdae"))
    let rows = SparseRows(columnCount: 3, rows: [[0], [1], [2]])
    let sentence = "cdae learns a vector per training user; new users get the mean vector"
    #expect(cdae.newcomerNotes(Profiles(items: rows)) == [sentence])
    #expect(
      cdae.newcomerNotes(Profiles(items: rows, trainingRows: [0, nil, 2])) == [sentence + " (1 of 3 users are new)"])
    #expect(cdae.newcomerNotes(Profiles(items: rows, trainingRows: [0, 1, 2])).isEmpty)
    #expect(try #require(Zoo.named("ae")).newcomerNotes(Profiles(items: rows)).isEmpty)
    let zero = try cdae.setting(["unseenUsers": "zero"])
    #expect(
      zero.newcomerNotes(Profiles(items: rows)) == [sentence.replacing("the mean vector", with: "a vector of zeros")])
  }

  private static func model(_ data: DataRecord?) throws -> ModelDirectory {
    var facts = RunFacts()
    facts.data = data
    return ModelDirectory(
      configuration: try #require(Zoo.named("popularity")),
      model: Popularity.Fitted(counts: [1, 1]), items: Vocabulary(ids: ["i1", "i2"]), record: ModelRecord(facts: facts))
  }
}
