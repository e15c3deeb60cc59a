public import Autoencoders
public import Compute
public import Experiments
public import FileFormats
public import InteractionData

/// Autoencoders and variational autoencoders as generators: fitted on some users, with their synthetic users compared with others.
///
/// Users are cut into two random halves. Models learn from one (a part of which chooses the epoch, and all of which the model is
/// then fitted again on), and draw as many synthetic users. Every measure looks at how far these are from the training users, and
/// so do the held-out ones in their place: with halves of equal size, that is the ceiling.
///
/// A variational model is fitted for generating (`Objective/generate`) unless its β has another cap than 1: what draws from the
/// prior is to be fitted to it. An autoencoder has no such choice.
public struct GenerativeComparison: Sendable {
  /// The training half: what models are fitted on.
  public let split: RankingSplit
  /// The other half, over the items of the first; shape: H × I.
  public let heldOut: SparseRows
  /// How models are fitted.
  public var experiment: Experiment<RankingSplit>
  /// How much the audits look at; utility stays out.
  public var options = AuditOptions()
  /// Counted remarks about the halves.
  public let notes: [String]
  private let seed: Seed
  private let processor: Processor
  private let hash: String

  /// Divides users in halves.
  ///
  /// - Parameter validation: the share of the training half that chooses the epoch.
  /// - Throws: `DataError` when there are too few users.
  public init(_ data: Interactions, validation: Double = 0.1, seed: Seed, processor: Processor) throws {
    let (known, unseen) = try data.dividingUsers(heldOut: 0.5, seed: seed)
    split = try RankingSplit.users(
      known, heldOut: validation, seed: seed, forTraining: true, threads: processor.threads)
    let (rows, dropped) = unseen.rows(in: split.items)
    let kept = (0..<rows.rowCount).filter { rows.count(ofRow: $0) > 0 }
    heldOut = rows.selecting(rows: kept)
    for (count, name) in [(known.users.count, "the training half"), (kept.count, "the held-out half")]
    where count < AuditData.leastUsers {
      throw DataError(
        path: data.name, message: "has \(counted(count, "user")) in \(name), too few to compare distributions",
        accepted: "at least \(2 * AuditData.leastUsers) users")
    }
    var notes = data.notes
    if dropped > 0 {
      notes.append("\(counted(dropped, "interaction")) of held-out users with items that no training user has left out")
    }
    if kept.count < rows.rowCount {
      let none = rows.rowCount - kept.count
      notes.append("\(counted(none, "held-out user")) \(none == 1 ? "has" : "have") no other items")
    }
    self.notes = notes
    var fingerprint = Fingerprint()
    for part in [split.hash, unseen.hash] { fingerprint.add(part) }
    hash = fingerprint.hexadecimal
    experiment = Experiment(split, seed: seed, processor: processor)
    options.utility = nil
    (self.seed, self.processor) = (seed, processor)
  }

  /// Everybody a model is fitted on; shape: T × I.
  public var training: SparseRows { experiment.refits ? split.refit ?? split.train : split.train }

  /// Why no users can be drawn from a model, however it is trained; `nil` when they can.
  public static func refusal(of model: any ZooModel) -> String? {
    if model.task == .rating { return "\(model.name) predicts ratings, not interactions" }
    if type(of: model).latentKind == .none { return "\(model.name) has no latent space to draw from" }
    if model.hyperparameters["likelihood"]?.text == Likelihood.gaussian.rawValue {
      return "\(model.name) with a gaussian likelihood gives no item probabilities"
    }
    return nil
  }

  /// Fits every model, draws from it in every way it has, and holds what is drawn against the training users.
  ///
  /// - Throws: `TrainingError`, `DataError`.
  /// - Precondition: no model has a ``refusal(of:)``.
  public func run(_ models: [any ZooModel]) throws -> GenerativeResult {
    let users = Profiles(items: training, trainingRows: Array(0..<training.rowCount))
    var notes: [String] = []
    var results: [ModelResult] = []
    var contenders: [GenerativeContender] = []
    experiment.observer.onModels(models.count)
    for model in models {
      precondition(Self.refusal(of: model) == nil, "\(model.name) draws nobody")
      var experiment = experiment
      experiment.objective = Self.objective(of: model)
      let (result, fit) = try experiment.run(model)
      results.append(result)
      let drawing = GenerativeDrawing(users: users, count: count, seed: seed, processor: processor)
      for (source, rows) in try drawing.draw(from: fit.model) {
        if experiment.observer.isInterrupted() { throw TrainingError.interrupted }
        let kept = (0..<rows.rowCount).filter { rows.count(ofRow: $0) > 0 }
        let label = source.label(of: model.name)
        if kept.count < rows.rowCount {
          notes.append("\(label): \(counted(rows.rowCount - kept.count, "user")) without an item left out")
        }
        var auditor = Auditor(seed: seed, processor: processor)
        auditor.options = options
        auditor.options.utility = nil
        auditor.observer.isInterrupted = experiment.observer.isInterrupted
        let audit = try auditor.audit(
          AuditData(
            items: split.items, train: training, synthetic: rows.selecting(rows: kept), holdout: heldOut,
            names: ("the training users", "the held-out users", label)))
        for note in audit.notes where !note.hasPrefix("utility") && !notes.contains(note) { notes.append(note) }
        contenders.append(
          GenerativeContender(model: model.name, source: source, users: kept.count, measures: audit.measures))
      }
    }
    return GenerativeResult(
      trainingUsers: training.rowCount, heldOutUsers: heldOut.rowCount, models: results, contenders: contenders,
      notes: notes)
  }

  /// How many synthetic users each contender draws.
  private var count: Int { min(training.rowCount, options.maximumUsers) }

  private static func objective(of model: any ZooModel) -> TrainingObjective {
    model.canGenerate ? .generate : .recommend
  }

  /// The halves in the JSON document, test meaning the held-out half.
  public var description: SplitDescription {
    var halves = split.description
    (halves.train, halves.trainUsers) = (training.nonZeroCount, training.rowCount)
    (halves.test, halves.testUsers) = (heldOut.nonZeroCount, heldOut.rowCount)
    halves.hash = hash
    return halves
  }
}
