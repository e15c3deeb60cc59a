public import Autoencoders
import Communication
public import Compute
public import Evaluation
public import Experiments
public import FileFormats
public import InteractionData

/// A search for the settings of several models on one split, as in `doppel tune`.
///
/// Trials are fitted to the training part and measured on the validation part. Their split has no test part, so that
/// they cannot use it.
///
/// Several processes share the trials: each fits whole trials by itself, and all return the same result, which does not
/// depend on their number.
public struct TuningRun: Sendable {
  /// The models with their settings before the search, all of one task; these settings are trial 0.
  public var models: [any ZooModel]
  /// Where the data come from and how they are divided; the built-in population unless stated otherwise.
  public var data = DataSelection()
  /// What is predicted.
  public var task = RecommendationTask.ranking
  /// The metric to optimise on the validation users of a ranking; for ratings, it is the RMSE.
  public var selection = Metric.selectionDefault
  /// The number of trials per model, including the defaults.
  public var trials = 30
  /// The number of trials that are proposed without the results of each other; the processor's processes can run as
  /// many trials of a model at the same time.
  ///
  /// The result depends on this number, but not on the number of processes. The first ten trials of a model need no
  /// results.
  public var atOnce = 1
  /// The time after which no trial starts; `nil` for no limit.
  public var time: TimeBudget?
  /// Whether trainings that are not among the best third are stopped early; see ``TrialPlan``.
  public var halves = true
  /// Ranges that differ from the models' own, by model.
  public var spaces: [String: SpaceChanges] = [:]
  /// Settings that are not searched because the user has set them, by model.
  public var held: [String: Set<String>] = [:]
  /// The file of the trials; `nil` for none.
  public var journal: String?
  /// Whether to continue an existing journal.
  public var resumes = false
  /// The most memory that a trial may need, in bytes; `nil` for the machine's.
  public var memoryLimit: Int?
  /// The seed.
  public var seed: Seed
  /// The processor.
  public var processor: Processor
  /// Receives progress and notes.
  public var observer = RunObserver()
  /// Receives every new record; of several processes, in the first, as soon as the trial has finished.
  public var onRecord: @Sendable (TrialRecord) -> Void = { _ in }
  /// Receives the progress of several processes, in the first, whenever a trial starts or ends.
  public var onProgress: @Sendable (SearchProgress) -> Void = { _ in }

  /// Plans a search.
  public init(_ models: [any ZooModel], seed: Seed, processor: Processor) {
    (self.models, self.seed, self.processor) = (models, seed, processor)
  }

  /// Reads the data and runs the trials.
  ///
  /// - Throws: `WrongTask`, ``NothingToSearch``, ``NothingToValidate``, ``TooLittleSearchMemory``, `ImpossibleTraining`,
  ///   `DisagreeingProcesses`, `InputError`, `DataError`, `TrainingError` for an interruption, `EvaluationError`,
  ///   `OutputError`, `CommunicationError`.
  public func run() throws -> TuningResult {
    for model in models where model.task != task { throw WrongTask(model: model.name, task: model.task) }
    for model in models where space(of: model).dimensions.isEmpty { throw NothingToSearch(model: model.name) }
    guard selection.kind.isRanking && selection.kind.largerIsBetter else {
      throw ImpossibleTraining.cannotSelect(selection)
    }
    return switch task {
    case .ranking: try run(RankingSplit.self)
    case .rating: try run(RatingSplit.self)
    }
  }

  /// The metric that decides: ``selection`` for a ranking, the RMSE for ratings.
  public var metric: Metric { task == .rating ? .rmse : selection }

  /// The fewest trials of a model of which two are proposed from results, so that ``atOnce`` matters.
  public static let fewestTrialsAtOnce = ParzenSampler.startUp + 2

  /// A note if there are more processes than trials at the same time, as soon as trials need results; empty for a single
  /// process.
  public var notesOnProcesses: [String] {
    let searched = models.count { !space(of: $0).dimensions.isEmpty }
    let most = atOnce * (time == nil ? searched : 1)
    let processes = processor.processes
    guard processes > 1, trials > ParzenSampler.startUp, processes > most else { return [] }
    return [
      "after the first \(ParzenSampler.startUp) trials of each model, at most \(counted(most, "trial")) at a time for \(processes) processes"
    ]
  }

  /// Whether the number of trials was requested, rather than being the maximum for a budget of time.
  public var hasTrialsToCount: Bool { if case .each? = time { false } else { true } }

  /// The searched settings of a model.
  public func space(of model: any ZooModel) -> SearchSpace {
    let changes = spaces[model.name] ?? [:]
    let held = held[model.name] ?? []
    var settings = model.searchedSettings.compactMap { setting in
      changes[setting.name].map { range in range.flatMap { model.searched(setting.name, over: $0) } } ?? setting
    }
    // Settings that the model does not search itself.
    for (name, range) in changes.sorted(by: { $0.key < $1.key }) where !settings.contains(where: { $0.name == name }) {
      if let range, let setting = model.searched(name, over: range) { settings.append(setting) }
    }
    return SearchSpace(settings.filter { !held.contains($0.name) })
  }

  private func run<Split: TaskSplit>(_: Split.Type) throws -> TuningResult {
    let loaded = try Split.load(data, seed: seed, forTraining: false)
    observer.onNotes(loaded.notes)
    let split = loaded.split.withoutTest
    guard split.hasValidation else { throw NothingToValidate() }
    try processor.agree(on: loaded.split.hash)
    let fitters = try fitters(on: split)
    let mostPaused = try verifyMemory(of: fitters)

    let metric = metrics(of: Split.self)[0]
    var log = try openLog(of: fitters, identity(split.hash), metric: metric)
    let watch = Stopwatch()
    // Trials report their own number.
    observer.onModels(1)
    for group in groups {
      let end = time?.end(from: watch.seconds, modelsLeft: models.count - group.lowerBound)
      let mayStart = { end.map { watch.seconds < $0 } ?? true }
      if let communicator = processor.communicator {
        var shared = SharedTrials(
          Array(log.searches[group]), fittedBy: Array(fitters[group]), among: communicator, mostPaused: mostPaused,
          observer: observer)
        try shared.run(while: mayStart) { record, place, search in
          try log.add(record, to: search, at: group.lowerBound + place)
          if communicator.isRoot { onRecord(record) }
        } report: {
          if communicator.isRoot { onProgress($0) }
        }
      } else {
        for place in group {
          try fitters[place].run(log.searches[place], while: mayStart) { record, search in
            try log.add(record, to: search, at: place)
            onRecord(record)
          }
        }
      }
      try log.end(of: group.upperBound)
    }
    let tuned = log.searches.map {
      TunedModel($0.model, space: $0.space, plan: $0.plan, metric: metric, records: $0.records)
    }
    let facts = RunFacts(seed: seed, processor, dataset: loaded.summary, split: loaded.split.description)
    return TuningResult(
      facts: facts, selection: metric, models: tuned, seed: seed, atOnce: atOnce,
      notes: loaded.notes + (tuned.contains { $0.isCutShort } ? ["time ran out before all trials had run"] : []))
  }

  /// The models that are searched at the same time.
  ///
  /// A single process searches one after the other, and so do several processes if the time is divided among the
  /// models.
  private var groups: [Range<Int>] {
    if processor.communicator != nil && time == nil { return [models.indices] }
    return models.indices.map { $0..<$0 + 1 }
  }

  /// What fits the trials of each model.
  private func fitters<Split: TaskSplit>(on split: Split) throws -> [TrialFitter<Split>] {
    var experiment = Experiment(split, seed: seed, processor: processor.alone)
    (experiment.selection, experiment.refits, experiment.observer) = (selection, false, observer)
    let metrics = metrics(of: Split.self)
    // The same number in all processes, so that a trial fits in all or in none.
    var resident = [ProcessMemory.resident]
    if let communicator = processor.communicator {
      resident = try communicator.gather(resident, counts: Array(repeating: 1, count: communicator.size))
    }
    return models.map { model in
      TrialFitter(
        model: model, space: space(of: model), experiment: experiment,
        plan: plan(of: model, rows: split.train.rowCount, largerIsBetter: metrics[0].kind.largerIsBetter),
        metrics: metrics, memoryLimit: memoryLimit, resident: resident.max() ?? 0, hasTrialsToCount: hasTrialsToCount)
    }
  }

  /// Refuses searches that do not fit in memory, and reports what they need.
  ///
  /// - Returns: the maximum number of paused trainings that each of several processes keeps.
  private func verifyMemory<Split: TaskSplit>(of fitters: [TrialFitter<Split>]) throws -> Int {
    let isShared = processor.communicator != nil
    let memories =
      isShared ? TrialFitter<Split>.memories(of: fitters, processes: processor.processes) : fitters.map(\.memory)
    for (fitter, memory) in zip(fitters, memories) { try fitter.verify(memory) }
    observer.onMemory(
      zip(fitters, memories).compactMap { fitter, memory in
        memory.map { "\(fitter.model.name) may need \($0)" + (isShared ? " in each process" : "") }
      })
    return memories.compactMap { $0?.waiting }.max() ?? 0
  }

  /// The searches with the results of an earlier run, and the journal, which the first process reads and writes.
  private func openLog<Split: TaskSplit>(
    of fitters: [TrialFitter<Split>], _ identity: RunIdentity, metric: Metric
  ) throws -> TrialLog {
    let path = processor.isRoot ? self.journal : nil
    let journal = try path.map { try TrialJournal($0, of: identity, resumes: resumes) }
    var kept = [journal?.records ?? [], journal?.ahead ?? []]
    if let communicator = processor.communicator {
      let bytes = communicator.isRoot ? try Packed.bytes(of: kept) : []
      kept = try Packed.value(in: communicator.broadcast(bytes))
    }
    let searches = fitters.map { fitter in
      let own = kept.map { $0.filter { $0.model == fitter.model.name } }
      return ModelSearch(
        fitter.model, over: fitter.space, plan: fitter.plan, metric: metric, seed: seed, atOnce: atOnce, after: own[0],
        keeping: own[1])
    }
    var log = TrialLog(searches, in: journal)
    for (place, search) in searches.enumerated() {
      var search = search
      search.addKept()
      try log.set(search, at: place)
    }
    return log
  }

  private func plan(of model: any ZooModel, rows: Int, largerIsBetter: Bool) -> TrialPlan {
    var rungs = [0]
    if let continuation = model.continuation(rows: rows), case .number(let epochs)? = model.hyperparameters["epochs"] {
      rungs =
        switch continuation {
        case _ where !halves: [Int(epochs)]
        case .anew: TrialPlan.plans(upTo: Int(epochs))
        case .fromState: TrialPlan.rungs(under: Int(epochs))
        }
    }
    return TrialPlan(trials: trials, rungs: rungs, largerIsBetter: largerIsBetter)
  }

  /// The metric to optimise, followed by other metrics to report.
  private func metrics(of split: (some TaskSplit).Type) -> [Metric] {
    if split.task == .rating { return Metric.ratingDefaults }
    let others = [
      Metric(.ndcg, at: 100), Metric(.ndcg, at: 10), Metric(.recall, at: 20), Metric(.recall, at: 50),
    ]
    return [selection] + others.filter { $0 != selection }
  }

  private func identity(_ splitHash: String) throws -> RunIdentity {
    var facts = RunFacts(seed: seed, processor)
    (facts.threads, facts.precision) = (nil, processor.precision)
    facts.splitHash = splitHash
    let set = models.map { model in
      let space = space(of: model).dimensions.map { ($0.name, $0.words) }
      return JSONValue.object([
        "model": .string(model.name), "hyperparameters": .object(model.hyperparameters),
        "space": .object(Dictionary(space) { $1 }),
      ])
    }
    var members = (try JSONValue(encoding: facts).members ?? [:]).merging([
      "selection": .string(metric.key), "halving": .bool(halves),
      "models": .array(set),
    ]) { $1 }
    // Earlier versions proposed trials one by one, and wrote nothing about it.
    if atOnce > 1 { members["atOnce"] = .number(Double(atOnce)) }
    return RunIdentity(members)
  }
}

/// How long a search starts new trials.
public enum TimeBudget: Sendable, Equatable {
  /// Seconds for all models together, divided evenly; time that a model does not use is left for later models.
  case inAll(seconds: Double)
  /// Seconds for each model, whatever the others take.
  case each(seconds: Double)

  /// The time after which the next model starts no trial, by the clock of the search.
  func end(from now: Double, modelsLeft: Int) -> Double {
    switch self {
    case .inAll(let seconds): now + (seconds - now) / Double(modelsLeft)
    case .each(let seconds): now + seconds
    }
  }
}

extension TunedModel {
  /// Whether planned trials are left.
  var isCutShort: Bool { plan.next(after: records) != nil }
}

extension SearchDimension {
  /// The range of the search, in the form of a space file.
  public var words: JSONValue {
    switch setting.range {
    case .linear(let range): .object(["from": .number(range.lowerBound), "to": .number(range.upperBound)])
    case .logarithmic(let range):
      .object(["from": .number(range.lowerBound), "to": .number(range.upperBound), "log": true])
    case .among(let values): .object(["among": .array(values)])
    }
  }
}

/// A model has no setting that is searched.
public struct NothingToSearch: Error, Equatable, CustomStringConvertible {
  /// The model's name.
  public let model: String

  /// What is wrong, in one sentence.
  public var description: String {
    "\(model) has no setting to search; accepted: a model with one, and not all of them set"
  }
}

/// The data have no validation part.
public struct NothingToValidate: Error, Equatable, CustomStringConvertible {
  /// What is wrong, in one sentence.
  public var description: String {
    "there is nothing to measure trials on; accepted: data with enough users or interactions for a validation part"
  }
}
