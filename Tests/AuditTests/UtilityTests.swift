import Audit
import Compute
import Experiments
import Foundation
import InteractionData
import Testing

/// What training on synthetic users is compared with.
@Suite("Utility of synthetic users")
struct UtilityTests {
  private static let population = Populations(users: 240, seed: 21)

  private static func audit(
    known: RealScores? = nil, synthetic: Int = 1, tstrOnly: Bool = true, epochs: Int = 2, seed: UInt64 = 1
  ) throws -> AuditResult {
    var auditor = Auditor(seed: Seed(seed), processor: Processor(engine: try .engine(.gsl), threads: 2))
    auditor.options.permutations = 9
    auditor.options.resamples = 4
    auditor.options.utility?.epochs = epochs
    auditor.options.utility?.tstrOnly = tstrOnly
    auditor.options.utility?.known = known
    return try auditor.audit(
      AuditData(train: population.part(0), synthetic: population.part(synthetic), holdout: population.part(2)))
  }

  @Test("The epochs of its models are told apart from those of others, with a label for synthetic users alone")
  func names() throws {
    var auditor = Auditor(seed: Seed(1), processor: Processor(engine: try .engine(.gsl), threads: 2))
    (auditor.options.permutations, auditor.options.resamples) = (9, 4)
    auditor.options.utility?.epochs = 1
    auditor.options.utility?.tstrOnly = true
    auditor.label = "T 0.5"
    let (utility, others) = (Guarded<[String]>([]), Guarded<[String]>([]))
    auditor.observer.onEpoch = { name, _ in others.withLock { $0.append(name) } }
    let data = try AuditData(
      train: Self.population.part(0), synthetic: Self.population.part(1), holdout: Self.population.part(2))
    _ = try auditor.audit(data)
    let names = ["mult-vae on real users", "mult-vae on synthetic users (T 0.5)"]
    #expect(others.withLock { $0 } == names)
    auditor.observer.onUtilityEpoch = { name, _ in utility.withLock { $0.append(name) } }
    _ = try auditor.audit(data)
    #expect(utility.withLock { $0 } == names && others.withLock { $0 } == names)
  }

  /// The same scores with a mark that no training would give.
  private static func marked(_ scores: RealScores?) throws -> RealScores {
    let scores = try #require(scores)
    return RealScores(
      fingerprint: scores.fingerprint, values: scores.values.mapValues { $0.map { _ in 0.125 } })
  }

  @Test("What training on real users gave is the same when it is taken over")
  func takenOver() throws {
    let first = try Self.audit()
    let again = try Self.audit(known: first.utility?.realScores)
    #expect(again == first)
    // The synthetic users may be others: the real ones decide.
    let marked = try Self.marked(first.utility?.realScores)
    let other = try Self.audit(known: marked, synthetic: 0)
    for kind in [AuditMeasureKind.popularityUtility, .vaeUtility] {
      #expect(other[kind]?.ceiling == 0.125)
      #expect(other[kind]?.value != 0.125)
    }
  }

  @Test("It is not taken over where the training or the seed differs")
  func notTakenOver() throws {
    let marked = try Self.marked(Self.audit().utility?.realScores)
    #expect(try Self.audit(known: marked, epochs: 3)[.vaeUtility]?.ceiling != 0.125)
    #expect(try Self.audit(known: marked, seed: 2)[.vaeUtility]?.ceiling != 0.125)
  }

  @Test("Two models alone give the two measures of the four, with the same values")
  func few() throws {
    let (few, all) = (try Self.audit(), try Self.audit(tstrOnly: false))
    #expect(few.utility?.measures.map(\.kind) == [.popularityUtility, .vaeUtility])
    #expect(
      all.utility?.measures.map(\.kind) == [.popularityUtility, .vaeUtility, .augmentation, .rankingAgreement])
    #expect(few.utility?.measures == all.utility.map { Array($0.measures.prefix(2)) })
    #expect(few.utility?.scores.map(\.model) == ["popularity", "popularity", "mult-vae", "mult-vae"])
    #expect(all.utility?.scores.count == 9)
  }
}
