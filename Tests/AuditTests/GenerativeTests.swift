import Audit
import Autoencoders
import Compute
import FileFormats
import Foundation
import InteractionData
import Testing

/// Autoencoders against variational autoencoders as generators.
@Suite("Generative comparison")
struct GenerativeTests {
  private static func interactions(users: Int) throws -> Interactions {
    var population = Population.plain
    (population.users, population.items, population.tastes) = (users, 120, 4)
    (population.meanProfileLength, population.minProfileLength) = (14, 6)
    return try population.simulate(seed: Seed(5)).interactions
  }

  private static func model(_ name: String) throws -> any ZooModel {
    let plain = try #require(Zoo.named(name))
    let changes: [String: JSONValue] = [
      "hidden": .array([24]), "latent": 6, "epochs": 12, "batchSize": 32, "learningRate": 0.01,
    ]
    return try plain.setting(changes.filter { plain.has($0.key) })
  }

  private static func result(_ names: [String], threads: Int, shadows: Int = 0) throws -> GenerativeResult {
    let processor = Processor(engine: try .engine(.gsl), threads: threads)
    var comparison = try GenerativeComparison(
      interactions(users: 300), seed: Seed(2), processor: processor)
    comparison.options.permutations = 19
    comparison.options.resamples = 20
    comparison.options.pairUsers = 120
    comparison.shadows = shadows
    return try comparison.run(names.map(model))
  }

  @Test("Every way to draw has a row, below that of the held-out users")
  func contenders() throws {
    let result = try Self.result(["ae", "mult-vae"], threads: 2)
    let labels = ["ae + fitted Gaussian", "mult-vae, prior", "mult-vae, population", "mult-vae + fitted Gaussian"]
    #expect(result.contenders.map(\.label) == labels)
    #expect(result.trainingUsers == 150)
    #expect(result.heldOutUsers == 150)
    #expect(result.contenders.allSatisfy { $0.users == 150 })
    let rows = result.text.split(separator: "\n").filter { $0.hasPrefix("|") }.map { line in
      line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    #expect(rows.count == 7)
    #expect(rows.dropFirst(2).map { $0[0] } == ["held-out users"] + labels)
    for row in rows.dropFirst(2) {
      #expect(row.count == 13)
      #expect(row.dropFirst().allSatisfy { Double($0) != nil }, "\(row)")
    }
    // All contenders are held against one ceiling.
    for kind in GenerativeResult.fidelity {
      #expect(Set(result.contenders.map { $0[kind]?.ceiling }).count == 1, "\(kind)")
    }
    // Halves of one population differ by chance alone.
    let ceiling = try #require(result.contenders.first?[.twoSampleTest]?.ceiling)
    #expect(abs(ceiling - 0.5) < 0.15)
    // Two ways for the VAE, one for the autoencoder, and every measure of fidelity.
    #expect(result.comparisons.count == 2 * GenerativeResult.fidelity.count)
    #expect(result.comparisons.allSatisfy { $0.lower <= $0.difference && $0.difference <= $0.upper })
    #expect(result.sentences.count == 3)
    #expect(result.sentences.first?.hasPrefix("mult-vae, population against ae + fitted Gaussian: ") == true)
  }

  @Test("The same at any number of threads")
  func threads() throws {
    let (one, three) = (try Self.result(["mult-vae"], threads: 1), try Self.result(["mult-vae"], threads: 3))
    #expect(one.contenders == three.contenders)
    #expect(one.comparisons.isEmpty)
    #expect(one.sentences.isEmpty)
  }

  @Test("Shadow generators add an attacker to every way to draw, and change nothing else, at any number of threads")
  func shadows() throws {
    let names = ["ae", "mult-vae"]
    let plain = try Self.result(names, threads: 2)
    let (one, three) = (
      try Self.result(names, threads: 1, shadows: 4), try Self.result(names, threads: 3, shadows: 4)
    )
    #expect(one.contenders == three.contenders)
    #expect(one.measuredPrivacy == GenerativeResult.privacy + [.shadowMembershipAUC])
    #expect(plain.measuredPrivacy == GenerativeResult.privacy)
    for (attacked, contender) in zip(one.contenders, plain.contenders) {
      #expect(Array(attacked.measures.dropLast(2)) == contender.measures)
      #expect(attacked.measures.suffix(2).map(\.kind) == [.shadowMembershipAUC, .shadowMembershipTPR])
      let area = try #require(attacked[.shadowMembershipAUC])
      #expect(try #require(area.value) > 0.4 && area.ceiling == 0.5)
      #expect(attacked.attacks.count == 4 && contender.attacks.count == 3)
    }
    #expect(one.text.contains("| shadow AUC") && one.text.contains("strongest AUC"))
  }

  @Test("A difference is what is short of the ceiling, with a simultaneous interval")
  func differences() throws {
    func measure(_ value: Double, _ error: Double = 0.03, ceilingError: Double = 0) -> AuditMeasure {
      GapRule.measure(
        .popularity, value: value, standardError: error, ceiling: 0.9, ceilingError: ceilingError)
    }
    let far = try #require(
      GenerativeDifference(("a", measure(0.5)), ("b", measure(0.8, 0.04)), comparisons: 1))
    #expect(abs(far.difference - 0.3) < 1e-12)
    #expect(abs(far.upper - far.difference - 1.959964 * 0.05) < 1e-6)
    #expect(far.showsFarther && !far.showsNearer)
    let many = try #require(
      GenerativeDifference(("a", measure(0.8)), ("b", measure(0.7, 0.04)), comparisons: 5))
    #expect(abs(many.difference + 0.1) < 1e-12)
    // 99 % for one of five.
    #expect(abs(many.upper - many.difference - 2.575829 * 0.05) < 1e-6)
    #expect(!many.showsFarther && !many.showsNearer)
    #expect(abs(many.pValue - 5 * 0.0455003) < 1e-5)
    // Beyond the ceiling is no merit, and its error counts where one contender alone is there.
    let beyond = try #require(
      GenerativeDifference(("a", measure(1)), ("b", measure(0.95)), comparisons: 1))
    #expect(beyond.difference == 0)
    let across = try #require(
      GenerativeDifference(
        ("a", measure(1, 0, ceilingError: 0.05)), ("b", measure(0.6, 0, ceilingError: 0.05)), comparisons: 1))
    #expect(abs(across.difference + 0.3) < 1e-12)
    #expect(abs(across.upper - across.difference - 1.959964 * 0.05) < 1e-6)
    #expect(across.showsNearer)
    let nothing = AuditMeasure(kind: .popularity, value: nil, judgement: .notJudged, sentence: "")
    #expect(GenerativeDifference(("a", nothing), ("b", measure(1)), comparisons: 1) == nil)
  }

  @Test("Users are divided whole")
  func halves() throws {
    let data = try Self.interactions(users: 41)
    let (rest, heldOut) = try data.dividingUsers(heldOut: 0.5, seed: Seed(3))
    #expect((rest.users.count, heldOut.users.count) == (21, 20))
    #expect(rest.count + heldOut.count == data.count)
    #expect(Set(rest.users.ids).isDisjoint(with: heldOut.users.ids))
    #expect(Set(rest.users.ids).union(heldOut.users.ids) == Set(data.users.ids))
    let other = try data.dividingUsers(heldOut: 0.5, seed: Seed(4)).heldOut
    #expect(other.users != heldOut.users)
    let one = Interactions(name: "one", pairs: [(user: "u", item: "i"), (user: "u", item: "j")])
    #expect(throws: DataError.self) { try one.dividingUsers(heldOut: 0.5, seed: Seed(1)) }
  }

  @Test("Models from which nobody can be drawn are named, and too few users")
  func refusals() throws {
    for model in Zoo.defaults {
      let isAble = model.task == .ranking && type(of: model).latentKind != .none
      #expect((GenerativeComparison.refusal(of: model) == nil) == isAble, "\(model.name)")
    }
    #expect(GenerativeComparison.refusal(of: MultVAE()) == nil && GenerativeComparison.refusal(of: Popularity()) != nil)
    let gaussian = try #require(Zoo.named("ae")).setting(["likelihood": "gaussian"])
    #expect(GenerativeComparison.refusal(of: gaussian) != nil)
    let processor = Processor(engine: try .engine(.gsl), threads: 1)
    #expect(throws: DataError.self) {
      try GenerativeComparison(Self.interactions(users: 19), seed: Seed(1), processor: processor)
    }
  }
}
