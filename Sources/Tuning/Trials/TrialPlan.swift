/// The order and length of trials: successive halving in brackets.
///
/// New trials come in brackets of nine. All trials of a bracket run up to the first rung; the best third of them,
/// rounded down, continues to the second, the best third of those to the third, and so on. At the end, the best of all
/// trials at a rung continues as well, and the best trial of all runs until it has had all epochs. The defaults, trial
/// 0, run to the end without a pause.
///
/// The next step depends only on the finished trials, so that a search can stop anywhere and continue.
///
/// Sources: Jamieson & Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS 2016; Li et al.,
/// "Hyperband", JMLR 18 (2018), for a third at each rung; brackets that share one model of the space as in Falkner, Klein &
/// Hutter, "BOHB", ICML 2018.
public struct TrialPlan: Sendable, Equatable {
  /// A part of a trial that runs without a pause.
  public struct Step: Sendable, Hashable {
    /// The number of the trial.
    public let trial: Int
    /// The rung up to which it runs.
    public let rung: Int
  }

  /// One of this many trials continues.
  static let reduction = 3
  /// The number of new trials in a bracket.
  static let bracket = 9
  /// The fewest epochs after which trainings are compared.
  static let leastEpochs = 10
  /// The fewest epochs that a separate training is planned for.
  static let leastPlanned = 6

  /// The number of trials, including the defaults.
  public let trials: Int
  /// The epochs up to each rung, the last of them all epochs; a single entry if trials run without pauses.
  public let rungs: [Int]
  private let sign: Double

  /// Plans trials.
  public init(trials: Int, rungs: [Int], largerIsBetter: Bool) {
    precondition(trials > 0 && !rungs.isEmpty, "\(trials) trials on \(rungs.count) rungs")
    self.trials = trials
    self.rungs = rungs
    sign = largerIsBetter ? 1 : -1
  }

  /// The rungs under a number of epochs: 10, 30, 90 and so on, and all; a rung is left out if less than a third of its
  /// epochs would remain after it.
  public static func rungs(under epochs: Int) -> [Int] {
    let most = max(leastEpochs, epochs)
    let lower = sequence(first: leastEpochs) { $0 > most / reduction ? nil : $0 * reduction }
    return lower.filter { 3 * epochs >= 4 * $0 } + [epochs]
  }

  /// The planned epochs of separate trainings: a ninth of all, a third, all, and so on downwards while a plan has
  /// `leastPlanned` epochs.
  public static func plans(upTo epochs: Int) -> [Int] {
    let plans = sequence(first: epochs) { above in
      let plan = Int((Double(above) / Double(reduction)).rounded())
      return plan < leastPlanned ? nil : plan
    }
    return plans.reversed()
  }

  private var top: Int { rungs.count - 1 }

  /// The numbers of the trials that a trial is compared with, including its own.
  public func bracket(of trial: Int) -> Range<Int> {
    if trial == 0 { return 0..<1 }
    let first = (trial - 1) / Self.bracket * Self.bracket + 1
    return first..<min(trials, first + Self.bracket)
  }

  /// The next step; `nil` at the end.
  public func next(after records: [TrialRecord]) -> Step? { ready(after: records).first }

  /// The steps that are certain to come and do not depend on each other's results, in the order in which a single
  /// process runs them; empty at the end.
  ///
  /// - Parameter records: those of each trial in their order.
  func ready(after records: [TrialRecord]) -> [Step] {
    var last: [Int: TrialRecord] = [:]
    for record in records where record.rung >= last[record.trial]?.rung ?? 0 { last[record.trial] = record }
    // No bracket depends on the defaults.
    let defaults = last[0] == nil ? [Step(trial: 0, rung: top)] : []
    func first(_ new: [Int]) -> [Step] { defaults + new.map { Step(trial: $0, rung: 0) } }
    // Where no trial is stopped, brackets have no meaning.
    if top == 0 { return first((1..<max(1, trials)).filter { last[$0] == nil }) }
    var start = 1
    while start < trials {
      let bracket = bracket(of: start)
      let new = bracket.filter { last[$0] == nil }
      if !new.isEmpty { return first(new) }
      var left = Array(bracket)
      for rung in 0..<top {
        left = Array(ranked(left, at: rung, records).prefix(left.count / Self.reduction))
        let waiting = left.filter { trial in last[trial].map { !$0.isComplete && $0.rung <= rung } ?? false }
        if !waiting.isEmpty { return defaults + waiting.map { Step(trial: $0, rung: rung + 1) } }
      }
      start = bracket.upperBound
    }
    return defaults.isEmpty ? [lastStep(after: records, last)].compactMap(\.self) : defaults
  }

  /// The next step after all brackets, each of which depends on the one before.
  private func lastStep(after records: [TrialRecord], _ last: [Int: TrialRecord]) -> Step? {
    for rung in 0..<top {
      guard let best = ranked(Array(1..<max(1, trials)), at: rung, records).first, let reached = last[best] else {
        break
      }
      if !reached.isComplete, reached.rung <= rung { return Step(trial: best, rung: rung + 1) }
    }
    guard let best = records.trials(largerIsBetter: sign > 0).ranked.first, best.score != nil,
      let reached = last[best.number], !reached.isComplete, reached.rung < top
    else { return nil }
    return Step(trial: best.number, rung: reached.rung + 1)
  }

  /// The maximum number of paused trainings while another runs, each with its state: the others of the bracket, and the
  /// best of earlier ones at each rung.
  public var mostWaiting: Int {
    if top == 0 { return 0 }
    let others = max(0, min(Self.bracket, trials - 1) - 1)
    return others + (trials - 1 > Self.bracket ? top : 0)
  }

  /// The trials that may still continue after a step: those of its bracket, and the best of all at each rung.
  func mayGoOn(after records: [TrialRecord], _ step: Step) -> Set<Int> {
    let best = (0..<top).compactMap { ranked(Array(1..<max(1, trials)), at: $0, records).first }
    return Set(bracket(of: step.trial)).union(best)
  }

  /// Trials by their value at a rung, the best first; failed trials are left out.
  private func ranked(_ trials: [Int], at rung: Int, _ records: [TrialRecord]) -> [Int] {
    let values = trials.compactMap { trial -> (trial: Int, score: Double)? in
      // A training that ended before the rung keeps its final value there.
      let reached = records.last { $0.trial == trial && $0.rung <= rung }
      return reached?.value.map { (trial, sign * $0) }
    }
    return values.sorted { (-$0.score, $0.trial) < (-$1.score, $1.trial) }.map(\.trial)
  }
}
