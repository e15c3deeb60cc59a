import Audit
import Autoencoders
import Compute
import Experiments
import InteractionData
import Testing

/// The attacker by likelihood ratio, on users about whom everything is known.
@Suite("Membership inference by likelihood ratio")
struct LikelihoodAttack {
  private static let population = DesignedAnswers.population

  @Test("Copies of training users give away nearly all of them")
  func copies() throws {
    let result = try audit(Self.population.part(0), Self.population.part(0), Self.population.part(2))
    #expect(try #require(result[.likelihoodMembershipAUC]?.value) > 0.95)
    #expect(try #require(result[.likelihoodMembershipTPR]?.value) > 0.7)
    #expect(result[.likelihoodMembershipAUC]?.judgement == .fails)
    #expect(result[.likelihoodMembershipTPR]?.judgement == .fails)
  }

  @Test("Users of whom no training user had a part give away nobody")
  func independent() throws {
    let result = try audit(Self.population.part(0), Self.population.part(1), Self.population.part(2))
    let area = try #require(result[.likelihoodMembershipAUC])
    let (value, error) = (try #require(area.value), try #require(area.standardError))
    #expect(area.ceiling == 0.5 && error > 0 && error < 0.04)
    #expect(abs(value - 0.5) < 4 * error, "\(value) ± \(error)")
    #expect(result[.likelihoodMembershipTPR]?.ceiling == 0.01)
    #expect(result[.likelihoodMembershipTPR]?.judgement != .fails)
  }

  @Test("A catalogue of training users' items gives away nobody, however many items only one of them has")
  func catalogue() throws {
    // Five of twelve items are rare: most of these have one user.
    func users(_ seed: UInt64) -> [[Int]] {
      var random = Seed(seed).stream(.simulation)
      return Self.profiles(300, items: 150, seed: seed).map { profile in
        profile.prefix(7) + (0..<5).map { _ in 150 + random.integer(below: 3000) }
      }
    }
    let members = users(1)
    let known = Set(members.joined())
    // They are no members, but have members' items alone, as whoever a generator makes.
    let synthetic = users(2).map { $0.filter(known.contains) }
    let result = try audit(
      Self.interactions("t", members), Self.interactions("s", synthetic), Self.interactions("h", users(3)))
    for kind in [AuditMeasureKind.membershipAUC, .densityMembershipAUC, .likelihoodMembershipAUC] {
      let measure = try #require(result[kind])
      let (value, error) = (try #require(measure.value), try #require(measure.standardError))
      #expect(abs(value - 0.5) < 4 * error, "\(kind): \(value) ± \(error)")
    }
  }

  /// Profiles of twelve items, every item as likely.
  private static func profiles(_ count: Int, items: Int, seed: UInt64) -> [[Int]] {
    var random = Seed(seed).stream(.simulation)
    return (0..<count).map { _ in Array(random.permutation(items).prefix(12)) }
  }

  /// Profiles put together of pairs of items, each from another member, without those that come near to a member.
  private static func recombined(_ members: [[Int]], items: Int, count: Int, farthest: Double) -> [[Int]] {
    var random = Seed(4).stream(.sampling)
    var has = members.map { _ in [Bool](repeating: false, count: items) }
    for (place, member) in members.enumerated() { for item in member { has[place][item] = true } }
    return (0..<count).map { _ -> [Int] in
      var profile = Set<Int>()
      while profile.count < 12 {
        let member = members[random.integer(below: members.count)]
        let first = random.integer(below: 12)
        profile.formUnion([member[first], member[(first + 1 + random.integer(below: 11)) % 12]])
      }
      return profile.sorted()
    }.filter { profile in
      has.allSatisfy { own in
        let common = profile.count { own[$0] }
        return Double(common) <= farthest * Double(profile.count + 12 - common)
      }
    }
  }

  private static func interactions(_ name: String, _ profiles: [[Int]]) -> Interactions {
    Interactions(
      name: name,
      pairs: profiles.enumerated().flatMap { user, items in items.map { ("\(name)\(user)", "i\($0)") } })
  }

  @Test("Pairs of members' items in profiles that are far from every member are seen, where distances see nothing")
  func recombination() throws {
    let members = Self.profiles(200, items: 400, seed: 1)
    let synthetic = Self.recombined(members, items: 400, count: 900, farthest: 0.15)
    #expect(synthetic.count > 500)
    let result = try audit(
      Self.interactions("t", members), Self.interactions("s", synthetic),
      Self.interactions("h", Self.profiles(200, items: 400, seed: 2)))
    #expect(result[.exactCopies]?.value == 0)
    // Standard errors are near 0.03.
    #expect(try #require(result[.membershipAUC]?.value) < 0.55)
    #expect(result[.membershipAUC]?.judgement != .fails)
    #expect(try #require(result[.likelihoodMembershipAUC]?.value) > 0.8)
    #expect(result[.likelihoodMembershipAUC]?.judgement == .fails)
    #expect(result.strongestAttack?.kind == .likelihoodMembershipAUC)
    #expect(
      result.conclusions.contains {
        $0.hasPrefix("Membership: the strongest of 3 attackers, by likelihood ratio, reaches an AUC of 0.")
          && $0.contains("membership (likelihood)")
      })
  }

  @Test("Of a part of the training users, unchanged, an attacker finds these and guesses at the others")
  func unchanged() throws {
    let members = Self.profiles(200, items: 400, seed: 1)
    let result = try audit(
      Self.interactions("t", members), Self.interactions("s", Array(members.prefix(80))),
      Self.interactions("h", Self.profiles(200, items: 400, seed: 2)))
    let area = try #require(result.strongestAttack?.value)
    // (1 + 0.4) / 2, within three standard errors.
    #expect(abs(area - 0.7) < 0.08)
    let share = Int((100 * (2 * area - 1)).rounded())
    #expect(
      result.conclusions.contains {
        $0.hasSuffix(
          " On average, an attacker would find out as much if \(share) % of the training users were published unchanged."
        )
      })
  }

  @Test("There is no such comparison where no area is beyond chance, or the holdout is of other people")
  func noComparison() throws {
    func compares(_ members: [[Int]], _ synthetic: [[Int]], _ others: [[Int]]) throws -> (Bool, AuditResult) {
      let result = try audit(
        Self.interactions("t", members), Self.interactions("s", synthetic), Self.interactions("h", others))
      return (result.conclusions.contains { $0.contains("were published unchanged") }, result)
    }
    // Some training users, and holdout users with one item less: the true positives are a leak, the areas are not above chance.
    let members = Self.profiles(200, items: 400, seed: 1)
    let others = Self.profiles(200, items: 400, seed: 2)
    let (compared, result) = try compares(
      members, Array(members.prefix(60)) + others.map { Array($0.dropLast()) }, others)
    #expect(try #require(result.strongestAttack?.value) < 0.5)
    #expect(result[.membershipTPR]?.judgement == .fails && !compared)
    // A third of the items of everybody.
    let short = others.map { Array($0.prefix($0.count / 3)) }
    let (ofOthers, apart) = try compares(members, Array(members.prefix(80)), short)
    #expect(apart.privacy.looksLikeOthers && !result.privacy.looksLikeOthers)
    #expect(try #require(apart.strongestAttack?.value) > 0.6)
    #expect(!ofOthers)
  }

  @Test("The values are the same with one thread and with three")
  func threads() throws {
    // With fewer users than items, and with more.
    for count in [60, 350] {
      let results = try [1, 3].map { threads in
        try audit(
          Self.population.part(0).first(80), Self.population.part(1).first(count), Self.population.part(2).first(60),
          threads: threads)
      }
      let values = results.map { $0[.likelihoodMembershipAUC]?.value }
      #expect(values[0] != nil && values[0] == values[1])
    }
  }

  /// An audit over one list of items, as when several sets of users come from one model.
  private static func attacked(
    _ synthetic: Int, train: Int = 60, seed: UInt64 = 1, known: LikelihoodReferences? = nil
  ) throws -> AuditResult {
    let items = Vocabulary(ids: (0..<3).flatMap { population.part($0).items.ids })
    func rows(_ part: Int, _ count: Int) -> SparseRows { population.part(part).first(count).rows(in: items).rows }
    var auditor = Auditor(seed: Seed(seed), processor: Processor(engine: try .engine(.gsl), threads: 2))
    auditor.options.utility = nil
    (auditor.options.permutations, auditor.options.resamples) = (9, 4)
    auditor.options.references = known
    return try auditor.audit(
      AuditData(
        items: items, train: rows(0, train), synthetic: rows(synthetic, 60), holdout: rows(2, 60),
        names: ("t", "h", "s")))
  }

  /// The same references with values that no model would give.
  private static func marked(_ references: LikelihoodReferences?) throws -> LikelihoodReferences {
    let references = try #require(references)
    return LikelihoodReferences(
      fingerprint: references.fingerprint,
      values: references.values.map { $0.indices.map { Double($0 % 7) } })
  }

  @Test("Reference models that are known give the same audit to the last bit")
  func sharedReferences() throws {
    let first = try Self.attacked(0)
    #expect(first.privacy.references?.values.count == 4)
    #expect(try Self.attacked(0, known: first.privacy.references) == first)
  }

  @Test("Known reference models are taken for other synthetic users, not for other real users, nor with another seed")
  func ownReferences() throws {
    let marked = try Self.marked(Self.attacked(0).privacy.references)
    #expect(try Self.attacked(1, known: marked) != Self.attacked(1))
    #expect(try Self.attacked(1, known: marked).privacy.references == marked)
    #expect(try Self.attacked(1, train: 59, known: marked) == Self.attacked(1, train: 59))
    #expect(try Self.attacked(1, seed: 2, known: marked) == Self.attacked(1, seed: 2))
  }

  @Test("With fewer than forty holdout users it is not judged, and the reason is named")
  func tooFew() throws {
    let (train, synthetic) = (Self.population.part(0).first(60), Self.population.part(1).first(60))
    let few = try audit(train, synthetic, Self.population.part(2).first(39))
    #expect(few[.likelihoodMembershipAUC]?.judgement == .notJudged)
    #expect(
      few[.likelihoodMembershipAUC]?.sentence == "Needs 40 holdout users, half of them as the attacker's own.")
    #expect(few[.membershipAUC]?.value != nil)
    let enough = try audit(train, synthetic, Self.population.part(2).first(40))
    #expect(enough[.likelihoodMembershipAUC]?.value != nil)
    #expect(enough[.likelihoodMembershipTPR]?.judgement == .notJudged)
  }

  @Test("An interruption ends the audit")
  func interruption() throws {
    var auditor = Auditor(seed: Seed(1), processor: Processor(engine: try .engine(.gsl), threads: 2))
    auditor.options.utility = nil
    auditor.options.permutations = 9
    auditor.options.resamples = 4
    auditor.observer.isInterrupted = { true }
    let data = try AuditData(
      train: Self.population.part(0).first(60), synthetic: Self.population.part(1).first(60),
      holdout: Self.population.part(2).first(60))
    #expect(throws: TrainingError.self) { try auditor.audit(data) }
  }
}
