public import Autoencoders
public import Compute
public import Evaluation
import FileFormats
public import InteractionData

/// Several models on one data set and split, from data to results, as in `doppel compare`.
public struct ComparisonRun: Sendable {
  /// The models, all of one task.
  public var models: [any ZooModel]
  /// Where the data come from and how they are divided; the built-in population unless stated otherwise.
  public var data = DataSelection()
  /// A table with the titles of the items, for reports; `nil` for none.
  public var titles: String?
  /// What is predicted.
  public var task = RecommendationTask.ranking
  /// The metrics; `nil` for all metrics of the task.
  public var metrics: [Metric]?
  /// Whether models are fitted again, if the split has more data than the first fit uses.
  public var refits = true
  /// The most memory that a training may need, in bytes; `nil` for the machine's.
  public var memoryLimit: Int?
  /// Whether models that need more memory, or one process, are left out with a note; otherwise the run ends with an
  /// error before any training.
  public var leavesOutTooLarge = false
  /// The directory to which a split by users is written in the Mult-VAE authors' layout; `nil` for none.
  ///
  /// Of a repeated comparison, only a split that all runs share is written.
  public var splitOutput: String?
  /// How often the comparison is repeated.
  public var repetition = Repetition()
  /// The seed.
  public var seed: Seed
  /// The processor.
  public var processor: Processor
  /// Receives progress and notes.
  public var observer = RunObserver()
  /// Lets the caller add information to the results, in the order of the models.
  public var describe: @Sendable (_ results: [ModelResult]) -> [ModelResult] = { $0 }

  /// Plans a comparison.
  public init(_ models: [any ZooModel], seed: Seed, processor: Processor) {
    (self.models, self.seed, self.processor) = (models, seed, processor)
  }

  /// What follows from task, source and kind of split.
  public var plan: ComparisonPlan { ComparisonPlan(task, of: data.source, split: data.split) }

  /// The value that chooses the epoch, by its name in files: a metric's key.
  public var selectionName: String { TrainingObjective.recommend.selectionName(task, .selectionDefault) }

  /// Reads the data, fits every model and measures it on the test part.
  ///
  /// - Throws: `WrongTask`, ``ModelForOneProcess``, ``ImpossibleRepetition``, ``NothingToMeasure``, ``TooLittleMemory``, `InputError`, `DataError`, `TrainingError`,
  ///   `EvaluationError`, `OutputError`.
  public func run() throws -> ComparedModels {
    for model in models where model.task != task { throw WrongTask(model: model.name, task: model.task) }
    return try withoutModelsForOneProcess().compared()
  }

  /// The same without models that several processes cannot fit together, with a note on each.
  ///
  /// - Throws: ``ModelForOneProcess`` if none may be left out.
  package func withoutModelsForOneProcess() throws -> ComparisonRun {
    var shared = self
    if processor.processes > 1 {
      for model in models where model is any CompositeModel {
        if !leavesOutTooLarge { throw ModelForOneProcess(model: model.name) }
        observer.onNotes(["\(model.name) is left out: it cannot be fitted by several processes together"])
      }
      shared.models.removeAll { $0 is any CompositeModel }
    }
    return shared
  }

  private func compared() throws -> ComparedModels {
    switch task {
    case .ranking:
      let keep: (RankingSplit) throws -> Void = { split in
        if let splitOutput { try split.writeAuthorsLayout(to: splitOutput) }
      }
      return try repetition.isSingle ? run(keep) : repeated(keep)
    case .rating:
      let keep: (RatingSplit) throws -> Void = { _ in }
      return try repetition.isSingle ? run(keep) : repeated(keep)
    }
  }

  private func run<Split: TaskSplit>(_ keep: (Split) throws -> Void) throws -> ComparedModels {
    let watch = Stopwatch()
    let loaded = try Split.load(data, seed: seed, forTraining: false)
    guard loaded.split.hasTest else { throw NothingToMeasure() }
    let loading = watch.seconds
    observer.onNotes(loaded.notes)
    let titles = try observer.titles(titles, for: loaded.split.items)
    try processor.agree(on: loaded.split.hash)
    if processor.isRoot { try keep(loaded.split) }
    var experiment = Experiment(loaded.split, seed: seed, processor: processor)
    experiment.metrics = metrics ?? Split.defaultMetrics
    (experiment.refits, experiment.observer) = (refits, observer)
    let (models, leftOut) =
      leavesOutTooLarge ? try experiment.fitting(self.models, limit: memoryLimit) : (self.models, [])
    observer.onNotes(leftOut)
    observer.onMemory(try experiment.memoryNotes(models, limit: memoryLimit))
    observer.onModels(models.count)
    let comparison = Comparison(describe(try experiment.results(of: models)), metrics: experiment.metrics)
    return ComparedModels(
      document: ResultDocument(
        RunFacts(seed: seed, processor, dataset: loaded.summary, split: loaded.split.description), comparison,
        seconds: .init(load: loading, total: watch.seconds), notes: loaded.notes + leftOut + comparison.notes),
      itemPopularity: Split.task == .ranking ? experiment.fittedRows.columnCounts() : [], items: loaded.split.items,
      titles: titles)
  }
}

/// The results of a comparison.
public struct ComparedModels: Sendable {
  /// The document with facts, results, tests and notes.
  public let document: ResultDocument
  /// How many of the fitted users have each item; empty for ratings.
  public let itemPopularity: [Int]
  /// The items, in the order of all counts; with several runs, those of the first.
  public let items: Vocabulary
  /// Their titles, if a table was given.
  public let titles: ItemTitles?
  /// The label of each item in lists.
  public var itemLabels: [String] { (0..<items.count).map { titles?.label(of: $0) ?? items[$0] } }
}

/// The data have no test part.
public struct NothingToMeasure: Error, Equatable, CustomStringConvertible {
  /// What is wrong, in one sentence.
  public var description: String { "there are no test data to measure models on; accepted: data with a test part" }
}
