import Compute
import InteractionData

/// One metric of one model.
public struct MetricScore: Sendable, Equatable {
  /// The metric.
  public let metric: Metric
  /// The value for the model.
  public let value: Double
  /// Its standard error; `nil` for a metric of all users together, and with fewer than two users or cells.
  public let standardError: Double?
  /// One value for each user (rankings) or cell (ratings), whose mean is ``value``, in the order of the runs; `nil` for
  /// a metric of all users together.
  public let values: [Double]?
  /// The degrees of freedom of ``standardError`` over several runs; `nil` for one run, where they follow from the
  /// number of values.
  public let degrees: Double?

  /// Creates a score.
  public init(metric: Metric, value: Double, standardError: Double?, values: [Double]?, degrees: Double? = nil) {
    self.metric = metric
    self.value = value
    self.standardError = standardError
    self.values = values
    self.degrees = degrees
  }

  /// Half the width of the 95 % confidence interval of ``value``; `nil` without a standard error.
  public var margin: Double? {
    standardError.map { error in
      error == 0 ? 0 : (degrees.map { Statistics.studentCritical(alpha: 0.05, degrees: $0) } ?? 1.96) * error
    }
  }

  /// The mean of `values` with its standard error, sd/√n with n − 1.
  public init(_ metric: Metric, mean values: [Double]) {
    self.init(
      metric: metric, value: Statistics.mean(values),
      standardError: values.count < 2 ? nil : Statistics.standardError(values), values: values)
  }
}

/// A note on the results.
public enum RankingNote: Sendable, Equatable, CustomStringConvertible {
  /// Users that were skipped because they had no held-out items or no input items.
  case skipped(users: Int)
  /// Users with fewer rankable items than the cut-off.
  case shortLists(cutoff: Int, users: Int)
  /// Users for whom every item of the list has the same score, so that the order of the vocabulary decided.
  case allTied(users: Int)

  /// The note in one sentence.
  public var description: String {
    switch self {
    case .skipped(let users):
      "\(counted(users, "user")) skipped: no input items or no held-out items"
    case .shortLists(let cutoff, let users):
      "\(counted(users, "user")) with fewer than \(counted(cutoff, "item")) to rank: their lists are shorter"
    case .allTied(let users):
      "\(counted(users, "user")) with equal scores for all listed items: ranked in vocabulary order"
    }
  }
}

/// How often each item was recommended.
public struct RecommendationCounts: Sendable, Equatable {
  /// The length of the lists that were counted.
  public let cutoff: Int
  /// For each item, the number of lists that have it; shape: I.
  public let counts: [Int]

  /// Creates counts.
  public init(cutoff: Int, counts: [Int]) {
    self.cutoff = cutoff
    self.counts = counts
  }
}

/// The evaluation of rankings by several metrics.
public struct RankingResult: Sendable, Equatable {
  /// The users, in the order of every list of values.
  public let userIDs: [String]
  /// One score for each requested metric, in that order.
  public let scores: [MetricScore]
  /// Notes with counts.
  public let notes: [RankingNote]
  /// How often each item was recommended, in lists of at most 20; `nil` if it was not counted.
  public let recommendations: RecommendationCounts?

  /// Creates a result.
  public init(
    userIDs: [String], scores: [MetricScore], notes: [RankingNote] = [],
    recommendations: RecommendationCounts? = nil
  ) {
    self.userIDs = userIDs
    self.scores = scores
    self.notes = notes
    self.recommendations = recommendations
  }

  /// The score of a metric, if it was requested.
  public subscript(metric: Metric) -> MetricScore? { scores.first { $0.metric == metric } }
}
