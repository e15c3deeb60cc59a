public import Autoencoders
public import Evaluation

/// The scores and cost of one model.
public struct ModelResult: Sendable {
  /// The model, with the hyper-parameters used.
  public let configuration: any ZooModel
  /// The value of every requested metric.
  public let scores: [MetricScore]
  /// The values by user, for ranking models.
  public var ranking: RankingResult?
  /// Every epoch; empty for closed forms.
  public let history: [EpochRecord]
  /// The epoch that validation chose.
  public let bestEpoch: Int
  /// The number of weights.
  public let parameters: Int
  /// The times.
  public let seconds: Seconds
  /// Notes with counts.
  public var notes: [String]
  /// Its label, if a comparison has the model twice; `nil` for the model's own name.
  public var label: String?
  /// The number of trials from which its settings were chosen; `nil` without a search.
  public var trials: Int?

  /// Wall-clock seconds.
  public struct Seconds: Codable, Sendable, Equatable {
    /// Fitting, including validation and a second fit.
    public var train: Double
    /// One pass over the training users, on average.
    public var epoch: Double
    /// Scoring and ranking the test users.
    public var evaluate: Double

    /// Creates the times.
    public init(train: Double = 0, epoch: Double = 0, evaluate: Double = 0) {
      (self.train, self.epoch, self.evaluate) = (train, epoch, evaluate)
    }
  }

  /// Creates the result of one model.
  public init(
    configuration: any ZooModel, scores: [MetricScore], ranking: RankingResult? = nil, history: [EpochRecord] = [],
    bestEpoch: Int = 0, parameters: Int = 0, seconds: Seconds = Seconds(), notes: [String] = []
  ) {
    (self.configuration, self.scores, self.ranking, self.history) = (configuration, scores, ranking, history)
    (self.bestEpoch, self.parameters, self.seconds, self.notes) = (bestEpoch, parameters, seconds, notes)
  }

  /// Its name in tables: ``label``, or the model's name.
  public var name: String { label ?? configuration.name }

  /// Training users per second, without validation; 0 for closed forms.
  public var usersPerSecond: Double {
    let seconds = history.reduce(0) { $0 + $1.seconds }
    return seconds > 0 ? Double(history.reduce(0) { $0 + $1.users }) / seconds : 0
  }

  /// The value of one metric.
  public subscript(metric: Metric) -> MetricScore? { scores.first { $0.metric == metric } }
}

extension [EpochRecord] {
  /// The mean duration of an epoch.
  var secondsPerEpoch: Double { isEmpty ? 0 : reduce(0) { $0 + $1.seconds } / Double(count) }
}
