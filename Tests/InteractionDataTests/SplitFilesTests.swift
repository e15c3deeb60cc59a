import Compute
import FileFormats
import Foundation
import InteractionData
import Testing

/// A split written as files and read again.
@Suite("The files of a split")
struct SplitFilesTests {
  private static func read(_ folder: String, _ part: SplitFiles.Part) throws -> Interactions {
    try InteractionReader().read(path: folder + "/" + part.fileName)
  }

  @Test("held-out users: the files are the parts of the split, and the holdout is everybody who is not in training")
  func users() throws {
    let data = sampleInteractions(users: 60, items: 24, seed: 3, timestamps: true)
    let split = try RankingSplit.users(data, heldOut: 0.2, seed: Seed(1))
    try withTemporaryDirectory { folder in
      try SplitParts(split, of: data).write(to: folder, description: "{}\n")
      let (validation, test) = (try #require(split.validation), try #require(split.test))
      #expect(try Self.read(folder, .train).pairs == split.trainPairs)
      #expect(try Self.read(folder, .validation).pairs == split.pairs(validation.heldOut, validation.userIDs))
      #expect(
        try Self.read(folder, .validationInput).pairs == split.pairs(validation.profiles.items, validation.userIDs))
      #expect(try Self.read(folder, .test).pairs == split.pairs(test.heldOut, test.userIDs))
      #expect(try Self.read(folder, .testInput).pairs == split.pairs(test.profiles.items, test.userIDs))
      let holdout = try Self.read(folder, .holdout)
      let trained = Set(split.trainUserIDs)
      #expect(holdout.pairs == data.pairs.filter { !trained.contains($0.user) })
      #expect(Set(holdout.users.ids).isDisjoint(with: trained))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == SplitFiles.fileNames.sorted())
    }
  }

  @Test("ids, ratings and times come back as they were, in the order of the data")
  func content() throws {
    let data = Interactions(
      name: "d", users: Vocabulary(ids: ["007", "b c", "Ünï"]), items: Vocabulary(ids: ["x,y", "1", "z"]),
      userIndices: [0, 0, 0, 1, 1, 1, 2, 2, 2], itemIndices: [0, 1, 2, 2, 0, 1, 1, 2, 0],
      ratings: [5, 3.5, 0.1, 4, 4, 4, 1, 2, 3], timestamps: [1, 2, 3, 4, 5.5, 6, 7, 8, 964_982_703])
    let split = try RankingSplit.leaveOneOut(data, seed: Seed(1))
    try withTemporaryDirectory { folder in
      let parts = SplitParts(split, of: data)
      try parts.write(to: folder, description: "{}\n")
      #expect(parts.positions[.holdout] == nil && parts.positions[.testInput] == nil)
      var lines: [String] = []
      for part in [SplitFiles.Part.train, .validation, .test] {
        let text = try String(contentsOfFile: folder + "/" + part.fileName, encoding: .utf8).split(separator: "\n")
        #expect(text[0] == "user\titem\trating\ttimestamp")
        lines += text.dropFirst().map(String.init)
      }
      #expect(
        lines.sorted()
          == [
            "007\tx,y\t5\t1", "007\t1\t3.5\t2", "007\tz\t0.1\t3", "b c\tz\t4\t4", "b c\tx,y\t4\t5.5", "b c\t1\t4\t6",
            "Ünï\t1\t1\t7", "Ünï\tz\t2\t8", "Ünï\tx,y\t3\t964982703",
          ].sorted())
      #expect(parts.counts(of: .train).interactions == 3)
    }
  }

  @Test("the files of a split of everyone's items, read as fixed files, are the same task")
  func again() throws {
    let data = sampleInteractions(users: 60, items: 24, seed: 4, timestamps: true)
    for split in try [
      RankingSplit.interactions(data, seed: Seed(1)), RankingSplit.leaveOneOut(data, seed: Seed(1)),
    ] {
      try withTemporaryDirectory { folder in
        try SplitParts(split, of: data).write(to: folder, description: "{}\n")
        let files = try RankingSplit.files(
          train: Self.read(folder, .train), validation: Self.read(folder, .validation), test: Self.read(folder, .test),
          seed: Seed(9))
        #expect(files.items == split.items)
        #expect(files.trainPairs == split.trainPairs)
        let (old, new) = (try #require(split.test), try #require(files.test))
        #expect(files.pairs(new.heldOut, new.userIDs) == split.pairs(old.heldOut, old.userIDs))
        #expect(files.pairs(new.masked, new.userIDs) == split.pairs(old.masked, old.userIDs))
      }
    }
  }

  @Test("the cells of a split of ratings are in the files, each once")
  func ratings() throws {
    let data = sampleInteractions(users: 30, items: 20, seed: 5)
    let parts = SplitParts(try RatingSplit(data, seed: Seed(1)), of: data)
    let all = [SplitFiles.Part.train, .validation, .test].flatMap { parts.positions[$0] ?? [] }
    #expect(all.sorted() == Array(0..<data.count))
    #expect(parts.counts(of: .test).interactions == data.count / 10)
  }

  @Test("a directory with other files is refused")
  func refused() throws {
    try withTemporaryDirectory { folder in
      try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/mine.txt"))
      #expect(throws: OutputError.self) { try SplitFiles.verify(folder) }
    }
  }
}

/// Ratings of the made-up population.
@Suite("Simulated ratings")
struct SimulatedRatingTests {
  @Test("are from 1 to 5, of the same pairs, and higher where the item is to the user's taste")
  func taste() throws {
    var population = Population.plain
    (population.users, population.items, population.tastes) = (200, 120, 4)
    let simulated = try population.simulate(seed: Seed(3))
    let rated = simulated.rated()
    #expect(rated.pairs == simulated.interactions.pairs)
    let ratings = try #require(rated.ratings)
    #expect(Set(ratings) == [1, 2, 3, 4, 5])
    #expect(abs(Double(ratings.count { $0 >= 4 }) / Double(ratings.count) - 0.56) < 0.01)
    var (own, other) = ((0.0, 0), (0.0, 0))
    for position in 0..<rated.count {
      let user = Int(rated.userIndices[position])
      let item = try #require(simulated.catalogue.index(of: rated.items[Int(rated.itemIndices[position])]))
      if simulated.userMixtures[user, simulated.itemTastes[item]] > 0.5 {
        own = (own.0 + Double(ratings[position]), own.1 + 1)
      } else {
        other = (other.0 + Double(ratings[position]), other.1 + 1)
      }
    }
    #expect(own.0 / Double(own.1) > other.0 / Double(other.1) + 0.5)
    #expect(try population.simulate(seed: Seed(3)).rated().ratings == ratings)
  }
}
