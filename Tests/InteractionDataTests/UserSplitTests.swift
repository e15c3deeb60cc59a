import Compute
import FileFormats
import InteractionData
import Testing

@Suite("Splitting by users")
struct UserSplitTests {
  @Test("over many seeds: parts are disjoint, nothing leaks, nothing is lost without being counted")
  func partition() throws {
    for seed: UInt64 in 0..<60 {
      let data = sampleInteractions(users: 30, items: 40, seed: seed)
      let split = try RankingSplit.users(data, heldOut: 0.2, seed: Seed(seed))
      let test = try #require(split.test, "seed \(seed)")
      let validation = try #require(split.validation, "seed \(seed)")
      #expect(split.trainUserIDs.count == 18, "seed \(seed)")
      #expect(validation.userIDs.count + validation.skippedUsers == 6, "seed \(seed)")
      #expect(test.userIDs.count + test.skippedUsers == 6, "seed \(seed)")
      let groups = [split.trainUserIDs, validation.userIDs, test.userIDs]
      #expect(Set(groups.joined()).count == groups.joined().count, "seed \(seed): a user in two parts")
      #expect(validation.leaksNothing && test.leaksNothing, "seed \(seed)")
      // Training rows are whole; held-out users have what is left of theirs in the vocabulary, nothing else.
      let training = Set(split.trainUserIDs)
      #expect(split.trainPairs == data.pairs.filter { training.contains($0.user) }, "seed \(seed)")
      for users in [validation, test] {
        let known = split.pairs(users.profiles.items, users.userIDs).union(
          split.pairs(users.heldOut, users.userIDs))
        let ids = Set(users.userIDs)
        #expect(
          known == data.pairs.filter { ids.contains($0.user) && split.items.index(of: $0.item) != nil },
          "seed \(seed)")
        #expect(users.masked == users.profiles.items && users.profiles.trainingRows == nil, "seed \(seed)")
        for user in 0..<users.userIDs.count {
          let heldOut = users.heldOut.count(ofRow: user)
          let total = heldOut + users.profiles.items.count(ofRow: user)
          #expect(total >= 5 && heldOut == total / 5, "seed \(seed)")
        }
      }
      #expect(split.refit == nil && split.kind == .users)
    }
  }

  @Test("the vocabulary is that of the training users, in order of first appearance; the rest is counted")
  func vocabulary() throws {
    for seed: UInt64 in 0..<40 {
      // Every user has five items of all and one of their own.
      let pairs = (0..<10).flatMap { user in
        [(user: "u\(user)", item: "own\(user)")] + (0..<5).map { (user: "u\(user)", item: "all\($0)") }
      }
      let data = Interactions(name: "d", pairs: pairs)
      let split = try RankingSplit.users(data, seed: Seed(seed))
      let training = Set(split.trainUserIDs)
      var expected: [String] = []
      for pair in pairs where training.contains(pair.user) && !expected.contains(pair.item) {
        expected.append(pair.item)
      }
      #expect(split.items.ids == expected, "seed \(seed)")
      #expect(
        split.notes == [
          "dropped 2 interactions of held-out users with 2 items that no training user has"
        ],
        "seed \(seed)")
    }
  }

  @Test("held-out users are chosen by chance: all users get their turn")
  func chance() throws {
    let data = Interactions(
      name: "d", pairs: (0..<20).flatMap { user in (0..<6).map { (user: "u\(user)", item: "i\($0)") } })
    var seen: Set<String> = []
    for seed: UInt64 in 0..<60 {
      seen.formUnion(try RankingSplit.users(data, seed: Seed(seed)).test?.userIDs ?? [])
    }
    // The chance that a given user is missed 60 times is 0.9⁶⁰, 0.2 %; the seeds are fixed.
    #expect(seen.count == 20)
  }

  @Test("the smallest share holds out one user each")
  func smallShare() throws {
    let data = Interactions(
      name: "d", pairs: (0..<3).flatMap { user in (0..<5).map { (user: "u\(user)", item: "i\($0)") } })
    let split = try RankingSplit.users(data, heldOut: 0.001, seed: Seed(1))
    #expect(
      split.trainUserIDs.count == 1 && split.validation?.userIDs.count == 1 && split.test?.userIDs.count == 1)
  }

  @Test("too few users, too large a share and users without five items are data errors")
  func tooLittle() {
    let one = Interactions(name: "d", pairs: [(user: "u", item: "i")])
    let few = #expect(throws: DataError.self) { try RankingSplit.users(one, seed: Seed(1)) }
    #expect(
      few?.description
        == "d: has 1 user, and none is left for training when 2 × 1 are held out; "
        + "accepted: more users, a smaller --held-out, or --split interactions")
    let data = sampleInteractions(users: 10, items: 40, seed: 3)
    for share in [0, 0.5, 1, -1, .nan] {
      #expect(throws: DataError.self, "\(share)") {
        try RankingSplit.users(data, heldOut: share, seed: Seed(1))
      }
    }
    let whole = #expect(throws: DataError.self) { try RankingSplit.users(data, heldOut: 1, seed: Seed(1)) }
    #expect(whole?.text == "1")
    let short = Interactions(
      name: "d", pairs: (0..<9).flatMap { user in (0..<4).map { (user: "u\(user)", item: "i\($0)") } })
    let none = #expect(throws: DataError.self) { try RankingSplit.users(short, seed: Seed(1)) }
    #expect(none?.message == "has no test user with five items, so nothing can be held out")
  }

  @Test("for training everyone is fitted again, training users first, and nobody is tested")
  func forTraining() throws {
    for seed: UInt64 in 0..<20 {
      let data = sampleInteractions(users: 30, items: 40, seed: seed)
      let split = try RankingSplit.users(data, seed: Seed(seed), forTraining: true)
      let refit = try #require(split.refit)
      #expect(split.test == nil)
      #expect(split.trainUserIDs.count == 27 && refit.rowCount == 30, "seed \(seed)")
      #expect(refit.nonZeroCount == data.count, "seed \(seed)")
      #expect(refit.selecting(rows: 0..<27) == split.train, "seed \(seed)")
      #expect(split.pairs(refit, try #require(split.refitUsers).ids) == data.pairs, "seed \(seed)")
      #expect(Set(split.items.ids) == Set(data.pairs.map(\.item)), "seed \(seed)")
    }
  }

  @Test("the hash is the same for the same split and differs for another seed or other data")
  func hash() throws {
    let data = sampleInteractions(users: 30, items: 40, seed: 5)
    let split = try RankingSplit.users(data, seed: Seed(7))
    #expect(try RankingSplit.users(data, seed: Seed(7)).hash == split.hash)
    #expect(try RankingSplit.users(data, seed: Seed(8)).hash != split.hash)
    let other = sampleInteractions(users: 30, items: 40, seed: 6)
    #expect(try RankingSplit.users(other, seed: Seed(7)).hash != split.hash)
    // Fixed for all time: results are compared by it.
    let small = Interactions(
      name: "d", pairs: (0..<10).flatMap { user in (0..<6).map { (user: "u\(user)", item: "i\($0)") } })
    let hash = try RankingSplit.users(small, seed: Seed(42)).hash
    #expect(hash == "9a86b8ad053f7303")
  }
}
