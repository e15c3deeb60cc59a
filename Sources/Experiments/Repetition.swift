import Autoencoders
public import Compute
import Evaluation
public import InteractionData

/// How a comparison is repeated: with several seeds, on several folds of the users, or both.
public struct Repetition: Sendable, Equatable {
  /// The number of seeds; the first is that of the comparison, the others are derived from it.
  public var seeds = 1
  /// The number of folds for each seed, each with the test users of one run; `nil` for one split.
  public var folds: Int?
  /// Whether every run has the split of the first, so that seeds affect only the training.
  public var keepsSplit = false

  /// One run.
  public init() {}

  /// Whether there is only one run.
  public var isSingle: Bool { seeds == 1 && folds == nil }

  /// Whether all runs have the same test users, if users are held out: on one split that is kept, or that the data
  /// already have.
  public func hasOneSplit(_ plan: ComparisonPlan) -> Bool {
    folds == nil && (seeds == 1 || keepsSplit || !plan.dividesUsers)
  }

  /// The runs, seed by seed.
  func runs(from seed: Seed) -> [(seed: Seed, fold: Fold?)] {
    (0..<seeds).flatMap { index -> [(seed: Seed, fold: Fold?)] in
      let own = seed.ofRun(index)
      guard let folds else { return [(own, nil)] }
      return (0..<folds).map { (own, Fold($0, of: folds)) }
    }
  }
}

/// One run of a repeated comparison.
public struct ComparedRun: Sendable {
  /// The seed of its split and training.
  public let seed: Seed
  /// The fold that was tested; `nil` without folds.
  public let fold: Fold?
  /// Kind, sizes, fingerprint.
  public let split: SplitDescription
  /// The models, in the order of the comparison.
  public let models: [ModelResult]
  /// Notes about the division.
  public let notes: [String]
}

extension ComparedRun: Encodable {
  private enum CodingKeys: String, CodingKey { case seed, fold, split, models, notes }

  /// Writes the fold as a number from 1.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(seed.value, forKey: .seed)
    try container.encodeIfPresent(fold.map { $0.index + 1 }, forKey: .fold)
    try container.encode(split, forKey: .split)
    try container.encode(models, forKey: .models)
    try container.encode(notes, forKey: .notes)
  }
}

extension Array<ComparedRun> {
  /// Whether all have the same split, so that they differ only in the training.
  public var haveOneSplit: Bool { allSatisfy { $0.fold == nil } && Set(map(\.split.hash)).count == 1 }
}

extension Comparison {
  /// Combines the runs of a repeated comparison: means over all values, with the errors, intervals and tests of
  /// ``RepeatedMeasurements``.
  ///
  /// Settings, history and recommendations of a model are those of its first run, its times are means over the runs. A
  /// metric of all users together has the mean over runs, with the standard error of a mean of so many numbers.
  ///
  /// - Parameter units: the users or cells of each run's values.
  /// - Precondition: there is a run, and all have the same models.
  init(_ runs: [ComparedRun], units: [[String]], metrics: [Metric]) {
    let repeated = RepeatedMeasurements(units)
    let models = runs[0].models.indices.map { place in
      ModelResult(runs.map { $0.models[place] }, repeated)
    }
    self.init(models, metrics: metrics, repeated: repeated)
    self.runs = runs
  }

  /// What means, intervals and tests are over, in a sentence; `nil` for a single run.
  var coverage: String? {
    guard let first = runs.first else { return nil }
    let seeds = Set(runs.map(\.seed.value)).count
    let division = first.fold.map { "\($0.count) folds of the users" }
    let what = [
      seeds > 1 ? "\(seeds) seeds\(runs.haveOneSplit ? " for training on one split" : "")" : nil, division,
    ]
    .compactMap(\.self).joined(separator: " and ")
    return "Means, errors, intervals and tests are over \(what): over users and runs, given these data."
  }
}

extension ModelResult {
  /// One model in several runs.
  fileprivate init(_ runs: [ModelResult], _ repeated: RepeatedMeasurements) {
    let first = runs[0]
    let count = Double(runs.count)
    func mean(_ seconds: (Seconds) -> Double) -> Double { runs.reduce(0) { $0 + seconds($1.seconds) } / count }
    let scores = first.scores.map { score in
      let own = runs.compactMap { $0[score.metric] }
      let values = own.compactMap(\.values)
      guard values.count == runs.count else {
        let each = MetricScore(score.metric, mean: own.map(\.value))
        return MetricScore(
          metric: score.metric, value: each.value, standardError: each.standardError, values: nil,
          degrees: count - 1)
      }
      let all = values.flatMap(\.self)
      let estimate = repeated.estimate(all)
      return MetricScore(
        metric: score.metric, value: estimate?.mean ?? score.value, standardError: estimate?.standardError, values: all,
        degrees: estimate?.degrees)
    }
    self.init(
      configuration: first.configuration, scores: scores, ranking: first.ranking, history: first.history,
      bestEpoch: first.bestEpoch, parameters: first.parameters,
      seconds: Seconds(train: mean(\.train), epoch: mean(\.epoch), evaluate: mean(\.evaluate)),
      notes: runs.map(\.notes).sharedNotes)
    (label, trials) = (first.label, first.trials)
  }
}

extension [[String]] {
  /// The notes of every run, and those of the first run whose numbers differ between runs.
  var sharedNotes: [String] {
    (first ?? []).map { note in
      allSatisfy { $0.contains(note) } ? note : "\(note) (first of \(count) runs)"
    }
  }
}
