import Compute
import FileFormats
import InteractionData
import Testing

@Suite("Splitting by time")
struct TimeSplitTests {
  /// Interactions of `user,item,time`.
  private func data(_ lines: [(String, String, Double)]) -> Interactions {
    let users = Vocabulary(ids: lines.map(\.0))
    let items = Vocabulary(ids: lines.map(\.1))
    return Interactions(
      name: "d", users: users, items: items, userIndices: lines.map { Int32(users.index(of: $0.0) ?? 0) },
      itemIndices: lines.map { Int32(items.index(of: $0.1) ?? 0) }, timestamps: lines.map(\.2))
  }

  /// A past, and a future made of other items, other users and other habits.
  private func past(seed: UInt64) -> [(String, String, Double)] {
    var random = Seed(seed).stream(.simulation)
    return (0..<40).flatMap { user in
      random.permutation(30)[..<(4 + random.integer(below: 10))].map { item in
        ("u\(user)", "i\(item)", Double(random.integer(below: 1000)))
      }
    }
  }

  private func future(seed: UInt64) -> [(String, String, Double)] {
    var random = Seed(seed).stream(.sampling)
    return (0..<70).flatMap { user in
      // Old users take to new items and to old ones they never had; people whom nobody knows do, too.
      random.permutation(60)[..<12].map { item in
        ("u\(user)", item < 30 ? "i\(item)x" : "i\(item - 30)", 1000 + Double(random.integer(below: 500)))
      }
    }
  }

  private func joined(_ seed: UInt64, _ other: UInt64) -> Interactions {
    let old = past(seed: seed)
    let known = Set(old.map { Pair(user: $0.0, item: $0.1) })
    return data(old + future(seed: other).filter { !known.contains(Pair(user: $0.0, item: $0.1)) })
  }

  @Test(
    "nothing after the cut reaches vocabulary, training, popularity, filters or validation", arguments: [false, true])
  func noLeak(filtered: Bool) throws {
    for seed: UInt64 in 0..<20 {
      let filters = filtered ? Filters(minUserItems: 6, minItemUsers: 3, core: 4) : Filters()
      let alone = try RankingSplit.time(data(past(seed: seed)), filters: filters, seed: Seed(1), forTraining: true)
      for other: UInt64 in [100, 200] {
        let whole = joined(seed, other + seed)
        for newUsers in [false, true] {
          let split = try RankingSplit.time(
            whole, cut: .time(1000), newUsers: newUsers, filters: filters, seed: Seed(1))
          #expect(split.items == alone.items, "seed \(seed)")
          #expect(split.trainUserIDs == alone.trainUserIDs && split.train == alone.train, "seed \(seed)")
          #expect(split.refitUsers == alone.refitUsers, "seed \(seed)")
          #expect(split.refit?.columnCounts() == alone.refit?.columnCounts(), "seed \(seed)")
          #expect(split.validation?.hash == alone.validation?.hash, "seed \(seed)")
          // In the words of the data: no pair of after the cut, and no item of it.
          let after = Set(future(seed: other + seed).map { Pair(user: $0.0, item: $0.1) })
          let before = Set(past(seed: seed).map { Pair(user: $0.0, item: $0.1) })
          let fitted = split.pairs(split.fittedUsers.rows, split.fittedUsers.ids)
          #expect(fitted.isSubset(of: before) && fitted.isDisjoint(with: after.subtracting(before)), "seed \(seed)")
          #expect(split.items.ids.allSatisfy { !$0.hasSuffix("x") })
          let test = try #require(split.test)
          #expect(test.leaksNothing && split.validation?.leaksNothing == true)
          #expect(split.pairs(test.heldOut, test.userIDs).isSubset(of: after))
        }
      }
    }
  }

  @Test("a cut given for training leaves out what comes after it")
  func training() throws {
    let split = try RankingSplit.time(joined(1, 2), cut: .time(1000), seed: Seed(1), forTraining: true)
    let alone = try RankingSplit.time(data(past(seed: 1)), seed: Seed(1), forTraining: true)
    #expect(split.hash == alone.hash && split.test == nil)
    #expect(split.notes.contains { $0.contains("after it are left out") })
  }

  /// Cut at 100; before it 10 interactions, so the earlier cut is the time of the last of them, 90.
  private var small: Interactions {
    data(
      [
        ("a", "i", 10), ("a", "j", 20), ("b", "i", 30), ("b", "k", 40), ("c", "j", 50), ("c", "k", 60), ("d", "l", 65),
        ("d", "i", 70), ("e", "j", 80), ("a", "k", 90),
        // a: an item known, and one that is not; b: only a new one; c, d, e: nothing.
        ("a", "l", 100), ("a", "new", 110), ("b", "newer", 120),
      ] + ["i", "j", "k", "l", "m"].enumerated().map { ("n", $1, 130 - Double($0)) }
        + ["l", "k", "j", "i"].enumerated().map { ("o", $1, 150 + Double($0)) } + [("p", "new", 160)])
  }

  @Test("who and what is left out is counted")
  func counts() throws {
    let split = try RankingSplit.time(small, cut: .time(100), seed: Seed(1))
    #expect(split.items.ids == ["i", "j", "k", "l"])
    #expect(split.trainUserIDs == ["a", "b", "c", "d", "e"])
    #expect(split.pairs(split.train, split.trainUserIDs).count == 9)
    let validation = try #require(split.validation)
    #expect(split.pairs(validation.heldOut, validation.userIDs) == [Pair(user: "a", item: "k")])
    let test = try #require(split.test)
    #expect(split.pairs(test.heldOut, test.userIDs) == [Pair(user: "a", item: "l")])
    // What is shown is everything before the cut, with its row in the second fit.
    #expect(split.pairs(test.profiles.items, ["a"]) == Set(["i", "j", "k"].map { Pair(user: "a", item: $0) }))
    #expect(test.profiles.trainingRows == [0])
    let counts = try #require(split.time)
    #expect(counts.cut == 100 && counts.validationCut == 90 && counts.before == 10 && counts.after == 13)
    #expect(counts.usersOnBothSides == 2 && counts.usersBeforeOnly == 3 && counts.usersWithNewItemsOnly == 1)
    #expect(counts.newUsers == 3 && counts.newUsersTested == 0 && counts.filteredUsers == 0)
    #expect(counts.unknownItems == 3 && counts.withUnknownItems == 4)
    #expect(
      split.notes == [
        "cut at 100: 10 interactions before, 13 after; 2 users on both sides, 3 only before",
        "left out 3 users who appear after the cut; --new-users tests those with at least five known items",
        "left out 4 interactions after the cut with 3 items not known before it",
        "left out 1 user with interactions on both sides but no known item after the cut",
      ])
  }

  @Test("new users show their first items, and the latest fifth of the known ones is to be found")
  func newcomers() throws {
    let more = (0..<10).map { ("q", "i\($0)", 200 - Double($0)) }
    let known = (0..<10).map { ("z", "i\($0)", Double($0)) }
    let lines =
      known + [("z", "i", 90), ("y", "i0", 95)] + more + [("r", "i1", 150), ("r", "i2", 151), ("y", "i1", 152)]
    let split = try RankingSplit.time(data(lines), cut: .time(100), newUsers: true, seed: Seed(1))
    let test = try #require(split.test)
    #expect(test.userIDs == ["y", "q"])
    #expect(test.profiles.trainingRows == [1, nil])
    let heldOut = split.pairs(test.heldOut, test.userIDs)
    #expect(heldOut == [Pair(user: "q", item: "i0"), Pair(user: "q", item: "i1"), Pair(user: "y", item: "i1")])
    #expect(split.pairs(test.profiles.items, test.userIDs).count == 8 + 1)
    #expect(split.time?.newUsers == 2 && split.time?.newUsersTested == 1 && test.skippedUsers == 1)
  }

  @Test("users who appear between the two cuts follow the others in the second fit and may be tested")
  func between() throws {
    let lines =
      (0..<18).map { ("u\($0 % 6)", "i\($0 / 6)", Double($0)) } + [
        ("late", "i0", 18), ("late", "i1", 19), ("late", "i2", 50),
      ]
    let split = try RankingSplit.time(data(lines), cut: .time(50), seed: Seed(1))
    #expect(split.trainUserIDs == (0..<6).map { "u\($0)" })
    #expect(split.refitUsers?.ids == (0..<6).map { "u\($0)" } + ["late"])
    #expect(split.test?.userIDs == ["late"] && split.test?.profiles.trainingRows == [6])
  }

  @Test("a share leaves equal times together, and is not exceeded", arguments: 0..<10)
  func share(seed: UInt64) throws {
    var random = Seed(seed).stream(.resampling)
    let lines = (0..<200).map { ("u\($0 % 20)", "i\($0)", Double(random.integer(below: 12))) }
    let whole = data(lines)
    for share in [0.3, 0.5, 0.9] {
      let parts = try #require(whole.divided(by: .share(share)))
      #expect(Double(parts.before.count) <= share * 200 && parts.before.count + parts.after.count == 200)
      let (latest, earliest) = (parts.before.timestamps?.max() ?? -1, parts.after.timestamps?.min() ?? 13)
      #expect(latest < earliest && earliest == parts.time)
      // The next time with the cut would be too many.
      #expect(Double(lines.count { $0.2 <= parts.time }) > share * 200)
    }
  }

  @Test(
    "a cut is a share, a number or a date",
    arguments: [
      ("0.9", TimeCut.share(0.9)), ("881250949", .time(881_250_949)), ("1998-03-01", .time(888_710_400)),
      ("1998-03-01T12:00:00Z", .time(888_753_600)), ("1969-12-31", .time(-86400)), ("12.5", .time(12.5)),
    ])
  func reading(text: String, cut: TimeCut) { #expect(TimeCut(text) == cut) }

  @Test("what is no cut is refused", arguments: ["", "0", "-3", "march", "1998-13-01", "nan"])
  func refused(text: String) { #expect(TimeCut(text) == nil) }

  @Test("without times, or with nothing on one side, there is nothing to divide")
  func errors() throws {
    func message(_ data: Interactions, _ cut: TimeCut) -> String {
      do {
        _ = try RankingSplit.time(data, cut: cut, seed: Seed(1))
        return ""
      } catch { return "\(error)" }
    }
    let timeless = Interactions(
      name: "d", pairs: [(user: "a", item: "i"), (user: "a", item: "j"), (user: "b", item: "i")])
    #expect(message(timeless, .share(0.5)).contains("has no timestamps to split by"))
    #expect(message(small, .time(5)).contains("has no interaction before this cut"))
    #expect(message(small, .time(1000)).contains("a time after 10 and up to 160"))
    #expect(message(data([("a", "i", 1), ("b", "j", 1)]), .share(0.5)).contains("different times"))
    #expect(message(data([("a", "i", 1), ("b", "j", 2)]), .time(2)).contains("--new-users"))
  }

  @Test("a pair repeated after the cut stays where it was first: it was had before")
  func repeats() throws {
    var reader = InteractionReader()
    let text = "user,item,timestamp\n" + "a,i,1\na,j,2\nb,i,3\nb,j,4\na,i,90\nb,k,5\na,k,95\n"
    reader.keepsEarliest = true
    let early = try reader.read(ByteSource(name: "d.csv", bytes: Array(text.utf8)))
    #expect(early.timestamps == [1, 2, 3, 4, 5, 95])
    #expect(early.notes.contains("1 repeated (user, item) pair merged (earliest time kept)"))
    let test = try #require(RankingSplit.time(early, cut: .time(50), seed: Seed(1)).test)
    #expect(test.heldOut.nonZeroCount == 1)
  }
}

@Suite("Folds of users")
struct FoldTests {
  @Test("every user is tested in one of the parts, and never trained on there", arguments: [2, 3, 5, 10])
  func partition(count: Int) throws {
    for seed: UInt64 in 0..<20 {
      let data = sampleInteractions(users: 61, items: 40, seed: seed)
      var tested: [String] = []
      for index in 0..<count {
        let split = try RankingSplit.users(data, seed: Seed(seed), fold: Fold(index, of: count))
        let test = try #require(split.test)
        #expect(test.leaksNothing)
        #expect(Set(test.userIDs).isDisjoint(with: split.trainUserIDs))
        #expect(Set(test.userIDs).isDisjoint(with: split.validation?.userIDs ?? []))
        #expect([61 / count, 61 / count + 1].contains(test.userIDs.count + test.skippedUsers), "seed \(seed)")
        #expect(split.trainUserIDs.count + test.userIDs.count + test.skippedUsers == 61 - 6)
        tested += test.userIDs
      }
      #expect(Set(tested).count == tested.count, "seed \(seed): somebody is tested twice")
      let expected = data.users.ids.indices.filter { user in data.userIndices.count { $0 == Int32(user) } >= 5 }
      #expect(tested.count <= expected.count)
    }
  }

  @Test("the first of ten parts is the test of the plain split")
  func first() throws {
    let data = sampleInteractions(users: 60, items: 40, seed: 3)
    let plain = try RankingSplit.users(data, seed: Seed(3))
    #expect(try RankingSplit.users(data, seed: Seed(3), fold: Fold(0, of: 10)).hash == plain.hash)
  }

  @Test("more parts than users are refused")
  func few() {
    let data = sampleInteractions(users: 4, items: 40, seed: 3)
    #expect(throws: DataError.self) { try RankingSplit.users(data, seed: Seed(3), fold: Fold(0, of: 9)) }
  }
}
