import Autoencoders
public import Experiments

/// A comparison of models after a search for the settings of each: the same number of trials for all of them on the validation
/// part, then one look at the test part.
///
/// Models without a setting to search take part as they are. A model whose settings the search has changed is compared with itself as it
/// was, too.
///
/// A comparison that is made several times has the split of its first seed in all of them, and other trainings: users that the search
/// measured on or fitted to are test users of no run.
public struct TunedComparison: Sendable {
  /// The search; its models are those with a setting to search.
  public var search: TuningRun
  /// The comparison; its models are all of them, as they are before the search.
  public var comparison: ComparisonRun

  /// What the search for the settings of each model may cost.
  public enum Budget: Sendable, Equatable {
    /// A number of trials.
    case trials(Int)
    /// The time in which trials are begun, in seconds.
    case seconds(Double)

    /// The most trials that are made in any time.
    public static let mostTrials = 1000
  }

  /// Plans both on the same data, split and seed.
  ///
  /// - Parameter budget: of each model.
  /// - Precondition: the comparison does not divide users into parts.
  public init(_ comparison: ComparisonRun, budget: Budget) {
    precondition(comparison.repetition.folds == nil, "on folds, all users become test users")
    self.comparison = comparison
    self.comparison.repetition.keepsSplit = true
    search = TuningRun(comparison.models, seed: comparison.seed, processor: comparison.processor)
    (search.data, search.task) = (comparison.data, comparison.task)
    switch budget {
    case .trials(let trials): search.trials = trials
    case .seconds(let seconds): (search.trials, search.time) = (Budget.mostTrials, .each(seconds: seconds))
    }
    (search.memoryLimit, search.observer) = (comparison.memoryLimit, comparison.observer)
    // The comparison says what is to be said of the data, and its epochs are those of the models that are compared.
    (search.observer.onNotes, search.observer.onEpoch) = ({ _ in }, { _, _ in })
  }

  /// Searches, then compares.
  ///
  /// - Throws: as ``TuningRun/run()`` and `ComparisonRun.run()`.
  public func run() throws -> (compared: ComparedModels, tuning: TuningResult) {
    var search = search
    search.models = comparison.models.filter { !search.space(of: $0).dimensions.isEmpty }
    if let first = comparison.models.first, search.models.isEmpty { throw NothingToSearch(model: first.name) }
    let tuning = try search.run()
    var run = comparison
    var labels: [(label: String?, trials: Int?, notes: [String])] = []
    run.models = comparison.models.flatMap { model -> [any ZooModel] in
      guard let found = tuning.models.first(where: { $0.name == model.name }) else {
        labels.append((nil, nil, []))
        return [model]
      }
      labels.append((nil, found.trials.count, found.notes))
      if found.bestSettings.isEmpty { return [model] }
      labels.append(("\(model.name) (untuned)", 1, []))
      return [found.tuned, model]
    }
    // What does not fit in memory has been said by the search.
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
