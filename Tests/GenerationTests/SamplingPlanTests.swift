import Autoencoders
import Compute
import FileFormats
import Foundation
import Generation
import InteractionData
import TestSupport
import Testing

@Suite("A sampling plan")
struct SamplingPlanTests {
  private let processor = Processor(engine: .gsl, threads: 2)
  private let items = Vocabulary(ids: (0..<50).map { "item-\($0)" })
  private let profiles = Profiles(items: randomRows(40, 50, density: 0.2, seed: 11))

  private var directory: ModelDirectory {
    ModelDirectory(configuration: MultVAE(), model: variational(), items: items)
  }

  /// Forty training users, and how often they were read.
  private func people(_ reads: Guarded<Int> = Guarded(0)) -> SamplingPeople {
    SamplingPeople { [profiles] in
      reads.withLock { $0 += 1 }
      return ((0..<40).map { "user-\($0)" }, profiles)
    }
  }

  private func write(
    _ plan: SamplingPlan, _ directory: ModelDirectory? = nil, people: SamplingPeople? = nil, threads: Int = 2
  ) throws -> (text: String, result: SamplingResult) {
    try withTemporaryDirectory { folder in
      let result = try plan.write(
        to: folder + "/users.tsv", from: directory ?? self.directory, people: people, seed: Seed(3),
        processor: Processor(engine: .gsl, threads: threads))
      return (try String(contentsOfFile: folder + "/users.tsv", encoding: .utf8), result)
    }
  }

  @Test("writes what its source, lengths and law draw by hand, and says how much")
  func byHand() throws {
    var plan = SamplingPlan()
    (plan.source, plan.users, plan.lengths) = (.prior, 30, .empirical)
    let (text, result) = try write(plan, people: people())
    let model = variational()
    let generator = ProfileGenerator(
      model: model, source: PriorSource(of: model),
      lengths: .empirical(try #require(LengthHistogram(of: profiles.items))))
    let lines = ProfileText(items: items, law: .withoutReplacement)
    var expected = Array(lines.header.utf8)
    try generator.generate(
      users: 30, seed: Seed(3), processor: processor, prepare: { lines.lines(of: $0) }, visit: { expected += $0 })
    #expect(Array(text.utf8) == expected)
    #expect((result.users, result.from, result.lengths.law) == (30, "prior", .empirical))
    #expect(result.interactions == text.split(separator: "\n").count - 1)
    #expect(result.profileLength.mean == Double(result.interactions) / 30)
  }

  @Test("has the same bytes at any number of threads, and runs that follow one another are one run")
  func joined() throws {
    var plan = SamplingPlan()
    plan.users = 300
    let whole = try write(plan, people: people()).text
    #expect(try write(plan, people: people(), threads: 1).text == whole)
    plan.users = 120
    let first = try write(plan, people: people()).text
    (plan.users, plan.firstUser) = (180, 121)
    let second = try write(plan, people: people()).text
    #expect(first + second.dropFirst("user\titem\n".count) == whole)
  }

  @Test("reads the training users once, and only if it needs them")
  func reading() throws {
    let reads = Guarded(0)
    var plan = SamplingPlan()
    plan.users = 20
    _ = try write(plan, people: people(reads))
    #expect(reads.withLock { $0 } == 1)
    #expect(throws: SamplingError.needsPeople) { try write(plan) }
    plan.source = .fitted
    #expect(throws: SamplingError.needsPeople) { try write(plan) }
    plan.source = .user(like: "user-7")
    #expect(throws: SamplingError.unknownUser("user-7", hasPeople: false)) { try write(plan) }
  }

  @Test("keeps the training users that were read once for another plan")
  func kept() throws {
    let reads = Guarded(0)
    let known = people(reads)
    var plan = SamplingPlan()
    plan.users = 20
    let first = try write(plan, people: known).text
    #expect(try write(plan, people: known).text == first)
    #expect(reads.withLock { $0 } == 1)
  }

  @Test("draws into memory the users that it writes, and ends where it is stopped")
  func inMemory() throws {
    var plan = SamplingPlan()
    (plan.users, plan.firstUser, plan.temperature) = (300, 41, Temperature(0.5) ?? .one)
    let written = try write(plan, people: people())
    let (rows, lengths) = try plan.rows(from: directory, people: people(), seed: Seed(3), processor: processor)
    let form = ProfileText(items: items, law: .withoutReplacement, firstUser: 41)
    var text = form.header
    for row in 0..<rows.rowCount {
      for item in rows.indices(ofRow: row) { text += "\(form.id(of: row))\t\(items[Int(item)])\n" }
    }
    #expect(text == written.text)
    #expect(lengths == written.result.lengths.law && lengths != .auto)
    #expect(throws: SamplingError.damagedLengths) {
      try plan.rows(from: directory, people: people(), seed: Seed(3), processor: processor) {
        throw SamplingError.damagedLengths
      }
    }
  }

  @Test("draws from the prior of a model with a guarantee and from the population of any other, unless a source is set")
  func defaultSource() throws {
    var guarded = directory
    guarded.record.privacy = try PrivacyRequest(epsilon: 4, delta: 1e-5).plan(
      users: 40, options: TrainingOptions(epochs: 2))
    guarded.record.profileLengths = [4: 20, 9: 20]
    var plan = SamplingPlan()
    plan.users = 20
    #expect(plan.adapted(to: guarded).source == .prior && plan.adapted(to: directory).source == .population)
    let found = try write(plan, guarded)
    #expect(found.result.from == "prior")
    #expect(try write(plan, people: people()).result.from == "population")
    plan.source = .prior
    #expect(try write(plan, guarded).text == found.text)
    plan.source = .population
    #expect(plan.adapted(to: guarded).source == .population)
    #expect(throws: SamplingError.readsProtectedUsers(source: "population")) { try write(plan, guarded) }
  }

  @Test("knows users by their ids and by their items, and says when both could be meant")
  func users() throws {
    var plan = SamplingPlan()
    (plan.source, plan.users) = (.user(like: "user-7", spread: 0), 5)
    let byID = try write(plan, people: people())
    #expect(byID.result.lengths.law == .own && byID.result.like == "user-7" && byID.result.spread == 0)
    let own = profiles.items.indices(ofRow: 7).map { items[Int($0)] }.joined(separator: ",")
    plan.source = .user(like: own, spread: 0)
    #expect(try write(plan, people: people()).text == byID.text)
    plan.source = .user(like: "nobody")
    #expect(throws: SamplingError.unknownUser("nobody", hasPeople: true)) { try write(plan, people: people()) }
    let named = SamplingPeople { [profiles] in (["item-3"] + (1..<40).map { "user-\($0)" }, profiles) }
    plan.source = .user(like: "item-3")
    let notes = Guarded<[SamplingNote]>([])
    try plan.draw(
      from: directory, people: named, seed: Seed(1), processor: processor,
      note: { new in notes.withLock { $0 += new } }, into: { _ in })
    #expect(notes.withLock { $0 } == [.userIsMeant("item-3", items: 1)])
  }

  @Test("refuses what is out of range, and models that it cannot draw from")
  func refusals() throws {
    func refusal(_ change: (inout SamplingPlan) -> Void, _ directory: ModelDirectory? = nil) -> SamplingError? {
      var plan = SamplingPlan()
      change(&plan)
      do {
        _ = try write(plan, directory, people: people())
        return nil
      } catch {
        return error as? SamplingError
      }
    }
    #expect(refusal { $0.users = 0 } == .outOfRange(.users, value: "0", accepted: 1...1_000_000_000))
    #expect(refusal { $0.firstUser = 0 } == .outOfRange(.firstUser, value: "0", accepted: 1...1_000_000_000_000))
    #expect(
      refusal { $0.source = .user(like: "user-1", spread: -1) }
        == .outOfRange(.spread, value: "-1", accepted: 0...1000))
    #expect(
      refusal {
        $0.source = .interpolation(from: "user-1", to: "user-2", steps: 20)
        $0.users = 19
      } == .outOfRange(.users, value: "19", accepted: 20...1_000_000_000))
    #expect(
      refusal {
        $0.source = .prior
        $0.lengths = .own
      } == .ownLengths(source: "prior"))
    for source in [SamplingPlan.Source.user(like: "user-1"), .interpolation(from: "user-1", to: "user-2")] {
      #expect(
        refusal {
          ($0.source, $0.keepsPopularity) = (source, true)
        } == .popularityOfPlace(source: source.name))
    }
    let points = ModelDirectory(configuration: AE(), model: pointwise(), items: items)
    #expect(refusal({ $0.source = .prior }, points) == .noDistribution(model: "ae"))
    var gaussian = AE()
    (gaussian.latent, gaussian.likelihood) = (4, .gaussian)
    let network = Network<Float>(gaussian.design, items: 50, users: 0, seed: Seed(1))
    let unfit = ModelDirectory(
      configuration: gaussian, model: Autoencoder(design: gaussian.design, network: network), items: items)
    #expect(refusal({ $0.source = .fitted }, unfit) == .noItemProbabilities)
  }

  @Test("errors about the model name every model of the zoo that can be drawn from")
  func drawnModels() {
    for model in Zoo.defaults(for: .ranking) {
      let kind = type(of: model).latentKind
      for error in [SamplingError.noLatentSpace(model: "x"), .predictsRatings(model: "x")] {
        let names = error.description.split { " ,:;".contains($0) }.map(String.init)
        #expect(names.contains(model.name) == (kind != .none), "\(model.name): \(error)")
      }
      let names = SamplingError.noDistribution(model: "x").description.split { " ,:;".contains($0) }.map(String.init)
      #expect(names.contains(model.name) == (kind == .distribution), "\(model.name): \(names)")
    }
  }

  @Test("keeps popularity as a correction by hand does, in one run and in two, and says what it did")
  func popularity() throws {
    let model = modelWithTwoTastes(items: 50)
    let directory = ModelDirectory(configuration: MultVAE(), model: model, items: items)
    var plan = SamplingPlan()
    (plan.source, plan.lengths, plan.users) = (.prior, .empirical, 300)
    plan.temperature = try #require(Temperature(0.5))
    let plain = try write(plan, directory, people: people())
    #expect(plain.result.popularityCorrection == nil && !plain.result.text(items: 50).contains("temperature 1"))
    plan.keepsPopularity = true
    let (text, result) = try write(plan, directory, people: people())
    #expect(text != plain.text)
    let found = try #require(result.popularityCorrection)
    #expect(found.uncorrected > 0.05 && found.corrected < 1e-3 && found.passes > 0)
    #expect(result.text(items: 50).contains("distance from temperature 1"))
    let members = try JSONValue(encoding: result).members?["popularityCorrection"]?.members
    #expect(Set(members?.keys.map(\.self) ?? []) == ["uncorrected", "corrected", "passes"])

    var generator = ProfileGenerator(
      model: model, source: PriorSource(of: model),
      lengths: .empirical(try #require(LengthHistogram(of: profiles.items))))
    generator.temperature = plan.temperature
    generator.correction = try PopularityCorrection(fitting: generator, seed: Seed(3), processor: processor)
    let lines = ProfileText(items: items, law: .withoutReplacement)
    var expected = Array(lines.header.utf8)
    try generator.generate(
      users: 300, seed: Seed(3), processor: processor, prepare: { lines.lines(of: $0) }, visit: { expected += $0 })
    #expect(Array(text.utf8) == expected)

    plan.users = 120
    let first = try write(plan, directory, people: people(), threads: 1).text
    (plan.users, plan.firstUser) = (180, 121)
    let second = try write(plan, directory, people: people()).text
    #expect(first + second.dropFirst("user\titem\n".count) == text)
  }

  @Test("keeps popularity from every source of the whole space; at temperature 1 there is nothing to keep")
  func popularitySources() throws {
    let directory = ModelDirectory(configuration: MultVAE(), model: modelWithTwoTastes(items: 50), items: items)
    var plan = SamplingPlan()
    (plan.users, plan.temperature, plan.keepsPopularity) = (20, try #require(Temperature(0.5)), true)
    for source in [SamplingPlan.Source.prior, .population, .fitted] {
      for law in ItemLaw.allCases {
        (plan.source, plan.law) = (source, law)
        let found = try #require(try write(plan, directory, people: people()).result.popularityCorrection)
        #expect(found.corrected < found.uncorrected, "\(source.name), \(law)")
      }
    }
    plan.temperature = .one
    let (text, result) = try write(plan, directory, people: people())
    plan.keepsPopularity = false
    #expect(try write(plan, directory, people: people()).text == text)
    #expect(result.popularityCorrection == nil)
  }

  @Test("leaves nothing behind when it fails")
  func wholeOrNothing() throws {
    try withTemporaryDirectory { folder in
      var broken = directory
      broken.model = modelSaying([.nan] + [Float](repeating: 0, count: 49))
      var plan = SamplingPlan()
      (plan.source, plan.lengths) = (.prior, .empirical)
      #expect(throws: DataError.self) {
        try plan.write(
          to: folder + "/users.tsv", from: broken, people: people(), seed: Seed(1), processor: processor)
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left.isEmpty)
    }
  }

  @Test("gives a result that is written and read back, without members that do not apply")
  func coding() throws {
    var plan = SamplingPlan()
    (plan.users, plan.source) = (12, .interpolation(from: "user-1", to: "user-2", steps: 4))
    let result = try write(plan, people: people()).result
    let json = try JSONValue(encoding: result)
    #expect(try json.decoded(as: SamplingResult.self) == result)
    #expect(result.interpolation?.steps.count == 4)
    #expect(json.members?["ridge"] == nil && json.members?["like"] == nil)
    plan = SamplingPlan()
    (plan.users, plan.lengths) = (12, .negativeBinomial)
    let lengths = try JSONValue(encoding: write(plan, people: people()).result).members?["lengths"]?.members
    #expect(Set(lengths?.keys.map(\.self) ?? []) == ["law", "least", "excessMean", "excessShape"])
  }
}
