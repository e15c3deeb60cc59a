public import Autoencoders
public import Compute
public import Evaluation
import FileFormats
import Generation
public import InteractionData
import Presentation

/// One training from data to a model directory, as in `doppel train`.
///
/// ```swift
/// var run = TrainingRun(MultVAE(), output: "model", seed: Seed(42), processor: processor)
/// run.data.source = .file("ratings.csv")
/// let trained = try run.run()
/// ```
public struct TrainingRun: Sendable {
  /// The model.
  public var model: any ZooModel
  /// Where the data come from and how they are divided; the built-in population unless stated otherwise.
  public var data = DataSelection()
  /// A table with the titles of the items, which the model keeps; `nil` for none.
  public var titles: String?
  /// The directory to write.
  public var output: String
  /// The output of an earlier training that may be replaced there.
  public var replacement = ModelDirectory.Replacement.nothing
  /// The objective.
  public var objective = TrainingObjective.recommend
  /// The privacy guarantee; `nil` for none.
  ///
  /// With a guarantee, the model is fitted to all users for a fixed number of epochs, without validation.
  public var privacy: PrivacyRequest?
  /// The metric that chooses the epoch of a ranking model.
  public var selection = Metric.selectionDefault
  /// Whether the model is fitted again on all data after the epoch was chosen.
  public var refits = true
  /// When checkpoints are written; `nil` for none, unless ``resumes``.
  public var checkpoints: Checkpoints.Interval?
  /// Whether to continue from the checkpoint in ``output``, if there is one.
  public var resumes = false
  /// The most memory that the training may need, in bytes; `nil` for the machine's.
  public var memoryLimit: Int?
  /// The seed.
  public var seed: Seed
  /// The processor.
  public var processor: Processor
  /// Receives progress and notes.
  public var observer = RunObserver()

  /// Plans a training of a model.
  public init(_ model: any ZooModel, output: String, seed: Seed, processor: Processor) {
    (self.model, self.output, self.seed, self.processor) = (model, output, seed, processor)
  }

  /// The value that chooses the epoch, by its name in files: a metric's key, `negative-elbo` or `rmse`.
  public var selectionName: String { objective.selectionName(model.task, selection) }

  /// Checks, before anything is read, that the model can be trained with these options.
  ///
  /// - Throws: ``ImpossibleTraining``, `ImpossibleGuarantee`.
  public func check() throws {
    if let privacy {
      if let obstacle = model.obstacleToPrivacy { throw ImpossibleGuarantee.model(model.name, obstacle) }
      if processor.precision != .float32 { throw ImpossibleGuarantee.precision }
      try privacy.check()
    }
    try checkObjective()
  }

  private func checkObjective() throws(ImpossibleTraining) {
    guard selection.kind.isRanking && selection.kind.largerIsBetter else { throw .cannotSelect(selection) }
    guard objective == .generate else { return }
    guard model.isVariational else { throw .hasNoDistribution(model: model.name) }
    guard model.canGenerate else { throw .weightStaysBelowOne(model: model.name) }
  }

  /// Reads the data, fits the model and writes its directory, whole or not at all.
  ///
  /// - Throws: ``ImpossibleTraining``, `ImpossibleGuarantee`, ``ModelForOneProcess``, ``TooLittleMemory``, `InputError`,
  ///   `DataError`, `TrainingError`, `OutputError`, `OccupiedDirectory`.
  public func run() throws -> TrainedRun {
    try check()
    if processor.processes > 1, model is any CompositeModel { throw ModelForOneProcess(model: model.name) }
    return switch model.task {
    case .ranking: try run(RankingSplit.self)
    case .rating: try run(RatingSplit.self)
    }
  }

  private func run<Split: TaskSplit>(_: Split.Type) throws -> TrainedRun {
    if processor.isRoot { try ModelDirectory.verify(output, replacing: replacement) }
    let watch = Stopwatch()
    let loaded = try Split.load(data, seed: seed, forTraining: true)
    observer.onNotes(loaded.notes)
    // Read before anything is fitted, so that an unreadable table does not waste a training.
    let titles = try observer.titles(titles, for: loaded.split.items)
    var experiment = Experiment(loaded.split, seed: seed, processor: processor)
    (experiment.refits, experiment.selection, experiment.objective) = (refits, selection, objective)
    experiment.privacy = privacy
    experiment.observer = observer
    observer.onMemory(try experiment.memoryNotes([sized(for: experiment.fittedRows)], limit: memoryLimit))
    let warning = privacy?.remark(users: experiment.fittedRows.rowCount)
    // Also at the end, but a training that protects nobody should not have to end first.
    if let warning { observer.onNotes([warning]) }
    var facts = RunFacts(seed: seed, processor, dataset: loaded.summary)
    (facts.threads, facts.data) = (nil, loaded.record)
    (facts.dataHash, facts.splitHash) = (loaded.hash, loaded.split.hash)
    try processor.agree(on: loaded.split.hash)
    experiment.observer.checkpoints = try checkpoints(
      of: RunIdentity(
        facts, model, selection: experiment.selectionName, refits: refits, privacy: privacy, titles: titles))

    let fit = try experiment.fit(any: model)
    let users = experiment.users(of: fit)
    let ratings = Split.task == .rating ? users.rows.values ?? [] : []
    if !ratings.isEmpty { facts.data?.meanRating = ratings.reduce(0) { $0 + Double($1) } / Double(ratings.count) }
    var record = ModelRecord(facts: facts)
    record.training = TrainingRecord(
      fit, users: users.ids.count, objective: objective, selection: experiment.selectionName)
    var directory = ModelDirectory(
      configuration: try model.setting(fit.chosen), model: fit.model, items: loaded.split.items,
      users: model.keepsUsers ? Vocabulary(ids: users.ids) : nil, record: record)
    directory.titles = titles
    if let guarantee = fit.guarantee {
      directory.keepOnly(what: guarantee, of: users.rows, seed: privacy?.secret ?? seed)
    } else if Split.task == .ranking {
      directory.itemPopularity = ItemPopularity(of: users.rows)
      directory.record.profileLengths = LengthHistogram(of: users.rows)?.users
      if case .gaussians(let network) = fit.model.latent {
        directory.record.aggregatePosterior = try PosteriorSummary(
          of: network, over: Profiles(items: users.rows), processor: processor)
      }
    }
    if processor.isRoot {
      try directory.write(to: output, card: ModelCard(of: directory, history: fit.history).markdown)
    } else {
      try directory.bringWeights()
    }
    return TrainedRun(
      directory: directory, output: output, history: fit.history, seconds: watch.seconds,
      notes: [
        warning, fit.remark(on: model), directory.record.aggregatePosterior?.remark,
      ].compactMap(\.self))
  }

  /// The model with the largest batches that its training may draw.
  private func sized(for rows: SparseRows) throws -> any ZooModel {
    try privacy == nil ? model : model.withLargestPrivateBatch(users: rows.rowCount)
  }

  private func checkpoints(of run: RunIdentity) throws -> Checkpoints? {
    guard checkpoints != nil || resumes else { return nil }
    let kept = try Checkpoints(
      in: output, every: checkpoints ?? .onlyWhenInterrupted, run: run, resumes: resumes,
      among: processor.communicator)
    guard resumes else { return kept }
    if let position = kept.position {
      let done = "\(position.epoch - 1) epochs\(position.selection == nil ? "" : " of the second fit")"
      observer.onNotes(["resuming from the checkpoint in \(output), after \(done)"])
    } else {
      if case .anything = replacement {} else if processor.isRoot { try ModelDirectory.verify(output, isOf: run) }
      observer.onNotes(["no checkpoint in \(output); starting from the beginning"])
    }
    return kept
  }
}

/// An invalid combination of training options.
public enum ImpossibleTraining: Error, Equatable, CustomStringConvertible {
  /// The metric does not measure ranked lists, or a smaller value is better.
  case cannotSelect(Metric)
  /// Only a model that encodes to distributions can be trained to generate.
  case hasNoDistribution(model: String)
  /// β does not rise to 1, as the evidence lower bound requires.
  case weightStaysBelowOne(model: String)

  /// What is wrong, in one sentence.
  public var description: String {
    switch self {
    case .cannotSelect(let metric):
      "\(metric.key) cannot choose an epoch of a ranking model; accepted: \(Metric.selectionDefault.key), …"
    case .hasNoDistribution(let model):
      "\(model) has no latent distribution and cannot be trained to generate; accepted: a variational model"
    case .weightStaysBelowOne(let model): "\(model) can be trained to generate only with β up to 1"
    }
  }
}

/// A trained model, saved.
public struct TrainedRun: Sendable {
  /// The model with its record, as it was written.
  public let directory: ModelDirectory
  /// The directory.
  public let output: String
  /// Every epoch of the fit that chose among them.
  public let history: [EpochRecord]
  /// The total time.
  public let seconds: Double
  /// Notes.
  public let notes: [String]
}

extension TrainedRun {
  /// One line: size, validation value, the fitted users, seconds.
  public var text: String {
    var line = "\(directory.configuration.name): \(counted(directory.model.parameterCount, "weight"))"
    if let training = directory.record.training {
      if let validation = training.validation {
        line += ", validation \(training.selection ?? "") \(Number.decimal(validation))"
        line += " at epoch \(training.bestEpoch) of \(training.epochs)"
      }
      line += training.refitted ? ", fitted again on all data" : ", fitted to \(counted(training.users ?? 0, "user"))"
    }
    return line + ", \(Number.decimal(seconds, 1)) s\n"
  }
}

/// The JSON document of `train`: the content of `config.json`, and the course of the training.
extension TrainedRun: Encodable {
  private enum CodingKeys: String, CodingKey {
    case model, hyperparameters, output, parameters, seconds, history, notes
  }

  /// Writes the members of the record, then the others.
  public func encode(to encoder: any Encoder) throws {
    try directory.record.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(directory.configuration.name, forKey: .model)
    try container.encode(directory.configuration.hyperparameters, forKey: .hyperparameters)
    try container.encode(output, forKey: .output)
    try container.encode(directory.model.parameterCount, forKey: .parameters)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(history, forKey: .history)
    try container.encode(notes, forKey: .notes)
  }
}
