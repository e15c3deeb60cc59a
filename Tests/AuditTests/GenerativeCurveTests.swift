import Audit
import Autoencoders
import Compute
import Experiments
import FileFormats
import Foundation
import Generation
import InteractionData
import Testing

/// Generators at several temperatures, with utility, and with guarantees.
@Suite("Curves of generators")
struct GenerativeCurveTests {
  private typealias Run = (result: GenerativeResult, planned: [Int], trained: [String])

  private static func interactions() throws -> Interactions {
    var population = Population.plain
    (population.users, population.items, population.tastes) = (300, 120, 4)
    (population.meanProfileLength, population.minProfileLength) = (14, 6)
    return try population.simulate(seed: Seed(5)).interactions
  }

  private static func model(_ name: String) throws -> any ZooModel {
    let plain = try #require(Zoo.named(name))
    let changes: [String: JSONValue] = [
      "hidden": .array([24]), "latent": 6, "epochs": 8, "batchSize": 32, "learningRate": 0.01,
    ]
    return try plain.setting(changes.filter { plain.has($0.key) })
  }

  private static func processor(threads: Int = 2) throws -> Processor {
    Processor(engine: try .engine(.gsl), threads: threads)
  }

  /// A comparison, what it announced and what it trained.
  private static func run(
    _ names: [String], threads: Int = 2, _ change: (inout GenerativeComparison) -> Void
  ) throws -> Run {
    var comparison = try GenerativeComparison(interactions(), seed: Seed(2), processor: processor(threads: threads))
    (comparison.options.permutations, comparison.options.resamples, comparison.options.pairUsers) = (9, 4, 120)
    change(&comparison)
    let (planned, trained) = (Guarded<[Int]>([]), Guarded<[String]>([]))
    comparison.experiment.observer.onModels = { count in planned.withLock { $0.append(count) } }
    comparison.experiment.observer.onTrained = { summary in trained.withLock { $0.append(summary.name) } }
    let result = try comparison.run(names.map(model))
    return (result, planned.withLock { $0 }, trained.withLock { $0 })
  }

  private static func temperatures(_ values: [Double]) -> [Temperature] { values.compactMap { Temperature($0) } }

  @Test("a model is fitted once, and each of its sources draws at every temperature")
  func temperatures() throws {
    let (result, planned, trained) = try Self.run(["ae", "mult-vae"]) {
      $0.temperatures = Self.temperatures([1, 0.5])
    }
    #expect(planned == [2])
    #expect(trained == ["ae", "mult-vae"])
    let sources = ["ae + fitted Gaussian", "mult-vae, prior", "mult-vae, population", "mult-vae + fitted Gaussian"]
    #expect(result.contenders.map(\.label) == sources.flatMap { ["\($0), T 0.5", "\($0), T 1"] })
    #expect(result.contenders.map(\.temperature) == sources.flatMap { _ in [0.5, 1] })
    // Names stay whole where axes cut them.
    #expect(result.contenders.allSatisfy { $0.shortLabel.count <= 28 })
    #expect(result.curves.map(\.name) == sources)
    for curve in result.curves {
      #expect(curve.contenders.map { curve.mark(of: $0) } == ["T 0.5", "T 1"])
    }
    // Only what was drawn at one temperature is compared.
    #expect(result.comparisons.count == 2 * 2 * GenerativeResult.fidelity.count)
    #expect(result.comparisons.allSatisfy { $0.a.suffix(5) == $0.b.suffix(5) })
    #expect(result.text.contains("150 drawn from each source at each temperature"))

    let plain = try Self.run(["ae", "mult-vae"]) { _ in }.result
    #expect(plain.contenders.map(\.label) == sources)
    #expect(plain.contenders.map(\.measures) == result.contenders.filter { $0.temperature == 1 }.map(\.measures))
    #expect(!plain.text.contains("strongest AUC") && result.text.contains("strongest AUC"))
  }

  @Test("at a temperature, the users are those that sample draws", arguments: ["ae", "mult-vae"], [false, true])
  func rows(name: String, keepsPopularity: Bool) throws {
    let data = try Self.interactions()
    let profiles = Profiles(items: data.rows(in: data.items).rows)
    let processor = try Self.processor()
    let model = try Self.model(name)
    let fitted = try model.fit(
      to: profiles.items, trainer: Trainer(processor: processor, seed: Seed(2)), validate: nil
    ).model
    let directory = ModelDirectory(configuration: model, model: fitted, items: data.items)
    let drawing = GenerativeDrawing(
      users: profiles, count: 40, temperatures: Self.temperatures([0.5, 1]), keepsPopularity: keepsPopularity,
      seed: Seed(4), processor: processor)
    var texts: Set<[UInt8]> = []
    try drawing.draw(from: fitted) { source, temperature, rows in
      var plan = SamplingPlan()
      plan.source = source == .prior ? .prior : source == .population ? .population : .fitted
      (plan.users, plan.temperature, plan.keepsPopularity) = (40, temperature, keepsPopularity)
      var sampled: [UInt8] = []
      try plan.draw(
        from: directory, people: SamplingPeople { (data.users.ids, profiles) }, seed: Seed(4), processor: processor,
        into: { sampled += $0 })
      #expect(Self.text(of: rows, data.items) == sampled, "\(source), T \(temperature.value)")
      texts.insert(sampled)
    }
    #expect(texts.count == (name == "ae" ? 2 : 6))
  }

  @Test("popularity is kept at every temperature but 1, which a note and every contender say")
  func popularity() throws {
    func run(keepsPopularity: Bool, threads: Int = 2) throws -> GenerativeResult {
      try Self.run(["mult-vae"], threads: threads) {
        ($0.temperatures, $0.keepsPopularity) = (Self.temperatures([0.5, 1]), keepsPopularity)
      }.result
    }
    let (plain, kept) = (try run(keepsPopularity: false), try run(keepsPopularity: true))
    let note = "at temperatures other than 1, items keep the expected shares that they have at temperature 1"
    #expect(kept.notes.contains(note) && !plain.notes.contains(note))
    #expect(kept.contenders.map(\.keepsPopularity) == (0..<3).flatMap { _ in [true, false] })
    #expect(plain.contenders.allSatisfy { !$0.keepsPopularity })
    #expect(kept.contenders.map(\.label) == plain.contenders.map(\.label))
    for (a, b) in zip(plain.contenders, kept.contenders) { #expect((a.measures == b.measures) == (a.temperature == 1)) }
    let members = try JSONValue(encoding: kept.contenders[0]).members
    #expect(members?["keepsPopularity"] == true)
    #expect(try run(keepsPopularity: true, threads: 3).contenders == kept.contenders)
  }

  @Test("under a guarantee, the users are those that sample draws from a private model")
  func privateRows() throws {
    let data = try Self.interactions()
    let profiles = Profiles(items: data.rows(in: data.items).rows)
    let processor = try Self.processor()
    let model = try Self.model("mult-vae")
    var trainer = Trainer(processor: processor, seed: Seed(2))
    trainer.privacy = PrivacyRequest(epsilon: 4, delta: 1e-5, noiseSeed: 9)
    let fit = try model.fit(to: profiles.items, trainer: trainer, validate: nil)
    let guarantee = try #require(fit.guarantee)
    var directory = ModelDirectory(configuration: model, model: fit.model, items: data.items)
    directory.record.privacy = guarantee
    directory.record.profileLengths = guarantee.lengths(of: profiles.items, seed: Seed(9))?.users
    let drawing = GenerativeDrawing(
      users: profiles, count: 40, temperatures: Self.temperatures([0.5]), seed: Seed(4), processor: processor)
    var visits = 0
    try drawing.draw(from: fit.model, under: guarantee, secret: Seed(9)) { source, temperature, rows in
      visits += 1
      #expect(source == .prior)
      var plan = SamplingPlan()
      (plan.source, plan.users, plan.temperature) = (.prior, 40, temperature)
      var sampled: [UInt8] = []
      try plan.draw(from: directory, seed: Seed(4), processor: processor, into: { sampled += $0 })
      #expect(Self.text(of: rows, data.items) == sampled)
    }
    #expect(visits == 1)
  }

  /// The file that `sample` would write.
  private static func text(of rows: SparseRows, _ items: Vocabulary) -> [UInt8] {
    let form = ProfileText(items: items, law: .withoutReplacement)
    var text = form.header
    for row in 0..<rows.rowCount {
      for item in rows.indices(ofRow: row) { text += "\(form.id(of: row))\t\(items[Int(item)])\n" }
    }
    return Array(text.utf8)
  }

  @Test("utility trains on real users once for all contenders")
  func utility() throws {
    let (result, planned, trained) = try Self.run(["mult-vae"]) {
      var utility = UtilityOptions()
      (utility.epochs, utility.tstrOnly) = (1, true)
      $0.options.utility = utility
    }
    #expect(trained.filter { $0.contains("real users") } == ["popularity on real users", "mult-vae on real users"])
    #expect(trained.filter { $0.contains("on synthetic users") }.count == 2 * 3)
    #expect(planned == [1 + 2 + 2 * 3] && planned == [trained.count])
    // Names are cells of a log.
    #expect(trained.allSatisfy { !$0.contains(",") }, "\(trained)")
    #expect(result.measuredUtility == [.popularityUtility, .vaeUtility])
    #expect(result.contenders.allSatisfy { ($0[.vaeUtility]?.value ?? 0) > 0 })
    #expect(Set(result.contenders.map { $0[.vaeUtility]?.ceiling }).count == 1)
    #expect(result.text.contains("tstr-mult-vae"))
    #expect(result.notes.filter { $0.hasPrefix("utility: each model trained on ") }.count == 1)
  }

  @Test("what can be private is fitted once for each ε and drawn from its prior, the same at any number of threads")
  func guarantees() throws {
    func run(threads: Int) throws -> Run {
      try Self.run(["ae", "mult-vae"], threads: threads) {
        $0.guarantees = [8, 1].map { PrivacyRequest(epsilon: $0, delta: 1e-5) }
      }
    }
    let (result, planned, trained) = try run(threads: 1)
    #expect(planned == [4])
    #expect(trained == ["ae", "mult-vae", "mult-vae with ε 1", "mult-vae with ε 8"])
    #expect(result.models.map(\.name) == ["ae", "mult-vae", "mult-vae, ε 1", "mult-vae, ε 8"])
    #expect(result.models.last?.configuration.hyperparameters["batchSize"] == 32)
    #expect(
      result.contenders.map(\.label) == [
        "ae + fitted Gaussian", "mult-vae, prior", "mult-vae, population", "mult-vae + fitted Gaussian",
        "mult-vae, prior, ε 1", "mult-vae, prior, ε 8",
      ])
    #expect(result.contenders.map(\.epsilon) == [nil, nil, nil, nil, 1, 8])
    #expect(result.notes.contains("not fitted privately: ae has no prior to draw from"))
    // Noise is noise: it is not part of what the sentences compare.
    #expect(result.comparisons.count == 2 * GenerativeResult.fidelity.count)
    let curve = try #require(result.curves.last)
    #expect(result.curves.count == 5 && curve.name == "mult-vae, private" && curve.parameter == .epsilon)
    #expect(curve.contenders.map { curve.mark(of: $0) } == ["ε 1", "ε 8"])
    #expect(try run(threads: 3).result.contenders == result.contenders)
  }

  @Test("a single ε is a curve over temperatures, several are one over ε for each temperature")
  func curves() {
    func names(_ epsilons: [Double]) -> [String] {
      let contenders = epsilons.flatMap { epsilon in
        Self.temperatures([0.5, 1]).map { temperature in
          GenerativeContender(
            model: "mult-vae", source: .prior, temperature: temperature,
            guarantee: PrivacyRequest(epsilon: epsilon, delta: 1e-6), namesTemperature: true)
        }
      }
      let result = GenerativeResult(
        trainingUsers: 10, heldOutUsers: 10, models: [], contenders: contenders, notes: [])
      return result.curves.map { curve in
        "\(curve.name): " + curve.contenders.map { curve.mark(of: $0) }.joined(separator: ", ")
      }
    }
    #expect(names([3]) == ["mult-vae, ε 3: T 0.5, T 1"])
    #expect(
      names([1, 3]) == ["mult-vae, private, T 0.5: ε 1, ε 3", "mult-vae, private, T 1: ε 1, ε 3"])
  }

  @Test("the strongest attacker has the largest area of all who infer membership")
  func strongest() {
    func contender(_ values: [(AuditMeasureKind, Double?)]) -> GenerativeContender {
      GenerativeContender(
        model: "ae", source: .fitted,
        measures: values.map { GapRule.measure($0, value: $1, standardError: 0.02, ceiling: 0.5) })
    }
    let three = contender([
      (.twoSampleTest, 0.9), (.membershipAUC, 0.55), (.membershipTPR, 0.8), (.densityMembershipAUC, 0.61),
    ])
    #expect(three.strongestAttack?.kind == .densityMembershipAUC)
    #expect(three.attacks.map(\.kind) == [.membershipAUC, .densityMembershipAUC])
    #expect(contender([(.membershipAUC, 0.55), (.densityMembershipAUC, nil)]).strongestAttack?.kind == .membershipAUC)
    #expect(contender([(.twoSampleTest, 0.9)]).strongestAttack == nil)
  }

  @Test("what cannot be private is named, and an impossible guarantee is refused before anything is fitted")
  func refusals() throws {
    let able = Zoo.defaults.filter { GenerativeComparison.privateRefusal(of: $0) == nil }.map(\.name)
    #expect(Set(able) == ["mult-vae", "mix-vae", "vamp-vae"])
    for (name, told) in [("cdae", "vector for every training user"), ("rec-vae", "gradient norm"), ("dae", "prior")] {
      let model = try #require(Zoo.named(name))
      let refusal = try #require(GenerativeComparison.privateRefusal(of: model))
      #expect(refusal.hasPrefix("\(name) ") && refusal.contains(told), "\(refusal)")
    }
    let trained = Guarded(0)
    #expect(throws: ImpossibleGuarantee.epsilon(0)) {
      var comparison = try GenerativeComparison(
        Self.interactions(), seed: Seed(2), processor: Self.processor())
      comparison.guarantees = [PrivacyRequest(epsilon: 0, delta: 1e-5)]
      comparison.experiment.observer.onModel = { _ in trained.withLock { $0 += 1 } }
      _ = try comparison.run([Self.model("mult-vae")])
    }
    #expect(trained.withLock { $0 } == 0)
  }

  @Test("a δ that protects nobody is told before anything is fitted and once in the notes")
  func largeDelta() throws {
    let (told, trained) = (Guarded<[String]>([]), Guarded(0))
    let result = try Self.run(["mult-vae"]) {
      $0.guarantees = [2, 1].map { PrivacyRequest(epsilon: $0, delta: 0.5) }
      $0.experiment.observer.onModel = { _ in trained.withLock { $0 += 1 } }
      $0.experiment.observer.onNotes = { notes in
        if trained.withLock({ $0 }) == 0 { told.withLock { $0 += notes } }
      }
    }.result
    let notes = result.notes.filter { $0.hasPrefix("δ = 0.5 protects nobody") }
    #expect(notes.count == 1 && told.withLock { Set($0).isSuperset(of: notes) })
  }
}
