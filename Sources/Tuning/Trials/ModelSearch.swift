import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats
import Foundation

/// The search for the settings of one model.
struct ModelSearch<Split: TaskSplit> {
  /// The model with the user's settings, which are trial 0.
  let model: any ZooModel
  /// The search space.
  let space: SearchSpace
  /// Data without a test part, seed, metric.
  let experiment: Experiment<Split>
  /// The order of trials.
  let plan: TrialPlan
  /// The metrics, the optimised one first.
  let metrics: [Metric]
  /// The most memory that a trial may need, in bytes; `nil` for the machine's.
  let memoryLimit: Int?
  /// Whether the number of trials was requested, rather than being the maximum for a budget of time.
  var hasTrialsToCount = true
  /// The memory in use before the first trial, in bytes.
  ///
  /// The memory of paused trainings is known beforehand (``memory``), so that whether a trial fits depends only on its
  /// settings.
  private let resident = ProcessMemory.resident
  /// The trainings that may continue, by trial.
  private var paused: [Int: TrainerState] = [:]

  init(
    _ model: any ZooModel, over space: SearchSpace, in experiment: Experiment<Split>, plan: TrialPlan,
    metrics: [Metric],
    memoryLimit: Int?
  ) {
    (self.model, self.space, self.experiment) = (model, space, experiment)
    (self.plan, self.metrics, self.memoryLimit) = (plan, metrics, memoryLimit)
  }

  private var metric: Metric { metrics[0] }

  /// Runs trials until all are done.
  ///
  /// - Parameters:
  ///   - records: the records of earlier trials.
  ///   - mayGoOn: checked before each part of a trial.
  ///   - keep: receives every new record.
  /// - Returns: all records.
  /// - Throws: ``TooLittleSearchMemory`` before the first trial; the errors of `keep`; as `Experiment.validated`.
  mutating func run(
    after records: [TrialRecord], while mayGoOn: () -> Bool, keep: (TrialRecord) throws -> Void
  ) throws -> [TrialRecord] {
    var records = records
    while let step = plan.next(after: records), mayGoOn() {
      let record = try run(step, after: records)
      try keep(record)
      records.append(record)
      forgetTrainings(after: records, step)
    }
    return records
  }

  private mutating func run(_ step: TrialPlan.Step, after records: [TrialRecord]) throws -> TrialRecord {
    let earlier = records.last { $0.trial == step.trial }
    let settings = earlier?.settings ?? (step.trial == 0 ? [:] : proposal(for: step.trial, after: records))
    var record = TrialRecord(model: model.name, trial: step.trial, rung: step.rung, settings: settings)
    do {
      try run(&record, after: earlier)
    } catch let error as TrainingError {
      if case .interrupted = error { throw error }
      record.failure = "\(error)"
    } catch let error as TooLittleMemory {
      record.failure = "\(error)"
    }
    if record.failure != nil { record.isComplete = true }
    return record
  }

  private mutating func run(_ record: inout TrialRecord, after earlier: TrialRecord?) throws {
    let isLast = record.rung == plan.rungs.count - 1
    let rows = experiment.split.train.rowCount
    var set = record.trial == 0 ? model : try model.setting(record.settings)
    let continuation = set.continuation(rows: rows)
    var pause: TrainingPause?
    switch continuation {
    case nil: break
    case .anew: if !isLast { set = try set.setting(["epochs": .number(Double(plan.rungs[record.rung]))]) }
    case .fromState(let settled):
      let last = isLast ? Int.max : max(plan.rungs[record.rung], settled)
      pause = TrainingPause(afterEpoch: last, from: paused.removeValue(forKey: record.trial))
    }
    _ = try experiment.memoryNotes([set], limit: memoryLimit, resident: resident)
    let words = "\(model.name), trial \(record.trial)" + (hasTrialsToCount ? " of \(plan.trials)" : "")
    let fitted = try experiment.validated(set, named: words, metrics: metrics, pause: pause)
    paused[record.trial] = pause?.state
    record.isComplete = isLast || pause.map { $0.state == nil } ?? (continuation == nil)
    if continuation != nil {
      let epochs = fitted.fit.history.count
      record.plannedEpochs = try set.hyperparameters["epochs"]?.decoded(as: Int.self)
      (record.epochs, record.bestEpoch) = (epochs, fitted.fit.bestEpoch)
      record.newEpochs = epochs - (pause == nil ? 0 : earlier?.epochs ?? 0)
    }
    if record.trial == 0 {
      let used = try set.setting(fitted.fit.chosen).settingsUsed(rows: fitted.fit.trainingRows).hyperparameters
      for dimension in space.dimensions { record.settings[dimension.name] = used[dimension.name] }
    }
    let score = fitted.scores.first { $0.metric == metric }
    guard let score, score.value.isFinite else {
      record.failure = "\(metric.key) on the validation part is not a finite number"
      return
    }
    (record.value, record.standardError) = (score.value, score.standardError)
    for score in fitted.scores where score.value.isFinite { record.metrics[score.metric.key] = score.value }
  }

  /// The settings of a new trial.
  private func proposal(for trial: Int, after records: [TrialRecord]) -> [String: JSONValue] {
    let history = records.trials(largerIsBetter: metric.kind.largerIsBetter).compactMap { trial in
      space.point(of: trial.best.settings).map { SearchPoint($0, value: trial.score) }
    }
    return space.settings(
      at: ParzenSampler(space).proposal(trial: trial, after: history, seed: experiment.seed))
  }

  /// Frees the memory of trainings that cannot continue any more.
  private mutating func forgetTrainings(after records: [TrialRecord], _ step: TrialPlan.Step) {
    let mayGoOn = plan.mayGoOn(after: records, step)
    paused = paused.filter { mayGoOn.contains($0.key) }
  }
}
