import Autoencoders
import Compute
import Evaluation
import FileFormats

/// A part of a trial that can be fitted.
struct TrialTask: Sendable, Equatable {
  /// The trial, and the rung up to which it runs.
  let step: TrialPlan.Step
  /// The searched settings; empty for the defaults.
  let settings: [String: JSONValue]
  /// The last record of the trial's earlier parts.
  let earlier: TrialRecord?
}

/// The search for the settings of one model: the results, and the parts of trials that follow from them.
///
/// Nothing here depends on who fits a trial, or on the order in which trials finish. Results are put into the order in
/// which a single process obtains them.
struct ModelSearch: Sendable {
  /// The model with the user's settings, which are trial 0.
  let model: any ZooModel
  /// The search space.
  let space: SearchSpace
  /// The order of trials.
  let plan: TrialPlan
  /// The optimised metric.
  let metric: Metric
  /// The seed.
  let seed: Seed
  /// The number of trials that are proposed without the results of each other.
  let atOnce: Int
  /// The results in the order of a single process, up to the first one that is missing.
  private(set) var records: [TrialRecord]
  /// Results after the first missing one.
  private var ahead: [TrialPlan.Step: TrialRecord] = [:]
  /// Results of an earlier run for which there has been no task yet.
  private var kept: [TrialPlan.Step: TrialRecord]
  /// The settings proposed so far, by trial.
  private var proposed: [Int: [String: JSONValue]] = [:]

  /// Begins or continues a search.
  ///
  /// - Parameters:
  ///   - records: the results of an earlier run, in order.
  ///   - kept: other results of an earlier run, in any order; they are used for the tasks that gave them.
  init(
    _ model: any ZooModel, over space: SearchSpace, plan: TrialPlan, metric: Metric, seed: Seed, atOnce: Int = 1,
    after records: [TrialRecord] = [], keeping kept: [TrialRecord] = []
  ) {
    (self.model, self.space, self.plan, self.metric) = (model, space, plan, metric)
    (self.seed, self.atOnce, self.records) = (seed, atOnce, records)
    self.kept = Dictionary(kept.map { ($0.step, $0) }) { $1 }
  }

  /// All results; those of each trial are in their order.
  var results: [TrialRecord] { records + ahead.values.sorted { ($0.trial, $0.rung) < ($1.trial, $1.rung) } }

  /// Whether no trial is left.
  var isFinished: Bool { plan.next(after: records) == nil }

  /// Adds a result.
  ///
  /// - Returns: the records that are now in order: none if an earlier one is missing, several if this one was missing.
  mutating func add(_ record: TrialRecord) -> [TrialRecord] {
    ahead[record.step] = record
    var inOrder: [TrialRecord] = []
    while let step = plan.next(after: records), let next = ahead.removeValue(forKey: step) {
      records.append(next)
      inOrder.append(next)
    }
    return inOrder
  }

  /// Adds the results of an earlier run that are those of the next tasks.
  mutating func addKept() {
    while !kept.isEmpty {
      let known = ready().compactMap { task in kept[task.step].flatMap { task.gave($0) ? $0 : nil } }
      if known.isEmpty { return }
      for record in known {
        kept[record.step] = nil
        _ = add(record)
      }
    }
  }

  /// What can be fitted now, in the order of a single process; the first is what that process fits next.
  ///
  /// - Returns: also tasks that are being fitted; empty if everything else depends on these, or at the end.
  mutating func ready() -> [TrialTask] {
    let results = results
    var tasks: [TrialTask] = []
    for step in plan.ready(after: results) {
      let earlier = results.last { $0.trial == step.trial }
      // New trials come in order: if this one has no settings yet, the next ones have none either.
      guard let settings = earlier?.settings ?? proposal(for: step.trial, results) else { break }
      tasks.append(TrialTask(step: step, settings: settings, earlier: earlier))
    }
    return tasks
  }

  /// The trials that can continue after the tasks that are ready or running.
  func mayGoOn(besides running: [TrialPlan.Step]) -> Set<Int> {
    let results = results
    return (plan.ready(after: results) + running).reduce(into: []) { trials, step in
      trials.formUnion(plan.mayGoOn(after: results, step))
    }
  }

  /// The trials from the best to the worst.
  var ranking: [Int] { results.trials(largerIsBetter: metric.kind.largerIsBetter).ranked.map(\.number) }

  // MARK: Proposals

  /// The settings of a trial without results; `nil` if trials on which they depend have none either.
  private mutating func proposal(for trial: Int, _ results: [TrialRecord]) -> [String: JSONValue]? {
    if trial == 0 { return [:] }
    if let settings = proposed[trial] { return settings }
    let sampler = ParzenSampler(space)
    var (history, pending): ([SearchPoint], [[Double]]) = ([], [])
    if trial >= sampler.startUpTrials {
      let first = firstPending(for: trial, after: sampler.startUpTrials)
      guard let place = place(ofNew: first) else { return nil }
      history = points(of: Array(records[..<place]))
      for other in first..<trial {
        let known = results.first { $0.trial == other }?.settings
        guard let settings = known ?? proposal(for: other, results) else { return nil }
        if let point = space.point(of: settings) { pending.append(point) }
      }
    }
    let settings = space.settings(at: sampler.proposal(trial: trial, after: history, pending: pending, seed: seed))
    proposed[trial] = settings
    return settings
  }

  /// The first trial whose result a new trial does not wait for: itself, if trials are proposed one by one.
  ///
  /// All trials of a bracket have results before one of the next bracket begins.
  private func firstPending(for trial: Int, after startUpTrials: Int) -> Int {
    let first = plan.rungs.count > 1 ? plan.bracket(of: trial).lowerBound : startUpTrials
    return min(trial, max(first, startUpTrials, trial - atOnce + 1))
  }

  /// The number of records before the first of a new trial; `nil` if some of these are missing.
  private func place(ofNew trial: Int) -> Int? {
    if let place = records.firstIndex(where: { $0.trial == trial }) { return place }
    return plan.next(after: records) == TrialPlan.Step(trial: trial, rung: 0) ? records.count : nil
  }

  private func points(of records: [TrialRecord]) -> [SearchPoint] {
    records.trials(largerIsBetter: metric.kind.largerIsBetter).compactMap { trial in
      space.point(of: trial.best.settings).map { SearchPoint($0, value: trial.score) }
    }
  }
}

extension TrialTask {
  /// Whether a record of the same step is the result of this task.
  fileprivate func gave(_ record: TrialRecord) -> Bool {
    // The record of the defaults has the settings that they stand for.
    step.trial == 0 || record.settings == settings
  }
}

extension TrialRecord {
  /// The part of the trial that it is the result of.
  var step: TrialPlan.Step { TrialPlan.Step(trial: trial, rung: rung) }
}
