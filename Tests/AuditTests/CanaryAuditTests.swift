import Audit
import Autoencoders
import Compute
import FileFormats
import InteractionData
import TestSupport
import Testing

/// Trainings audited by planted users.
@Suite("Canaries")
struct CanaryAuditTests {
  private static let delta = 1e-5
  private static let users = randomRows(150, 40, density: 0.15, seed: 620)
  private static let items = Vocabulary(ids: (0..<40).map { "canary-\($0)" })

  private static func model(epochs: Int, batchSize: Int, latent: Int = 2) -> MultVAE {
    var model = MultVAE()
    (model.latent, model.dropout, model.beta, model.annealingSteps) = (latent, 0, 0, 0)
    (model.training.epochs, model.training.batchSize) = (epochs, batchSize)
    return model
  }

  private static func audit(
    _ model: any ZooModel, epsilon: Double?, canaries: Int, seed: UInt64 = 1, threads: Int = 2
  ) -> CanaryAudit {
    var audit = CanaryAudit(
      model, items: items, seed: Seed(seed), processor: Processor(engine: .gsl, threads: threads))
    audit.canaries = canaries
    audit.privacy = epsilon.map { PrivacyRequest(epsilon: $0, delta: delta) }
    return audit
  }

  @Test(
    "no attacker proves more than ε; with half of the noise the one who sees every update does",
    // The smaller ε, the more canaries are needed to tell it from that of half of the noise.
    arguments: [(1.0, 6000), (3, 2000), (8, 1000)])
  func broken(epsilon: Double, canaries: Int) throws {
    let model = Self.model(epochs: 2, batchSize: 100_000)
    var audit = Self.audit(model, epsilon: epsilon, canaries: canaries)
    let kept = try audit.audit(Self.users)
    #expect(kept.attacks.map(\.attacker) == [.updates, .model, .synthetic])
    for attack in kept.attacks {
      #expect(attack.epsilon <= epsilon && attack.gaussian.epsilon <= epsilon, "\(attack)")
    }
    #expect(kept.verdict == .within && kept.verdictSentence.hasPrefix("The bound never exceeds ε"))
    // The attack is not an idle one: it comes near what noise and sampling leave to find.
    if epsilon >= 3 { #expect(kept.attacks[0].gaussian.epsilon > epsilon / 4, "\(kept.attacks[0])") }

    audit.noiseShare = 0.5
    let broken = try audit.audit(Self.users)
    #expect(broken.attacks[0].gaussian.epsilon > epsilon, "\(broken.attacks[0])")
    #expect(broken.verdict == .broken && broken.text.hasPrefix("THE GUARANTEE IS BROKEN"))
    #expect(broken.attacks[0].epsilon > kept.attacks[0].epsilon)
  }

  @Test("without noise, the one who sees every update refutes a small ε without any assumption")
  func withoutNoise() throws {
    var audit = Self.audit(Self.model(epochs: 2, batchSize: 100_000), epsilon: 1, canaries: 300)
    audit.noiseShare = 0
    let found = try audit.audit(Self.users)
    let first = found.attacks[0]
    // Half of the canaries are said to take part, which a few more or less do.
    #expect(first.guesses.hits * 10 >= first.guesses.guesses * 9 && first.epsilon > 1.5, "\(first)")
    #expect(first.epsilon <= found.largest.epsilon && first.gaussian.epsilon <= found.largest.gaussian)
    #expect(found.verdictSentence.hasPrefix("THE GUARANTEE IS BROKEN: an attacker who has every noisy update"))
  }

  @Test("the plan of noise and sampling is for the expected users, not for those whom the coins chose")
  func planned() throws {
    let model = Self.model(epochs: 2, batchSize: 50)
    let results = try (1...3).map { try Self.audit(model, epsilon: 3, canaries: 100, seed: $0).audit(Self.users) }
    #expect(Set(results.map(\.included)).count > 1, "the coins differ")
    for result in results {
      #expect(result.users == 150 && result.items == 40 && result.canaries == 100 && result.synthetic == 200)
      #expect(result.guarantee?.samplingRate == 0.25 && result.guarantee?.steps == 8)
      #expect(result.guarantee == results[0].guarantee && result.delta == Self.delta)
    }
  }

  @Test("the same seed gives the same result at any number of threads, another seed another")
  func threads() throws {
    let model = Self.model(epochs: 2, batchSize: 60, latent: 5)
    let results = try [1, 2, 3].map {
      try Self.audit(model, epsilon: 8, canaries: 150, threads: $0).audit(Self.users)
    }
    #expect(results[0] == results[1] && results[1] == results[2])
    #expect(try Self.audit(model, epsilon: 8, canaries: 150, seed: 2).audit(Self.users) != results[0])
  }

  @Test("a training without a guarantee gives its canaries away, in the number of epochs that was chosen")
  func plain() throws {
    var model = Self.model(epochs: 60, batchSize: 32, latent: 8)
    model.training.learningRate = 0.01
    var audit = Self.audit(model, epsilon: nil, canaries: 200)
    audit.epochs = 30
    let found = try audit.audit(Self.users)
    #expect(found.attacks.map(\.attacker) == [.model, .synthetic] && found.guarantee == nil)
    #expect(found.epochs == 30 && found.delta == CanaryAudit.usualDelta)
    #expect(found.attacks[0].epsilon > 1, "\(found.attacks[0])")
    #expect(found.verdict == .unclaimed && found.text.hasPrefix("No guarantee"))
  }

  @Test("an autoencoder draws no synthetic users, so that nobody looks into them")
  func points() throws {
    var model = MultDAE()
    (model.latent, model.training.epochs, model.training.batchSize) = (4, 2, 50)
    let found = try Self.audit(model, epsilon: 3, canaries: 40).audit(Self.users)
    #expect(found.attacks.map(\.attacker) == [.updates, .model] && found.synthetic == 0)
  }

  @Test("what cannot be audited is refused")
  func refused() {
    #expect(throws: ImpossibleCanaries.model("ease")) {
      try Self.audit(EASE(), epsilon: nil, canaries: 100).audit(Self.users)
    }
    #expect(throws: ImpossibleCanaries.model("user-autorec")) {
      try Self.audit(UserAutoRec(), epsilon: nil, canaries: 100).audit(Self.users)
    }
    #expect(throws: ImpossibleCanaries.count(3)) {
      try Self.audit(MultVAE(), epsilon: 3, canaries: 3).audit(Self.users)
    }
    #expect(throws: ImpossibleGuarantee.epsilon(0)) {
      try Self.audit(MultVAE(), epsilon: 0, canaries: 100).audit(Self.users)
    }
    #expect(throws: ImpossibleGuarantee.model("rec-vae", .parts)) {
      try Self.audit(RecVAE(), epsilon: 3, canaries: 100).audit(Self.users)
    }
    for name in CanaryAudit.models { #expect("\(ImpossibleCanaries.model("ease"))".contains(name)) }
  }

  @Test("the document has every count behind a bound")
  func document() throws {
    let result = try Self.audit(Self.model(epochs: 1, batchSize: 50), epsilon: 3, canaries: 60).audit(Self.users)
    let members = try #require(try JSONValue(encoding: result).members)
    #expect(
      Set(members.keys) == [
        "model", "epochs", "users", "items", "canaries", "included", "synthetic", "guarantee", "delta", "confidence",
        "attacks", "largestBounds", "verdict", "conclusions",
      ])
    guard case .array(let attacks)? = members["attacks"] else {
      Issue.record("no attacks")
      return
    }
    #expect(attacks.count == 3)
    for attack in attacks {
      #expect(
        Set(attack.members?.keys.map(\.self) ?? []) == [
          "attacker", "canaries", "guesses", "hits", "epsilon", "epsilonIfGaussian", "members", "membersFound",
          "others", "falseAlarms",
        ])
    }
    for sentence in result.conclusions { #expect(result.text.contains(sentence)) }
  }

  @Test("users who are more or fewer than those of the model are counted")
  func otherUsers() throws {
    var record = ModelRecord()
    record.training = try JSONValue.object(["epochs": 2, "bestEpoch": 2, "refitted": false, "users": 140])
      .decoded(as: TrainingRecord.self)
    let directory = ModelDirectory(
      configuration: Popularity(), model: Popularity.Fitted(counts: [Float](repeating: 1, count: 40)),
      items: Self.items, record: record)
    let processor = try CanaryAudit.adapted(Processor(engine: .gsl, threads: 1), to: directory)
    #expect(processor.precision == .float32)
    let audit = CanaryAudit(of: directory, seed: Seed(1), processor: processor)
    #expect(audit.notes(users: 140).isEmpty)
    #expect(
      audit.notes(users: 150)
        == ["the model was trained on 140 users, and the audit trains on 150 beside the canaries"])
    #expect(Self.audit(MultVAE(), epsilon: 3, canaries: 100).notes(users: 150).isEmpty)
  }
}
