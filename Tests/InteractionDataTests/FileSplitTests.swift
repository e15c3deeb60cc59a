import Compute
import FileFormats
import InteractionData
import Testing

@Suite("Fixed files")
struct FileSplitTests {
  private func data(_ name: String, _ text: String) -> Interactions {
    Interactions(
      name: name,
      pairs: text.split(separator: " ").map { pair in
        (user: String(pair.prefix(1)), item: String(pair.dropFirst()))
      })
  }

  @Test("training and validation items are masked, the input is the training row, strangers are counted")
  func withValidation() throws {
    let split = try RankingSplit.files(
      train: data("train", "a1 a2 b2 b3 c1"), validation: data("validation", "a3 b1 a9 z1 b2"),
      test: data("test", "b4 a1 b1 c2 c3 z1 z2 y1"), seed: Seed(1))
    let test = try #require(split.test)
    let validation = try #require(split.validation)
    #expect(split.kind == .files && split.refit == nil)
    #expect(split.items.ids == ["1", "2", "3"] && split.trainUserIDs == ["a", "b", "c"])
    #expect(
      split.pairs(validation.heldOut, validation.userIDs) == [
        Pair(user: "a", item: "3"), Pair(user: "b", item: "1"),
      ])
    #expect(validation.masked == validation.profiles.items)
    #expect(test.userIDs == ["c"] && test.skippedUsers == 2)
    #expect(
      split.pairs(test.heldOut, test.userIDs) == [Pair(user: "c", item: "2"), Pair(user: "c", item: "3")])
    #expect(split.pairs(test.profiles.items, test.userIDs) == [Pair(user: "c", item: "1")])
    #expect(test.profiles.trainingRows == [2])
    #expect(
      split.notes == [
        "dropped 1 validation interaction of 1 user not in the training file",
        "dropped 1 validation interaction with 1 item not in the training file",
        "dropped 1 validation interaction already in the training file",
        "dropped 3 test interactions of 2 users not in the training file",
        "dropped 1 test interaction with 1 item not in the training file",
        "dropped 2 test interactions already in the training or validation file",
      ])
  }

  @Test("without a validation file a tenth is held back, and the test input is the whole row")
  func withoutValidation() throws {
    for seed: UInt64 in 0..<40 {
      let train = sampleInteractions(users: 20, items: 40, seed: seed)
      let test = Interactions(
        name: "test",
        pairs: (0..<20).flatMap { user in (0..<40).map { (user: "u\(user)", item: "i\($0)") } })
      let split = try RankingSplit.files(train: train, test: test, seed: Seed(seed))
      let users = try #require(split.test)
      let validation = try #require(split.validation)
      let refit = try #require(split.refit)
      #expect(split.pairs(refit, split.trainUserIDs) == train.pairs, "seed \(seed)")
      #expect(
        split.trainPairs.union(split.pairs(validation.heldOut, validation.userIDs)) == train.pairs,
        "seed \(seed)")
      #expect(split.train.nonZeroCount + validation.heldOut.nonZeroCount == train.count, "seed \(seed)")
      #expect(validation.leaksNothing && users.leaksNothing, "seed \(seed)")
      #expect(users.profiles.items == refit && users.masked == refit, "seed \(seed)")
      for row in 0..<20 {
        let size = refit.count(ofRow: row)
        let heldBack = size - split.train.count(ofRow: row)
        #expect(heldBack == (size < 2 ? 0 : max(1, size / 10)), "seed \(seed)")
      }
    }
  }

  @Test("without a test file training and validation files are fitted again together")
  func forTraining() throws {
    let split = try RankingSplit.files(
      train: data("train", "a1 a2 b2"), validation: data("validation", "b1"), test: nil, seed: Seed(1))
    #expect(split.test == nil && split.train.nonZeroCount == 3 && split.refit?.nonZeroCount == 4)
  }

  @Test("a test file of strangers is a data error that names both files")
  func strangers() {
    let error = #expect(throws: DataError.self) {
      try RankingSplit.files(train: data("train", "a1 a2"), test: data("test", "z1 a9"), seed: Seed(1))
    }
    #expect(
      error?.description
        == "test: has no interaction of a user and an item that both occur in train; "
        + "accepted: interactions of users and items that occur in the training file")
  }
}
