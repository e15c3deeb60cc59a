import Compute
import FileFormats
import Foundation
import InteractionData
import Testing

@Suite("The Mult-VAE authors' layout")
struct AuthorsLayoutTests {
  private func put(_ files: [String: String], in directory: String) throws {
    for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/" + name)) }
  }

  static let files = [
    "unique_sid.txt": "10\n20\n30\n",
    "train.csv": "uid,sid\n0,0\n0,1\n1,2\n",
    "validation_tr.csv": "uid,sid\n2,0\n3,0\n", "validation_te.csv": "uid,sid\n2,2\n",
    "test_tr.csv": "uid,sid\n4,1\n", "test_te.csv": "uid,sid\n4,0\n4,2\n",
  ]

  @Test("numbers are lines of unique_sid.txt")
  func lines() throws {
    try withTemporaryDirectory { directory in
      try put(Self.files, in: directory)
      let split = try RankingSplit.directory(directory)
      #expect(split.kind == .directory && split.items.ids == ["10", "20", "30"])
      #expect(split.trainUserIDs == ["0", "1"])
      #expect(split.train == SparseRows(columnCount: 3, rows: [[0, 1], [2]]))
      #expect(split.validation?.userIDs == ["2"] && split.validation?.skippedUsers == 1)
      #expect(split.test?.heldOut == SparseRows(columnCount: 3, rows: [[0, 2]]))
      #expect(split.test?.masked == SparseRows(columnCount: 3, rows: [[1]]))
      #expect(split.notes.isEmpty)
    }
  }

  @Test("ids that are no lines are taken as ids, and an unknown one is an error")
  func identifiers() throws {
    try withTemporaryDirectory { directory in
      try put(Self.files, in: directory)
      for name in Self.files.keys where name != "unique_sid.txt" {
        let text = Self.files[name]?.replacing(",0\n", with: ",10\n").replacing(",1\n", with: ",20\n")
          .replacing(",2\n", with: ",30\n")
        try put([name: text ?? ""], in: directory)
      }
      #expect(
        try RankingSplit.directory(directory).train == SparseRows(columnCount: 3, rows: [[0, 1], [2]]))
      try put(["test_te.csv": "uid,sid\n4,99\n"], in: directory)
      let error = #expect(throws: DataError.self) { try RankingSplit.directory(directory) }
      #expect(
        error?.description
          == "\(directory)/test_te.csv: \"99\" is neither a line nor an id of \(directory)/unique_sid.txt; "
          + "accepted: line numbers from 0 to 2, or the ids themselves")
    }
  }

  @Test("users of whom nothing folds in are skipped and counted")
  func nothingKnown() throws {
    try withTemporaryDirectory { directory in
      try put(Self.files, in: directory)
      try put(["test_te.csv": "uid,sid\n4,0\n4,2\n7,0\n8,1\n"], in: directory)
      let split = try RankingSplit.directory(directory)
      #expect(split.test?.userIDs == ["4"] && split.test?.skippedUsers == 2)
      #expect(
        split.notes == ["skipped 2 users of test_te.csv without an item in test_tr.csv: they have no input items"])
      try put(["test_te.csv": "uid,sid\n7,0\n"], in: directory)
      let error = #expect(throws: DataError.self) { try RankingSplit.directory(directory) }
      #expect(error?.message == "holds out no item of the users of test_tr.csv")
    }
  }

  @Test("for training the test files are not needed and validation users are fitted again")
  func forTraining() throws {
    try withTemporaryDirectory { directory in
      try put(Self.files.filter { !$0.key.hasPrefix("test") }, in: directory)
      let split = try RankingSplit.directory(directory, forTraining: true)
      #expect(split.test == nil)
      #expect(split.refit == SparseRows(columnCount: 3, rows: [[0, 1], [2], [0, 2], [0]]))
      #expect(throws: InputError.self) { try RankingSplit.directory(directory) }
    }
  }

  @Test("a user trained on and held out is an error")
  func overlap() throws {
    try withTemporaryDirectory { directory in
      try put(Self.files, in: directory)
      try put(["train.csv": "uid,sid\n4,0\n"], in: directory)
      let error = #expect(throws: DataError.self) { try RankingSplit.directory(directory) }
      #expect(error?.message == "is both a training and a held-out user" && error?.text == "4")
    }
  }

  @Test("a list of items with an item twice or an empty line is an error with its line")
  func badList() throws {
    try withTemporaryDirectory { directory in
      try put(Self.files, in: directory)
      try put(["unique_sid.txt": "10\n20\n10\n"], in: directory)
      let twice = #expect(throws: DataError.self) { try RankingSplit.directory(directory) }
      #expect(
        twice?.description
          == "\(directory)/unique_sid.txt:3: \"10\" occurs twice; accepted: one id a line, each once, in UTF-8"
      )
      try put(["unique_sid.txt": "10\n\n30\n"], in: directory)
      #expect(throws: DataError.self) { try RankingSplit.directory(directory) }
    }
  }

  @Test("a split written in this layout is read back the same, ids included")
  func roundTrip() throws {
    for seed: UInt64 in 0..<5 {
      let data = sampleInteractions(users: 40, items: 50, seed: seed)
      let split = try RankingSplit.users(data, heldOut: 0.2, seed: Seed(seed))
      try withTemporaryDirectory { directory in
        try split.writeAuthorsLayout(to: directory + "/split")
        let back = try RankingSplit.directory(directory + "/split")
        #expect(back.items == split.items && back.train == split.train, "seed \(seed)")
        #expect(back.trainUserIDs == split.trainUserIDs, "seed \(seed)")
        #expect(back.test?.userIDs == split.test?.userIDs, "seed \(seed)")
        #expect(back.test?.heldOut == split.test?.heldOut, "seed \(seed)")
        #expect(back.test?.profiles.items == split.test?.profiles.items, "seed \(seed)")
        #expect(back.validation?.heldOut == split.validation?.heldOut, "seed \(seed)")
        try back.writeAuthorsLayout(to: directory + "/split")
        #expect(try RankingSplit.directory(directory + "/split").hash == back.hash, "seed \(seed)")
      }
    }
  }

  @Test("a split of the same users has no such layout")
  func wrongKind() throws {
    let split = try RankingSplit.interactions(sampleInteractions(users: 9, items: 20, seed: 1), seed: Seed(1))
    let path = FileManager.default.temporaryDirectory.path + "/never-written"
    #expect(throws: OutputError.self) { try split.writeAuthorsLayout(to: path) }
  }
}
