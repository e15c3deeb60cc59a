import Compute

/// The difference of two models on the same test users (or ratings), with its significance.
///
/// A paired t-test on the per-user differences. Over the pairs of one metric, `pValue` carries ``Holm``'s
/// correction, and the interval belongs to the same procedure: the t-interval at level `1 − (1 − level) / count`, where
/// count is the number of pairs in Holm's step for this one (``Holm/counts(_:alpha:)``). So an interval excludes 0
/// exactly if the corrected p-value is below `1 − level`, and the probability that any interval wrongly excludes 0 is
/// at most that. Each interval by itself covers the true difference with at least the probability of the level.
/// Simultaneous intervals that are compatible with Holm's procedure exist (Strassburger and Bretz, Statistics in
/// Medicine 2008), but end at 0 for most significant differences.
///
/// There is no correction across metrics. In a single run, only the users vary; another seed or split is another
/// experiment. For several runs, the test is that of ``RepeatedMeasurements``, over users and runs.
public struct PairedComparison: Sendable, Equatable {
  /// The range in which the true difference lies, `[lower, upper]` in JSON.
  public struct Interval: Sendable, Equatable {
    /// The lower end.
    public let lower: Double
    /// The upper end.
    public let upper: Double

    /// Creates an interval.
    public init(lower: Double, upper: Double) {
      self.lower = lower
      self.upper = upper
    }
  }

  /// The first model.
  public let a: String
  /// The second model.
  public let b: String
  /// The metric.
  public let metric: Metric
  /// The mean over users of the value of `a` minus that of `b`.
  public let difference: Double
  /// The confidence interval of the difference, that of ``pValue``'s test; `nil` for fewer than two users.
  public let interval: Interval?
  /// The corrected two-sided p-value; `nil` for fewer than two users.
  public let pValue: Double?

  /// Creates a comparison.
  public init(
    a: String, b: String, metric: Metric, difference: Double, interval: Interval?, pValue: Double?
  ) {
    self.a = a
    self.b = b
    self.metric = metric
    self.difference = difference
    self.interval = interval
    self.pValue = pValue
  }

  /// Compares every pair of models, each with all that come after it.
  ///
  /// If a pair differs by the same amount for every user, there is no variance to test with: the interval is that
  /// amount, and p is 1 if it is 0, else 0.
  ///
  /// - Parameters:
  ///   - models: for each model its value for every user or cell, as in ``MetricScore/values``.
  ///   - metric: the metric of the values.
  ///   - level: the confidence level; a difference is significant if its corrected p-value is below `1 − level`.
  ///   - repeated: the users or cells of the values, if there are several runs; the values are in the order of the
  ///     runs.
  /// - Returns: n (n − 1) / 2 comparisons for n models.
  /// - Precondition: all models have equally many values, at least one, and `0 < level < 1`.
  public static func allPairs(
    of models: [(name: String, values: [Double])], metric: Metric, level: Double = 0.95,
    repeated: RepeatedMeasurements? = nil
  ) -> [PairedComparison] {
    precondition(0 < level && level < 1, "a confidence level of \(level)")
    let pairs = models.indices.flatMap { a in models.indices.dropFirst(a + 1).map { b in (a, b) } }
    let tests = pairs.map { a, b in PairedTest(models[a].values, models[b].values, repeated) }
    // All pairs have the same users, so either all tests have a p-value or none has.
    let pValues = tests.compactMap(\.pValue)
    let adjusted = Holm.adjusted(pValues)
    let counts = Holm.counts(pValues, alpha: 1 - level)
    return pairs.indices.map { index in
      PairedComparison(
        a: models[pairs[index].0].name, b: models[pairs[index].1].name, metric: metric,
        difference: tests[index].difference,
        interval: counts.isEmpty ? nil : tests[index].interval(alpha: (1 - level) / Double(counts[index])),
        pValue: adjusted.isEmpty ? nil : adjusted[index])
    }
  }
}

/// The paired t-test of one pair, uncorrected.
private struct PairedTest {
  let difference: Double
  let pValue: Double?
  private let error: Double
  private let degrees: Double

  init(_ a: [Double], _ b: [Double], _ repeated: RepeatedMeasurements?) {
    precondition(a.count == b.count && !a.isEmpty, "\(a.count) values against \(b.count)")
    let differences = zip(a, b).map { $0 - $1 }
    if let estimate = repeated?.estimate(differences) {
      (difference, error, degrees) = (estimate.mean, estimate.standardError, estimate.degrees)
      pValue =
        error > 0
        ? Statistics.twoSidedStudentP(t: difference / error, degrees: degrees) : difference == 0 ? 1 : 0
      return
    }
    degrees = Double(differences.count - 1)
    if differences.count < 2 {
      (difference, error, pValue) = (differences[0], 0, nil)
    } else if differences.allSatisfy({ $0 == differences[0] }) {
      // Compared value by value, because a computed deviation of equal numbers need not be exactly 0.
      (difference, error) = (differences[0], 0)
      pValue = difference == 0 ? 1 : 0
    } else {
      error = Statistics.standardError(differences)
      difference = Statistics.mean(differences)
      pValue = Statistics.twoSidedStudentP(t: difference / error, degrees: degrees)
    }
  }

  /// The differences that the test at this level does not reject.
  func interval(alpha: Double) -> PairedComparison.Interval {
    let margin = error == 0 ? 0 : Statistics.studentCritical(alpha: alpha, degrees: degrees) * error
    return PairedComparison.Interval(lower: difference - margin, upper: difference + margin)
  }
}

extension PairedComparison: Codable {
  private enum CodingKeys: String, CodingKey { case a, b, metric, difference, interval, pValue }

  /// Writes the keys of the JSON report.
  ///
  /// Written out because a missing value must be `null`, not absent.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(a, forKey: .a)
    try container.encode(b, forKey: .b)
    try container.encode(metric, forKey: .metric)
    try container.encode(difference, forKey: .difference)
    try container.encode(interval, forKey: .interval)
    try container.encode(pValue, forKey: .pValue)
  }
}

extension PairedComparison.Interval: Codable {
  /// Reads `[lower, upper]`.
  public init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    self.init(lower: try container.decode(Double.self), upper: try container.decode(Double.self))
  }

  /// Writes `[lower, upper]`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(lower)
    try container.encode(upper)
  }
}
