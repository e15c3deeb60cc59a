import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats

/// A part of a trial that is about to be fitted.
struct BegunTrial: Sendable {
  /// The task.
  let task: TrialTask
  /// The model with the settings of the trial.
  fileprivate let model: any ZooModel
  /// How a longer training continues a shorter one.
  fileprivate let continuation: Continuation?
  /// Where the training stops, and where it continues from; `nil` if every part is a training of its own.
  let pause: TrainingPause?
}

/// The result of a part of a trial.
struct FittedTrial: Sendable {
  /// The record.
  let record: TrialRecord
  /// The state of the training; `nil` if it does not continue.
  let state: TrainerState?
}

/// Fits the trials of one model.
struct TrialFitter<Split: TaskSplit>: Sendable {
  /// The model with the user's settings, which are trial 0.
  let model: any ZooModel
  /// The search space.
  let space: SearchSpace
  /// Data without a test part, seed, metric; a processor without other processes.
  var experiment: Experiment<Split>
  /// The order of trials.
  let plan: TrialPlan
  /// The metrics, the optimised one first.
  let metrics: [Metric]
  /// The most memory that a trial may need, in bytes; `nil` for the machine's.
  let memoryLimit: Int?
  /// The memory in use before the first trial, in bytes.
  ///
  /// The memory of paused trainings is known beforehand (``memory``), so that whether a trial fits depends only on its
  /// settings.
  let resident: Int
  /// Whether the number of trials was requested, rather than being the maximum for a budget of time.
  let hasTrialsToCount: Bool

  /// Runs a search in this process alone, until nothing is left.
  ///
  /// - Parameters:
  ///   - mayStart: checked before each part of a trial.
  ///   - keep: receives every new record, and the search with it.
  /// - Throws: the errors of `keep`; as `Experiment.validated`.
  func run(
    _ search: ModelSearch, while mayStart: () -> Bool, keep: (TrialRecord, ModelSearch) throws -> Void
  ) throws {
    var search = search
    // The states are discarded with the search.
    var paused: [Int: TrainerState] = [:]
    while let task = search.ready().first, mayStart() {
      let fitted = try fit(begin(task, from: paused.removeValue(forKey: task.step.trial)))
      _ = search.add(fitted.record)
      try keep(fitted.record, search)
      paused[task.step.trial] = fitted.state
      let mayGoOn = plan.mayGoOn(after: search.records, task.step)
      paused = paused.filter { mayGoOn.contains($0.key) }
    }
  }

  /// Prepares a part of a trial.
  ///
  /// - Parameter state: its training so far; if it is not known, the earlier parts are repeated with the same result.
  /// - Throws: `HyperparameterError`.
  func begin(_ task: TrialTask, from state: TrainerState?) throws -> BegunTrial {
    var set = task.step.trial == 0 ? model : try model.setting(task.settings)
    let continuation = set.continuation(rows: experiment.split.train.rowCount)
    var pause: TrainingPause?
    switch continuation {
    case nil: break
    case .anew:
      if !isLast(task.step) { set = try set.setting(["epochs": .number(Double(plan.rungs[task.step.rung]))]) }
    case .fromState(let settled):
      let last = isLast(task.step) ? Int.max : max(plan.rungs[task.step.rung], settled)
      pause = TrainingPause(afterEpoch: last, from: state)
    }
    return BegunTrial(task: task, model: set, continuation: continuation, pause: pause)
  }

  /// Fits a part of a trial; a training that diverges or does not fit in memory is a failed trial.
  ///
  /// - Throws: `TrainingError.interrupted`, `EvaluationError`.
  func fit(_ begun: BegunTrial) throws -> FittedTrial {
    let task = begun.task
    var record = TrialRecord(
      model: model.name, trial: task.step.trial, rung: task.step.rung, settings: task.settings)
    do {
      try fit(begun, into: &record)
    } catch let error as TrainingError {
      if case .interrupted = error { throw error }
      record.failure = "\(error)"
    } catch let error as TooLittleMemory {
      record.failure = "\(error)"
    }
    if record.failure != nil { record.isComplete = true }
    return FittedTrial(record: record, state: record.isComplete ? nil : begun.pause?.state)
  }

  private func fit(_ begun: BegunTrial, into record: inout TrialRecord) throws {
    let (set, pause) = (begun.model, begun.pause)
    _ = try experiment.memoryNotes([set], limit: memoryLimit, resident: resident)
    let words = "\(model.name), trial \(record.trial)" + (hasTrialsToCount ? " of \(plan.trials)" : "")
    let fitted = try experiment.validated(set, named: words, metrics: metrics, pause: pause)
    record.isComplete = isLast(begun.task.step) || pause.map { $0.state == nil } ?? (begun.continuation == nil)
    if begun.continuation != nil {
      let epochs = fitted.fit.history.count
      record.plannedEpochs = try set.hyperparameters["epochs"]?.decoded(as: Int.self)
      (record.epochs, record.bestEpoch) = (epochs, fitted.fit.bestEpoch)
      record.newEpochs = epochs - (pause == nil ? 0 : begun.task.earlier?.epochs ?? 0)
    }
    if record.trial == 0 {
      let rows = fitted.fit.trainingRows
      let used = try set.setting(fitted.fit.chosen).settingsUsed(rows: rows).hyperparameters
      for dimension in space.dimensions { record.settings[dimension.name] = used[dimension.name] }
    }
    let metric = metrics[0]
    let score = fitted.scores.first { $0.metric == metric }
    guard let score, score.value.isFinite else {
      record.failure = "\(metric.key) on the validation part is not a finite number"
      return
    }
    (record.value, record.standardError) = (score.value, score.standardError)
    for score in fitted.scores where score.value.isFinite { record.metrics[score.metric.key] = score.value }
  }

  private func isLast(_ step: TrialPlan.Step) -> Bool { step.rung == plan.rungs.count - 1 }
}
