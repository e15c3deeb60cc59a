public import Autoencoders
public import Compute
public import Experiments
import Foundation
import Generation
public import InteractionData

/// An audit of a training by planted users: a lower bound on ε, to hold against the guarantee of the training.
///
/// One model is trained with the settings of another on real users and on canaries, each of whom takes part with
/// probability ½. Attackers guess which ones do; the better they guess, the larger an ε is needed to explain it. The
/// method is that of Steinke, Nasr & Jagielski, "Privacy auditing with one (1) training run", NeurIPS 2023.
///
/// Sampling and noise are planned for the real users and half of the canaries, before any coin is tossed. So the
/// training is (ε, δ)-private for neighbours that differ by one canary, as the method requires.
public struct CanaryAudit: Sendable {
  /// The number of canaries.
  public var canaries = 1000
  /// The guarantee to plan for; `nil` for a training without one.
  public var privacy: PrivacyRequest?
  /// The number of epochs of a training without a guarantee, if it has been chosen before.
  public var epochs: Int?
  /// The number of users by number of items, for drawing synthetic users; `nil` for those of the real users.
  public var profileLengths: [Int: Int]?
  /// Receives the progress of the training.
  public var observer = RunObserver()
  /// The part of the planned noise that is added, for tests: less than 1 breaks the guarantee.
  package var noiseShare = 1.0

  /// The accepted numbers of canaries.
  public static let accepted = 20...100_000
  /// The confidence with which all bounds of an audit hold together.
  public static let level = 0.95
  /// δ of the bounds for a training without a guarantee.
  public static let usualDelta = 1e-6

  /// The number of users that the audited model was trained on, if it is known.
  private var trainedUsers: Int?
  private let model: any ZooModel
  private let items: Vocabulary
  private let seed: Seed
  private let processor: Processor

  /// Prepares an audit of the training of a model.
  ///
  /// - Parameters:
  ///   - items: the catalogue.
  ///   - seed: determines everything, the noise too: the model is thrown away, so nobody is protected by it.
  public init(_ model: any ZooModel, items: Vocabulary, seed: Seed, processor: Processor) {
    (self.model, self.items, self.seed, self.processor) = (model, items, seed, processor)
  }

  /// Prepares an audit of the training behind a saved model: its settings, its guarantee, its number of epochs.
  public init(of directory: ModelDirectory, seed: Seed, processor: Processor) {
    self.init(directory.configuration, items: directory.items, seed: seed, processor: processor)
    let record = directory.record
    privacy = record.privacy.map { PrivacyRequest(epsilon: $0.epsilon, delta: $0.delta, clip: $0.clip) }
    epochs = record.training.flatMap { $0.bestEpoch > 0 ? $0.bestEpoch : nil }
    profileLengths = record.profileLengths
    trainedUsers = record.training?.users
  }

  /// A processor with the number format that a model was trained in.
  ///
  /// - Throws: `EngineError` if this machine has no faster instruction for the format.
  public static func adapted(_ processor: Processor, to directory: ModelDirectory) throws -> Processor {
    try processor.using(directory.record.facts?.precision ?? ProductPrecision.float32)
  }

  /// A note if the real users are not as many as the model was trained on.
  public func notes(users: Int) -> [String] {
    guard let trainedUsers, trainedUsers != users else { return [] }
    return ["the model was trained on \(trainedUsers) users, and the audit trains on \(users) beside the canaries"]
  }

  /// Checks, before anything is read, that the training can be audited.
  ///
  /// - Throws: ``ImpossibleCanaries``, `ImpossibleGuarantee`.
  public func check() throws {
    guard Self.accepted.contains(canaries) else { throw ImpossibleCanaries.count(canaries) }
    guard model.task == .ranking, model is any AutoencoderModel else { throw ImpossibleCanaries.model(model.name) }
    guard let privacy else { return }
    if let obstacle = model.obstacleToPrivacy { throw ImpossibleGuarantee.model(model.name, obstacle) }
    try privacy.check()
  }

  /// The names of the models whose training can be audited.
  public static var models: [String] {
    Zoo.defaults.filter { $0.task == .ranking && $0 is any AutoencoderModel }.map(\.name)
  }

  /// Trains the model, and lets the attackers guess.
  ///
  /// The same seed gives the same result at any number of threads.
  ///
  /// - Parameter users: the real users; shape: U × I.
  /// - Throws: as ``check()``; `TrainingError`, `TooLittleMemory`; `DataError` when the model gives scores that are not
  ///   numbers.
  /// - Precondition: there is a column for each item.
  public func audit(_ users: SparseRows) throws -> CanaryResult {
    precondition(users.columnCount == items.count, "a column for each item")
    try check()
    let planted = PlantedCanaries(canaries, among: users, items: items, seed: seed)
    let real = (0..<users.rowCount).count { users.count(ofRow: $0) > 0 }
    let planned = real + canaries / 2
    let witness = UpdateWitness(
      planted.profiles, members: planted.members, seed: seed.derived(for: AuditDraw.canaryDraws))
    let fit = try train(planted, plannedUsers: planned, witness)

    var scores: [(attacker: CanaryAttacker, scores: [Double])] = []
    if fit.guarantee != nil { scores.append((.updates, witness.scores)) }
    scores.append((.model, try losses(planted, fit.model).map { -$0 }))
    let drawn = try drawn(planned, from: fit.model, users)
    if let drawn { scores.append((.synthetic, (0..<canaries).map { Double(drawn[planted.item(of: $0)]) })) }

    let delta = privacy?.delta ?? Self.usualDelta
    // All bounds hold together, so each attacker is allowed a part of the error.
    let error = (1 - Self.level) / Double(scores.count)
    return CanaryResult(
      model: model.name, epochs: fit.bestEpoch, users: real, items: items.count, canaries: canaries,
      included: planted.members.count, synthetic: drawn == nil ? 0 : planned, guarantee: fit.guarantee, delta: delta,
      attacks: scores.map {
        CanaryAttack($0.attacker, scores: $0.scores, isIn: planted.isIn, delta: delta, error: error)
      }, largest: CanaryAttack.largest(canaries: canaries, delta: delta, error: error))
  }

  private func train(
    _ planted: PlantedCanaries, plannedUsers: Int, _ witness: UpdateWitness
  ) throws -> Fit<any FittedModel> {
    var experiment = Experiment(planted.split, seed: seed, processor: processor)
    experiment.observer = observer
    if var privacy {
      privacy.noiseSeed = seed.derived(for: AuditDraw.canarySecret).value
      experiment.privacy = privacy
      experiment.watched = WatchedTraining(plannedUsers: plannedUsers, noiseShare: noiseShare, witness: witness)
    } else {
      experiment.knownEpochs = epochs
    }
    observer.onModels(1)
    observer.onMemory(try experiment.memoryNotes([model]))
    return try experiment.fit(any: model)
  }

  /// The negative log-probability of every canary's item, given the canary's profile.
  private func losses(_ planted: PlantedCanaries, _ fitted: any FittedModel) throws -> [Double] {
    let blocks = (0..<planted.count).blocks(of: 64)
    return try processor.map(count: blocks.count) { [processor] index in
      let block = blocks[index]
      var logits = try fitted.scores(
        for: Profiles(items: planted.profiles.selecting(rows: block)), using: processor.engine)
      return block.enumerated().map { place, canary in
        let own = Double(logits[place, planted.item(of: canary)])
        let (maximum, sum) = logits.exponentiateShifted(row: place)
        return Double(maximum) + log(sum) - own
      }
    }.flatMap(\.self)
  }

  /// How many synthetic users from the prior have each item; `nil` for a model that draws none.
  private func drawn(_ count: Int, from fitted: any FittedModel, _ users: SparseRows) throws -> [Int]? {
    let recorded = profileLengths.flatMap { LengthHistogram(users: $0, items: items.count) }
    guard case .gaussians(let network) = fitted.latent, network.design.likelihood != .gaussian,
      let lengths = recorded ?? LengthHistogram(of: users)
    else { return nil }
    return try ProfileGenerator(model: network, source: PriorSource(of: network), lengths: .empirical(lengths))
      .rows(users: count, seed: seed, processor: processor).columnCounts()
  }
}

/// A training that canaries cannot audit.
public enum ImpossibleCanaries: Error, Equatable, CustomStringConvertible {
  /// The model is not a network for ranking.
  case model(String)
  /// The number of canaries is out of range.
  case count(Int)

  /// What is wrong, in one sentence.
  public var description: String {
    switch self {
    case .model(let name):
      "canaries cannot audit \(name), which is not a network for ranking; accepted: "
        + CanaryAudit.models.joined(separator: ", ")
    case .count(let count):
      "canaries cannot number \(count); accepted: a whole number from \(CanaryAudit.accepted.lowerBound) to "
        + "\(CanaryAudit.accepted.upperBound)"
    }
  }
}
