import Autoencoders
public import Experiments

/// A comparison of models after a search for the settings of each: the same number of trials for all on the validation
/// part, then one evaluation on the test part.
///
/// Models without a setting to search take part unchanged. A model whose settings the search has changed is also
/// compared with its initial settings.
///
/// All runs of a repeated comparison have the split of the first seed and differ in training, so that no run tests
/// users that the search used.
///
/// Several processes share the trials of the search, and then train each model of the comparison together.
public struct TunedComparison: Sendable {
  /// The search; its models are those with a setting to search.
  public var search: TuningRun
  /// The comparison of all models, with their settings before the search.
  public var comparison: ComparisonRun
  /// Called between the search and the comparison.
  public var onTuned: @Sendable () -> Void = {}

  /// The budget of the search for each model.
  public enum Budget: Sendable, Equatable {
    /// A number of trials.
    case trials(Int)
    /// The time during which trials start, in seconds.
    case seconds(Double)

    /// The maximum number of trials for a budget of time.
    public static let mostTrials = 1000

    /// The maximum number of trials.
    public var most: Int {
      switch self {
      case .trials(let trials): trials
      case .seconds: Self.mostTrials
      }
    }
  }

  /// Whether a comparison that is repeated in this way can follow a search: on folds, users that the search used would
  /// be test users.
  public static func allows(_ repetition: Repetition) -> Bool { repetition.folds == nil }

  /// Plans both on the same data, split and seed.
  ///
  /// - Parameter budget: the budget of each model.
  /// - Precondition: a search ``allows(_:)`` the repetition of the comparison.
  public init(_ comparison: ComparisonRun, budget: Budget) {
    precondition(Self.allows(comparison.repetition), "on folds, all users become test users")
    self.comparison = comparison
    self.comparison.repetition.keepsSplit = true
    search = TuningRun(comparison.models, seed: comparison.seed, processor: comparison.processor)
    (search.data, search.task) = (comparison.data, comparison.task)
    search.trials = budget.most
    if case .seconds(let seconds) = budget { search.time = .each(seconds: seconds) }
    (search.memoryLimit, search.observer) = (comparison.memoryLimit, comparison.observer)
    // The comparison reports the notes on the data and the epochs of the compared models.
    (search.observer.onNotes, search.observer.onEpoch) = ({ _ in }, { _, _ in })
  }

  /// Searches, then compares.
  ///
  /// - Throws: as ``TuningRun/run()`` and `ComparisonRun.run()`.
  public func run() throws -> (compared: ComparedModels, tuning: TuningResult) {
    var search = search
    var run = try comparison.withoutModelsForOneProcess()
    search.models = run.models.filter { !search.space(of: $0).dimensions.isEmpty }
    if let first = run.models.first, search.models.isEmpty { throw NothingToSearch(model: first.name) }
    let tuning = try search.run()
    onTuned()
    var labels: [(label: String?, trials: Int?, notes: [String])] = []
    run.models = run.models.flatMap { model -> [any ZooModel] in
      guard let found = tuning.models.first(where: { $0.name == model.name }) else {
        labels.append((nil, nil, []))
        return [model]
      }
      labels.append((nil, found.trials.count, found.notes))
      if found.bestSettings.isEmpty { return [model] }
      labels.append(("\(model.name) (untuned)", 1, []))
      return [found.tuned, model]
    }
    // The search has already reported models that do not fit in memory.
    run.leavesOutTooLarge = false
    run.describe = { [labels] results in
      zip(results, labels).map { result, label in
        var result = result
        (result.label, result.trials) = (label.label, label.trials)
        result.notes += label.notes
        return result
      }
    }
    return (try run.run(), tuning)
  }
}
