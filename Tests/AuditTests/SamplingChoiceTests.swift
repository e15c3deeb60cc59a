import Audit
import Autoencoders
import Compute
import Experiments
import FileFormats
import Foundation
import Generation
import InteractionData
import Testing

/// Temperature and lengths chosen by what synthetic users are worth and reveal.
@Suite("Choice of temperature and lengths")
struct SamplingChoiceTests {
  // MARK: The objective

  private static func candidate(
    _ temperature: Double, _ utility: Double, _ attack: Double, lengths: SamplingPlan.Lengths = .own
  ) -> SamplingCandidate {
    SamplingCandidate(
      temperature: Temperature(temperature) ?? .one, lengths: lengths, utility: utility, utilityError: 0.01,
      shareOfReal: utility / 0.5, attack: attack, attackError: 0.012, attacker: .likelihoodMembershipAUC,
      classifier: 0.7)
  }

  @Test("within the limit the most useful candidate is best, whatever is more useful beyond it")
  func limitMet() {
    let candidates = [
      Self.candidate(0.5, 0.46, 0.601), Self.candidate(0.75, 0.44, 0.6), Self.candidate(1, 0.42, 0.55),
    ]
    #expect(SamplingObjective().best(of: candidates) == 1)
    #expect(SamplingObjective(attackLimit: 0.58)?.best(of: candidates) == 2)
    #expect(SamplingObjective(attackLimit: 1)?.best(of: candidates) == 0)
    #expect(SamplingDecision(SamplingObjective(), candidates)?.meetsLimit == true)
    #expect(SamplingDecision(SamplingObjective(), candidates)?.warning == nil)
  }

  @Test("where no candidate is within the limit, the one that reveals least is best, and a warning has its figures")
  func limitMissed() throws {
    let candidates = [Self.candidate(0.5, 0.46, 0.8), Self.candidate(1, 0.42, 0.654), Self.candidate(0.75, 0.44, 0.7)]
    let decision = try #require(SamplingDecision(SamplingObjective(), candidates))
    #expect(decision.chosen == candidates[1] && !decision.meetsLimit)
    let warning = try #require(decision.warning)
    #expect(warning.contains("at most 0.6;") && warning.contains("temperature 1 with own lengths"), "\(warning)")
    #expect(warning.contains("0.654 ± 0.012 (by likelihood ratio)"), "\(warning)")
    #expect(decision.text().contains("above the limit"))
  }

  @Test("of equally useful candidates the one that reveals less is best, of equal ones the first")
  func ties() {
    let useful = [Self.candidate(0.5, 0.44, 0.59), Self.candidate(0.75, 0.44, 0.57), Self.candidate(1, 0.44, 0.57)]
    #expect(SamplingObjective().best(of: useful) == 1)
    let revealing = [Self.candidate(0.5, 0.4, 0.7), Self.candidate(0.75, 0.41, 0.7), Self.candidate(1, 0.41, 0.7)]
    #expect(SamplingObjective().best(of: revealing) == 1)
    #expect(SamplingObjective().best(of: []) == nil)
  }

  @Test("a limit is above guessing and at most 1", arguments: [0.5, 1.01, 0, .nan])
  func limits(limit: Double) {
    #expect(SamplingObjective(attackLimit: limit) == nil)
    #expect(SamplingObjective(attackLimit: 0.501)?.attackLimit == 0.501)
    #expect(SamplingObjective().attackLimit == 0.6)
  }

  @Test("a limit and a temperature are printed with all their digits")
  func digits() throws {
    let objective = try #require(SamplingObjective(attackLimit: 0.50001))
    let decision = try #require(SamplingDecision(objective, [Self.candidate(0.123456, 0.44, 0.6)]))
    let warning = try #require(decision.warning)
    #expect(warning.contains("at most 0.50001;") && warning.contains("temperature 0.123456 with"), "\(warning)")
    let text = decision.text()
    #expect(text.contains("at most 0.50001;") && text.contains("| 0.123456 "), "\(text)")
    let contender = GenerativeContender(
      model: "mult-vae", source: .prior, temperature: try #require(Temperature(0.123456)),
      guarantee: PrivacyRequest(epsilon: 1.00001, delta: 1e-6), namesTemperature: true)
    #expect(contender.label == "mult-vae, prior, ε 1.00001, T 0.123456")
  }

  @Test("text and JSON have every candidate, the objective, the choice and what its figures are worth")
  func documents() throws {
    let candidates = [Self.candidate(0.5, 0.46, 0.8), Self.candidate(0.75, 0.44, 0.58, lengths: .negativeBinomial)]
    let decision = try #require(SamplingDecision(SamplingObjective(), candidates))
    let text = decision.text()
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("|") }
    #expect(rows.count == 4)
    for told in ["0.75", "negative-binomial", "0.440", "88.0 %", "0.580 ± 0.012", "by likelihood ratio", "0.700"] {
      #expect(rows.last?.contains(told) == true, "\(rows)")
    }
    #expect(text.contains("\nObjective: the most useful candidate") && text.contains("at most 0.6;"))
    #expect(text.contains("\nChosen: temperature 0.75 with negative-binomial lengths: 88.0 % of the utility"))
    #expect(text.contains("somewhat optimistic"))
    let one = try #require(SamplingDecision(SamplingObjective(), [candidates[1]]))
    #expect(!one.text().contains("optimistic"))

    let json = try #require(try JSONValue(encoding: decision).members)
    #expect(Set(json.keys) == ["objective", "attackLimit", "candidates", "chosen", "meetsLimit", "notes"])
    #expect(json["attackLimit"] == 0.6 && json["meetsLimit"] == true)
    #expect(json["chosen"] == .object(["temperature": 0.75, "lengths": "negative-binomial"]))
    guard case .array(let list)? = json["candidates"] else {
      Issue.record("no candidates")
      return
    }
    #expect(list.count == 2)
    #expect(
      Set(list[0].members?.keys.map { $0 } ?? []) == [
        "temperature", "lengths", "utility", "utilityStandardError", "shareOfReal", "attack", "attackStandardError",
        "attacker", "classifier",
      ])
    #expect(list[0].members?["attacker"] == "membership-likelihood-auc")
  }

  @Test("a decision changes temperature and lengths of a plan alone")
  func applied() throws {
    var plan = SamplingPlan()
    (plan.source, plan.users, plan.firstUser) = (.prior, 7, 3)
    let decision = try #require(
      SamplingDecision(SamplingObjective(), [Self.candidate(0.75, 0.4, 0.55, lengths: .nearby)]))
    let changed = decision.applied(to: plan)
    #expect(changed.temperature.value == 0.75 && changed.lengths == .nearby)
    plan.temperature = changed.temperature
    plan.lengths = changed.lengths
    #expect(changed == plan)
  }

  // MARK: A small model

  /// A fitted model, its users, and others.
  private struct Trained {
    let directory: ModelDirectory
    let people: Interactions
    let heldOut: Interactions

    init(_ name: String) throws {
      var population = Population.plain
      (population.users, population.items, population.tastes) = (240, 100, 4)
      (population.meanProfileLength, population.minProfileLength) = (14, 6)
      let all = try population.simulate(seed: Seed(5)).interactions
      (people, heldOut) = try all.dividingUsers(heldOut: 0.5, seed: Seed(1))
      let plain = try #require(Zoo.named(name))
      let changes: [String: JSONValue] = [
        "hidden": .array([16]), "latent": 4, "epochs": 6, "batchSize": 32, "learningRate": 0.01,
      ]
      let model = try plain.setting(changes.filter { plain.has($0.key) })
      let trainer = Trainer(processor: try SamplingChoiceTests.processor(), seed: Seed(2))
      let fitted = try model.fit(to: people.rows(in: people.items).rows, trainer: trainer, validate: nil).model
      directory = ModelDirectory(configuration: model, model: fitted, items: people.items)
    }

    var profiles: Profiles { Profiles(items: people.rows(in: people.items).rows) }

    var known: SamplingPeople { SamplingPeople { [people, profiles] in (people.users.ids, profiles) } }

    func choice(threads: Int = 2, heldOut other: Interactions? = nil) throws -> SamplingChoice {
      var choice = try SamplingChoice(
        of: directory, people: known, heldOut: other ?? heldOut, seed: Seed(4),
        processor: SamplingChoiceTests.processor(threads: threads))
      choice.temperatures = [1, 0.5].compactMap { Temperature($0) }
      choice.utility.epochs = 1
      return choice
    }
  }

  private static func processor(threads: Int = 2) throws -> Processor {
    Processor(engine: try .engine(.gsl), threads: threads)
  }

  @Test(
    "every temperature is tried, then every law of lengths at the best one",
    arguments: [
      ("mult-vae", SamplingPlan.Source.population, SamplingPlan.Lengths.own),
      ("mult-vae", SamplingPlan.Source.prior, SamplingPlan.Lengths.nearby),
      ("ae", SamplingPlan.Source.fitted, SamplingPlan.Lengths.nearby),
    ])
  func candidates(name: String, source: SamplingPlan.Source, conditional: SamplingPlan.Lengths) throws {
    var choice = try Trained(name).choice()
    let (planned, trained) = (Guarded<[Int]>([]), Guarded<[String]>([]))
    choice.observer.onModels = { count in planned.withLock { $0.append(count) } }
    choice.observer.onTrained = { summary in trained.withLock { $0.append(summary.name) } }
    var plan = SamplingPlan()
    plan.source = source
    let decision = try choice.decide(plan)
    #expect(decision.candidates.count == 4)
    #expect(decision.candidates.prefix(2).map(\.temperature.value) == [0.5, 1])
    let chosen = decision.chosen
    #expect(decision.candidates.suffix(2).allSatisfy { $0.temperature == chosen.temperature })
    let laws = decision.candidates.filter { $0.temperature == chosen.temperature }.map(\.lengths)
    #expect(laws.count == 3 && Set(laws) == [.empirical, conditional, .negativeBinomial])
    #expect(decision.candidates.firstIndex(of: chosen) == choice.objective.best(of: decision.candidates))
    // Once on real users, then for every candidate.
    #expect(planned.withLock { $0 } == [10] && trained.withLock { $0.count } == 10)
    // Names are cells of a log.
    #expect(trained.withLock { $0.allSatisfy { !$0.contains(",") } })
    // Real users are the same for all candidates, and are not named by one.
    #expect(
      trained.withLock { $0.filter { $0.contains("real users") } }
        == ["popularity on real users", "mult-vae on real users"])
    #expect(trained.withLock { $0.count { $0.contains(" on synthetic users (T ") } } == 8)
    #expect(Set(decision.candidates.map(\.utility)).count > 1)
    #expect(decision.candidates.allSatisfy { $0.utility > 0 && (0...1).contains($0.attack) })
  }

  @Test("a candidate has the figures of an audit of users drawn with streams of their own")
  func figures() throws {
    let trained = try Trained("mult-vae")
    var choice = try trained.choice()
    choice.temperatures = [0.5].compactMap { Temperature($0) }
    var plan = SamplingPlan()
    plan.lengths = .empirical
    let candidate = try #require(try choice.decide(plan).candidates.first)
    plan.temperature = try #require(Temperature(0.5))
    plan.users = 120
    let processor = try Self.processor()
    let seed = Seed(4).derived(for: AuditDraw.choiceUsers)
    #expect(seed != Seed(4))
    let rows = try plan.rows(from: trained.directory, people: trained.known, seed: seed, processor: processor).rows
    var auditor = Auditor(seed: Seed(4), processor: processor)
    auditor.options.utility?.epochs = 1
    auditor.options.utility?.tstrOnly = true
    let found = try auditor.audit(
      AuditData(
        items: trained.directory.items, train: trained.profiles.items, synthetic: rows,
        holdout: trained.heldOut.rows(in: trained.directory.items).rows, names: ("t", "h", "s")))
    #expect(candidate.utility == found[.vaeUtility]?.value && candidate.attack == found.strongestAttack?.value)
    #expect(candidate.attacker == found.strongestAttack?.kind && candidate.classifier == found[.twoSampleTest]?.value)
    #expect(candidate.shareOfReal == found[.vaeUtility]?.details["ratio"])
  }

  @Test("lengths that a plan names are kept, and the decision is the same at any number of threads")
  func threads() throws {
    let trained = try Trained("mult-vae")
    var plan = SamplingPlan()
    plan.lengths = .empirical
    let decisions = try [1, 3].map { try trained.choice(threads: $0).decide(plan) }
    #expect(decisions[0] == decisions[1])
    #expect(decisions[0].candidates.map(\.lengths) == [.empirical, .empirical])
  }

  @Test("held-out users without an item of the model are counted and left out, and training users among them are named")
  func heldOut() throws {
    let trained = try Trained("mult-vae")
    let strange = (0..<3).map { (user: "stranger-\($0)", item: "unheard-of") }
    let pairs = (0..<trained.heldOut.count).map { place in
      (
        user: trained.heldOut.users[Int(trained.heldOut.userIndices[place])],
        item: trained.heldOut.items[Int(trained.heldOut.itemIndices[place])]
      )
    }
    let notes = try trained.choice(heldOut: Interactions(name: "h", pairs: pairs + strange)).notes
    #expect(notes.contains("h: 3 users without an item of the model left out"), "\(notes)")
    #expect(notes.contains { $0.hasPrefix("h: ") && $0.contains("with items that are not in the model left out") })
    #expect(!notes.contains { $0.contains("are also ids of training users") || $0.contains("different populations") })
    let halves = Interactions(name: "halves", pairs: pairs.enumerated().filter { $0.offset % 2 == 0 }.map(\.element))
    let others = try trained.choice(heldOut: halves).notes
    #expect(others.contains { $0.hasPrefix("the holdout (halves) and the training users (") }, "\(others)")
    #expect {
      try trained.choice(heldOut: trained.people)
    } throws: {
      ($0 as? DataError)?.description.contains("120 of 120 users have the items of a training user") ?? false
    }
  }

  @Test("what cannot be chosen is refused, and an interruption ends the choice")
  func refusals() throws {
    let trained = try Trained("mult-vae")
    var plan = SamplingPlan()
    plan.source = .user(like: "x")
    #expect(throws: ImpossibleSamplingChoice.source("user")) { try trained.choice().decide(plan) }
    let near = "\(ImpossibleSamplingChoice.source("user"))"
    #expect(
      near.hasSuffix("the source user draws near or between given users; accepted: prior, population, fitted"),
      "\(near)")
    (plan.source, plan.law) = (.population, .multinomial)
    #expect(throws: ImpossibleSamplingChoice.counts) { try trained.choice().decide(plan) }
    plan.law = .withoutReplacement
    var choice = try trained.choice()
    choice.temperatures = []
    #expect(throws: ImpossibleSamplingChoice.noTemperatures) { try choice.decide(plan) }
    choice = try trained.choice()
    choice.observer.isInterrupted = { true }
    #expect(throws: TrainingError.self) { try choice.decide(plan) }

    let items = trained.people.items.ids
    func short(users: Int) -> Interactions {
      Interactions(
        name: "short", pairs: (0..<users).flatMap { user in items.prefix(3).map { (user: "s\(user)", item: $0) } })
    }
    #expect(throws: DataError.self) { try trained.choice(heldOut: short(users: 9)) }
    choice = try trained.choice(heldOut: short(users: 10))
    #expect(throws: ImpossibleSamplingChoice.noUtility) { try choice.decide(plan) }
  }
}
