import Audit
import Compute
import Foundation
import InteractionData
import Testing

/// Audits whose answer is known beforehand.
@Suite("Designed answers")
struct DesignedAnswers {
  static let population = Populations(users: 1_200, seed: 7)

  @Test("Real users against another draw of the same generator reach the ceiling, and nothing fails")
  func sameGenerator() throws {
    let result = try audit(Self.population.part(0), Self.population.part(1), Self.population.part(2))
    #expect(result.measures.allSatisfy { $0.judgement != .fails }, "\(failing(result))")
    for kind in [AuditMeasureKind.popularity, .profileLength, .coOccurrence, .pairTrends, .precision, .recall] {
      let measure = try #require(result[kind])
      let (value, ceiling) = (try #require(measure.value), try #require(measure.ceiling))
      #expect(abs(value - ceiling) < 0.05, "\(kind) \(value) against \(ceiling)")
    }
    // Four hundred users judge with a standard error near 0.02.
    #expect(abs(try #require(result[.twoSampleTest]?.value) - 0.5) < 0.06)
    #expect(abs(try #require(result[.closestRecordShare]?.value) - 0.5) < 0.06)
    #expect(abs(try #require(result[.membershipAUC]?.value) - 0.5) < 0.06)
    #expect(try #require(result[.meanDiscrepancy]?.details["pValue"]) > 0.01)
    #expect(result[.exactCopies]?.judgement.passes == true)
  }

  @Test("Copies of training users are found and named")
  func copies() throws {
    let real = Self.population.part(0)
    let result = try audit(real, real, Self.population.part(2))
    #expect(result[.exactCopies]?.value == 1)
    #expect(result[.exactCopies]?.judgement == .fails)
    #expect(try #require(result[.membershipAUC]?.value) > 0.999)
    #expect(try #require(result[.membershipTPR]?.value) > 0.99)
    #expect(try #require(result[.closestRecordShare]?.value) > 0.999)
    #expect(result[.membershipAUC]?.judgement == .fails)
    #expect(result[.popularity]?.value == 1)
    #expect(result.conclusions.contains { $0.contains("copies of real users") })
    // Twins stand in the same quarter, so the classifier sees nothing where there is nothing to see.
    #expect(abs(try #require(result[.twoSampleTest]?.value) - 0.5) < 0.06)
  }

  @Test("Shuffled items keep their popularity and lose what occurs together")
  func shuffled() throws {
    let synthetic = Self.population.part(1).shuffled(seed: 3)
    let result = try audit(Self.population.part(0), synthetic, Self.population.part(2))
    #expect(result[.popularity]?.judgement != .fails)
    #expect(result[.profileLength]?.judgement != .fails)
    #expect(result[.coOccurrence]?.judgement == .fails)
    #expect(result[.liftCorrelation]?.judgement == .fails)
    #expect(result[.twoSampleTest]?.judgement == .fails)
    #expect(try #require(result[.twoSampleTest]?.value) > 0.9)
    // None of 99 relabellings comes near.
    #expect(result[.meanDiscrepancy]?.details["pValue"] == 0.01)
    #expect(result[.exactCopies]?.judgement.passes == true)
  }

  @Test("Uniform noise fails every measure of fidelity")
  func noise() throws {
    // Steep popularity, so that evenly drawn items are far off for four hundred users.
    let population = Populations(users: 1_200, seed: 7, popularityExponent: 1.5)
    let synthetic = population.part(1).noise(items: 300, lengths: 60...90, seed: 5)
    let result = try audit(population.part(0), synthetic, population.part(2))
    for measure in result.fidelity.measures {
      #expect(measure.judgement == .fails, "\(measure.kind) is \(measure.judgement): \(measure.value ?? .nan)")
    }
  }

  @Test("The result is the same with one thread and with three")
  func threads() throws {
    let parts = (0..<3).map { Self.population.part($0).first(120) }
    #expect(try audit(parts[0], parts[1], parts[2], threads: 1) == audit(parts[0], parts[1], parts[2], threads: 3))
  }

  private func failing(_ result: AuditResult) -> String {
    result.measures.filter { $0.judgement == .fails }.map { "\($0.kind.rawValue): \($0.sentence)" }.joined(
      separator: " ")
  }
}

/// Runs an audit without training.
func audit(
  _ train: Interactions, _ synthetic: Interactions, _ holdout: Interactions?, threads: Int = 2
) throws -> AuditResult {
  var auditor = Auditor(seed: Seed(1), processor: Processor(engine: try .engine(.gsl), threads: threads))
  auditor.options.utility = nil
  auditor.options.permutations = 99
  auditor.options.resamples = 40
  auditor.options.pairUsers = 400
  return try auditor.audit(AuditData(train: train, synthetic: synthetic, holdout: holdout))
}
