import Compute
import FileFormats
import InteractionData
import Testing

@Suite("Splitting every user's items")
struct InteractionSplitTests {
  @Test(
    "over many seeds: train, validation and test are disjoint and complete, and nothing leaks",
    arguments: [false, true])
  func partition(leaveOneOut: Bool) throws {
    for seed: UInt64 in 0..<60 {
      let data = sampleInteractions(users: 25, items: 40, seed: seed, timestamps: true)
      let split =
        try leaveOneOut
        ? RankingSplit.leaveOneOut(data, seed: Seed(seed)) : RankingSplit.interactions(data, seed: Seed(seed))
      let test = try #require(split.test)
      let validation = try #require(split.validation)
      #expect(test.leaksNothing && validation.leaksNothing, "seed \(seed)")
      let parts = [
        split.trainPairs, split.pairs(validation.heldOut, validation.userIDs),
        split.pairs(test.heldOut, test.userIDs),
      ]
      let together = parts.reduce(Set()) { $0.union($1) }
      #expect(parts.map(\.count).reduce(0, +) == together.count, "seed \(seed): a pair in two parts")
      #expect(together == data.pairs.filter { split.items.index(of: $0.item) != nil }, "seed \(seed)")
      #expect(Set(split.items.ids) == Set(split.trainPairs.map(\.item)), "seed \(seed)")
      #expect(split.trainUserIDs == data.users.ids, "seed \(seed)")
      #expect(test.userIDs.count + test.skippedUsers == 25, "seed \(seed)")
      let rows = try #require(test.profiles.trainingRows)
      for (user, row) in rows.enumerated() {
        let row = try #require(row)
        #expect(split.trainUserIDs[row] == test.userIDs[user], "seed \(seed)")
        #expect(test.profiles.items.indices(ofRow: user) == split.train.indices(ofRow: row), "seed \(seed)")
      }
      // Validation items are masked at test time.
      let masked = split.pairs(test.masked, test.userIDs)
      let tested = Set(test.userIDs)
      #expect(masked == parts[0].union(parts[1]).filter { tested.contains($0.user) }, "seed \(seed)")
    }
  }

  @Test(
    "parts have RecBole's sizes",
    arguments: [
      (1, 0, 0), (2, 0, 1), (3, 1, 1), (9, 1, 1), (10, 1, 1), (19, 1, 1), (20, 2, 2), (30, 3, 3),
      (109, 10, 10),
    ])
  func sizes(count: Int, validation: Int, test: Int) throws {
    // A second user has everything, so that no item is unknown; a hundred more make sure of it.
    let pairs =
      (0..<count).map { (user: "u", item: "i\($0)") }
      + (0..<50).flatMap { user in (0..<count).map { (user: "v\(user)", item: "i\($0)") } }
    let split = try RankingSplit.interactions(
      Interactions(
        name: "d", pairs: pairs + [(user: "w", item: "i0"), (user: "w", item: "x"), (user: "y", item: "x")]),
      seed: Seed(3))
    func size(_ users: HeldOutUsers?) -> Int {
      users.flatMap { users in users.userIDs.firstIndex(of: "u").map { users.heldOut.count(ofRow: $0) } } ?? 0
    }
    #expect(size(split.test) == test)
    #expect(size(split.validation) == validation)
    #expect(split.train.count(ofRow: 0) == count - validation - test)
  }

  /// What is tested and what validates, whatever the order of users and items.
  private func heldOut(_ lines: [String], seed: UInt64 = 1) throws -> (parts: [Set<Pair>], notes: [String]) {
    let split = try RankingSplit.leaveOneOut(read("user,item,timestamp\n" + lines.joined()), seed: Seed(seed))
    let parts = try [#require(split.test), #require(split.validation)].map { split.pairs($0.heldOut, $0.userIDs) }
    return (parts, split.notes)
  }

  @Test(
    "among equal times a draw by seed and ids decides, whatever the order of the lines, and a note counts the users")
  func equalTimes() throws {
    let lines = (0..<60).flatMap { user in
      (0..<9).map { "u\(user),i\($0),\(user < 20 ? 1000 : 1000 + $0 * 7 % 9 / 5)\n" }
    }
    var random = Seed(5).stream(.shuffle)
    var shuffled = lines
    random.shuffle(&shuffled)
    let drawn = try heldOut(shuffled)
    #expect(
      drawn.notes == [
        "60 users with several items at the latest time: the held-out item was drawn by seed and ids, independently of "
          + "the order of the lines"
      ])
    for order in [Array(lines.reversed()), lines.sorted(), shuffled.sorted { $0.count < $1.count }] {
      let other = try heldOut(order)
      #expect(other.parts == drawn.parts && other.notes == drawn.notes)
    }
    #expect(try heldOut(shuffled, seed: 2).parts != drawn.parts)
    // A fair draw among nine of 20 users, and among the last four of 40.
    let items = Set(drawn.parts[0].map(\.item))
    #expect(items.count > 5)
    #expect(
      drawn.parts[0].allSatisfy { pair in
        Int(pair.user.dropFirst()).map { $0 < 20 } ?? false || ["i1", "i2", "i5", "i6"].contains(pair.item)
      })
  }

  @Test("in a log, whose times never descend, the later line of equal times is later, and a note counts the users")
  func log() throws {
    let other = (0..<6).flatMap { user in ["a", "b", "c", "x", "p", "q"].enumerated().map { "v\(user),\($1),\($0)\n" } }
    let once = try heldOut(other + ["u1,b,20\n", "u1,c,30\n", "u1,a,30\n"])
    #expect(once.parts[0].contains(Pair(user: "u1", item: "a")))
    #expect(
      once.notes.first
        == "1 user with several items at the latest time: the lines are in time order, so the last line was held out")
    // The repeated line gives a its time and its place.
    let twice = try heldOut(other + ["u1,a,10\n", "u1,b,20\n", "u1,c,30\n", "u1,a,30\n"])
    #expect(twice.parts == once.parts)
  }

  @Test("a stale repeated line does not take the place of the latest")
  func staleLine() throws {
    let other = (0..<6).flatMap { user in ["a", "b", "c", "x", "p", "q"].enumerated().map { "v\(user),\($1),\($0)\n" } }
    let parts = try heldOut(other + ["u1,a,100\n", "u1,c,50\n", "u1,b,20\n", "u1,a,5\n"]).parts
    #expect(parts[0].contains(Pair(user: "u1", item: "a")) && parts[1].contains(Pair(user: "u1", item: "c")))
  }

  @Test("the latest item is tested, and the one before validates")
  func latest() throws {
    let data = try read(
      "user,item,timestamp\na,i1,5\na,i2,9\na,i3,7\nb,i3,1\nb,i1,2\nb,i2,3\nc,i1,2\nc,i2,1\nd,i3,1\n")
    let split = try RankingSplit.leaveOneOut(data, seed: Seed(1))
    let test = try #require(split.test)
    let validation = try #require(split.validation)
    #expect(
      split.pairs(test.heldOut, test.userIDs) == [
        Pair(user: "a", item: "i2"), Pair(user: "b", item: "i2"), Pair(user: "c", item: "i1"),
      ])
    #expect(
      split.pairs(validation.heldOut, validation.userIDs) == [
        Pair(user: "a", item: "i3"), Pair(user: "b", item: "i1"),
      ])
    #expect(test.skippedUsers == 1 && validation.skippedUsers == 2)
    #expect(split.notes.isEmpty)
    let training = try RankingSplit.leaveOneOut(data, seed: Seed(1), forTraining: true)
    #expect(training.test == nil && training.refit?.nonZeroCount == data.count)
    let latest = try #require(training.validation)
    #expect(training.pairs(latest.heldOut, latest.userIDs) == split.pairs(test.heldOut, test.userIDs))
  }

  @Test("without times one item is left out by chance, and a note says so")
  func withoutTimes() throws {
    let data = sampleInteractions(users: 20, items: 20, seed: 2)
    let split = try RankingSplit.leaveOneOut(data, seed: Seed(1))
    #expect(split.notes.first == "no timestamps: one item of each user was held out at random")
    #expect(try RankingSplit.leaveOneOut(data, seed: Seed(2)).hash != split.hash)
  }

  @Test("for training a tenth validates and everything is fitted again")
  func forTraining() throws {
    let data = sampleInteractions(users: 20, items: 60, seed: 2)
    let split = try RankingSplit.interactions(data, seed: Seed(1), forTraining: true)
    let validation = try #require(split.validation)
    #expect(split.test == nil && split.items.count == data.items.count)
    #expect(split.refit?.nonZeroCount == data.count)
    #expect(split.train.nonZeroCount + validation.heldOut.nonZeroCount == data.count)
  }

  @Test("one user with one item is a data error")
  func tooLittle() {
    let one = Interactions(name: "d", pairs: [(user: "u", item: "i")])
    let error = #expect(throws: DataError.self) { try RankingSplit.interactions(one, seed: Seed(1)) }
    #expect(
      error?.description
        == "d: has no user with an item to hold out; accepted: users with at least two items that other users also have"
    )
    #expect(throws: DataError.self) { try RankingSplit.leaveOneOut(one, seed: Seed(1)) }
  }
}
