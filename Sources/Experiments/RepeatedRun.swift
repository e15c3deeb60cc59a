import Autoencoders
import Compute
import Evaluation
import InteractionData

extension ComparisonRun {
  /// Divides the same data anew for every run, and fits and measures every model on each division.
  ///
  /// - Parameter keep: receives the division, if it is that of all runs, before the first fit.
  /// - Throws: as ``run()``; ``ImpossibleRepetition``.
  func repeated<Split: TaskSplit>(_ keep: (Split) throws -> Void) throws -> ComparedModels {
    if repetition.folds != nil && !plan.dividesUsers { throw ImpossibleRepetition() }
    let watch = Stopwatch()
    let read = try Split.read(data, seed: seed, forTraining: false)
    let loading = watch.seconds
    let divisions = repetition.runs(from: seed)
    var chosen = models
    var (runs, units): ([ComparedRun], [[String]]) = ([], [])
    var first:
      (loaded: LoadedData<Split>, popularity: [Int], metrics: [Metric], leftOut: [String], titles: ItemTitles?)?
    for (index, (seed, fold)) in divisions.enumerated() {
      var selection = data
      selection.fold = fold
      let loaded = try Split.divide(
        read, of: selection, seed: repetition.keepsSplit ? self.seed : seed, forTraining: false)
      guard loaded.split.hasTest else { throw NothingToMeasure() }
      var experiment = Experiment(loaded.split, seed: seed, processor: processor)
      experiment.metrics = metrics ?? Split.defaultMetrics
      experiment.refits = refits
      experiment.observer = observer.appending(" (run \(index + 1) of \(divisions.count))")
      if first == nil {
        observer.onNotes(loaded.notes)
        let titles = try observer.titles(titles, for: loaded.split.items)
        if processor.isRoot && repetition.hasOneSplit(plan) { try keep(loaded.split) }
        let left: [String]
        (chosen, left) = leavesOutTooLarge ? try experiment.fitting(models, limit: memoryLimit) : (models, [])
        observer.onNotes(left)
        observer.onMemory(try experiment.memoryNotes(chosen, limit: memoryLimit))
        observer.onModels(chosen.count * divisions.count)
        first = (
          loaded, Split.task == .ranking ? experiment.fittedRows.columnCounts() : [], experiment.metrics, left,
          titles
        )
      }
      var division = loaded.split.description
      division.folds = fold?.count
      runs.append(
        ComparedRun(
          seed: seed, fold: fold, split: division, models: describe(try experiment.results(of: chosen)),
          notes: loaded.notes))
      units.append(loaded.split.testUnits)
    }
    guard let first else { throw NothingToMeasure() }
    let comparison = Comparison(runs, units: units, metrics: first.metrics)
    var facts = RunFacts(seed: seed, processor, dataset: first.loaded.summary, split: runs[0].split)
    facts.runs = runs.count
    return ComparedModels(
      document: ResultDocument(
        facts, comparison, seconds: .init(load: loading, total: watch.seconds),
        notes: runs.map(\.notes).sharedNotes + first.leftOut + comparison.notes),
      itemPopularity: first.popularity, items: first.loaded.split.items, titles: first.titles)
  }
}

/// Folds were requested for a split that does not hold out users.
public struct ImpossibleRepetition: Error, Equatable, CustomStringConvertible {
  /// What is wrong, in one sentence.
  public var description: String {
    "folds need a split by users of one file of interactions, or of the built-in population"
  }
}
