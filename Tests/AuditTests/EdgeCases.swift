import Audit
import Compute
import FileFormats
import InteractionData
import Testing

@Suite("Edge cases of an audit")
struct EdgeCases {
  private let population = Populations(users: 360, seed: 11)

  @Test("Without a holdout what needs one is not judged, and said so")
  func withoutHoldout() throws {
    let result = try audit(population.part(0), population.part(1), nil)
    for kind in [AuditMeasureKind.closestRecordShare] + AuditMeasureKind.attacks {
      #expect(result[kind]?.judgement == .notJudged)
      #expect(result[kind]?.value == nil)
    }
    #expect(result[.popularity]?.ceiling != nil)
    #expect(result[.exactCopies]?.ceiling == 0)
    #expect(result.notes.contains { $0.hasPrefix("no holdout") })
    #expect(result.conclusions.contains { $0.contains("could not be judged") })
  }

  @Test("Items nobody knows are counted, and disjoint catalogues share nothing")
  func disjoint() throws {
    let real = population.part(0)
    let strange = Interactions(
      name: "strange", pairs: population.part(1).pairs.map { ("s\($0.user)", "other-\($0.item)") })
    let result = try audit(real, strange, population.part(2))
    #expect(result.notes.contains { $0.hasPrefix("no item of strange") })
    // Two sums of shares, each 1 but for rounding.
    #expect(try #require(result[.popularity]?.value) < 1e-12)
    #expect(result[.precision]?.value == 0)
    #expect(result[.coverage]?.value == 0)
    #expect(result.synthetic.sharedItems == 0)
    #expect(result[.coOccurrence]?.value == 0)
  }

  @Test("An item of synthetic users that a model does not know is found")
  func unknownItem() throws {
    let synthetic = population.part(1)
    let data = try AuditData(train: population.part(0), synthetic: synthetic)
    #expect(data.syntheticItem(notIn: data.items) == nil)
    let item = synthetic.items[Int(synthetic.itemIndices[0])]
    let known = Vocabulary(ids: data.items.ids.filter { $0 != item })
    #expect(data.syntheticItem(notIn: known).map { data.items[$0] } == item)
  }

  @Test("A holdout that is the training data is refused; where users are equal by chance, it is named")
  func overlap() throws {
    let train = population.part(0)
    let error = #expect(throws: DataError.self) { try audit(train, population.part(1), train) }
    #expect(
      error?.message
        == "120 of 120 users have the items of a training user, so that no attacker could tell them apart")
    #expect(error?.accepted == "users that the model has not seen")

    func users(_ name: String) -> Interactions {
      Interactions(name: name, pairs: (0..<60).map { ("\(name)\($0)", "i\($0 % 5)") })
    }
    let notes = try audit(users("t"), users("s"), users("h")).notes
    #expect(notes.contains { $0.contains("60 of 60 holdout profiles equal a training profile") }, "\(notes)")
  }

  @Test("Why nothing can be judged with a holdout is named: no item of the training users, or copies of itself")
  func obstacles() throws {
    let (train, holdout) = (population.part(0), population.part(2))
    let strange = Interactions(
      name: "strange", pairs: holdout.pairs.map { ("h\($0.user)", "other-\($0.item)") })
    for (synthetic, holdout, reason) in [
      (population.part(1), strange, "no holdout user has an item of the training users"),
      (holdout, holdout, "100.0 % of the synthetic users equal a holdout user, so that the generator has seen them"),
    ] {
      let result = try audit(train, synthetic, holdout)
      #expect(result.conclusions.contains { $0.hasPrefix("Memorisation could not be judged: \(reason), and") })
      for kind in [AuditMeasureKind.closestRecordShare] + AuditMeasureKind.attacks {
        let measure = try #require(result[kind])
        #expect(measure.judgement == .notJudged && measure.sentence.lowercased() == reason.lowercased() + ".")
      }
    }
  }

  @Test("Users with one item collide by chance, and as often as real ones")
  func singleItems() throws {
    func users(_ name: String, _ count: Int, _ seed: UInt64) -> Interactions {
      var random = Seed(seed).stream(.shuffle)
      return Interactions(name: name, pairs: (0..<count).map { ("\(name)\($0)", "i\(random.integer(below: 5))") })
    }
    let result = try audit(users("t", 100, 1), users("s", 60, 2), users("h", 80, 3))
    #expect(result[.exactCopies]?.value == 1)
    #expect(result[.exactCopies]?.ceiling == 1)
    #expect(result[.exactCopies]?.judgement != .fails)
    #expect(
      result.privacy.copies == [.init(from: 1, to: 1, synthetic: 60, syntheticCopies: 60, real: 80, realCopies: 80)])
    #expect(result.notes.contains { $0.hasPrefix("fewer synthetic") })
  }

  /// Users who are all alike, of two kinds, with one item each, or with all items; an item's number by user and place.
  private static let dull: [(name: String, items: @Sendable (_ user: Int) -> [Int])] = [
    ("alike", { _ in [0, 1, 2, 3] }), ("two kinds", { user in user % 2 == 0 ? [0, 1, 2] : [3, 4] }),
    ("one odd", { user in user == 7 ? [8] : [0, 1] }), ("the same item", { _ in [5] }), ("one item", { [$0 % 9] }),
    ("everything", { _ in Array(0..<9) }), ("own items", { user in [user * 2, user * 2 + 1] }),
  ]

  @Test("With dull users on either side, every value is finite or missing", arguments: dull.indices, dull.indices)
  func dullUsers(_ real: Int, _ synthetic: Int) throws {
    func users(_ kind: Int, _ name: String, from first: Int = 0) -> Interactions {
      let items = Self.dull[kind].items
      return Interactions(
        name: name,
        pairs: (first..<first + 100).flatMap { user in items(user).map { ("\(name)\(user)", "i\($0)") } })
    }
    // With the same items of their own, holdout users would be refused as training users.
    for holdout in [nil, users(real, "h", from: 50)] {
      let result = try audit(users(real, "t"), users(synthetic, "s"), holdout)
      #expect(AuditMeasureKind.allCases.contains(where: { result[$0]?.value != nil }))
      for kind in AuditMeasureKind.allCases {
        guard let measure = result[kind] else { continue }
        let numbers = [measure.value, measure.standardError, measure.ceiling].compactMap(\.self)
        #expect(numbers.allSatisfy { $0.isFinite }, "\(kind): \(numbers)")
      }
    }
  }

  @Test("Where real users themselves reach nothing, a measure is not judged")
  func nothingToReach() throws {
    func users(_ name: String, _ items: [String]) -> Interactions {
      Interactions(name: name, pairs: (0..<200).flatMap { user in items.map { ("\(name)\(user)", $0) } })
    }
    let result = try audit(users("t", ["a", "b"]), users("s", ["c", "d"]), users("h", ["a", "b"]))
    for kind in [AuditMeasureKind.precision, .recall, .density, .coverage] {
      let measure = try #require(result[kind])
      #expect(measure.ceiling == 0 && measure.judgement == .notJudged && measure.gap == nil, "\(measure)")
      #expect(measure.sentence == "Unseen real users reach 0.0000 themselves, so the measure says nothing here.")
    }
    #expect(result[.popularity]?.judgement == .fails)
    #expect(result.fidelity.measures.allSatisfy { ($0.ceiling ?? 1) != 0 || !$0.judgement.passes })
  }

  @Test("Where no two real users have anything in common, MMD is not judged")
  func nothingInCommon() throws {
    func users(_ name: String) -> Interactions {
      Interactions(name: name, pairs: (0..<60).map { ("\(name)\($0)", "\(name) item \($0)") })
    }
    let result = try audit(users("t"), users("s"), users("h"))
    #expect(result[.meanDiscrepancy]?.judgement == .notJudged)
  }

  @Test("Synthetic users who equal holdout users are counted, said, and fail")
  func holdoutCopies() throws {
    let (train, holdout) = (population.part(0), population.part(2))
    let result = try audit(train, holdout, holdout)
    let measure = try #require(result[.holdoutCopies])
    #expect(measure.value == 1 && measure.judgement == .fails && measure.details["copies"] == 120)
    #expect(
      result.conclusions.contains {
        $0.hasPrefix(
          "Holdout: 120 of 120 synthetic users (100.0 %) equal a holdout user; 0.0 % of the training users do.")
      })
    let clean = try audit(train, population.part(1), holdout)
    // Of 120 users none is copied, but a rate of a hundredth is not ruled out either.
    #expect(clean[.holdoutCopies]?.value == 0 && clean[.holdoutCopies]?.judgement != .fails)
    #expect(!clean.conclusions.contains { $0.hasPrefix("Holdout:") })
    // A few among many are found too.
    let mixed = Interactions(
      name: "mixed",
      pairs: population.part(1).first(110).pairs.map { ("s\($0.user)", population.part(1).items[$0.item]) }
        + holdout.first(10).pairs.map { ("c\($0.user)", holdout.items[$0.item]) })
    #expect(try audit(train, mixed, holdout)[.holdoutCopies]?.judgement == .fails)
    #expect(try audit(train, holdout, nil)[.holdoutCopies]?.judgement == .notJudged)
  }

  @Test("The strongest attacker is the one with the largest area")
  func strongestAttack() throws {
    let result = try audit(population.part(0), population.part(0), population.part(2))
    let areas = AuditMeasureKind.attackAreas.compactMap { result[$0]?.value }
    #expect(areas.count == 3)
    #expect(result.strongestAttack?.value == areas.max())
    #expect(try audit(population.part(0), population.part(1), nil).strongestAttack == nil)
  }

  @Test("Too few users are an error that says how many are needed")
  func tooFew() {
    let few = population.part(1).first(9)
    #expect(throws: DataError.self) { try AuditData(train: population.part(0), synthetic: few) }
  }
}

extension AuditPrivacy.CopyRow {
  init(from: Int, to: Int, synthetic: Int, syntheticCopies: Int, real: Int, realCopies: Int) {
    self.init(
      lengths: from...to, synthetic: synthetic, syntheticCopies: syntheticCopies, real: real, realCopies: realCopies)
  }
}
