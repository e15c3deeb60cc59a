import Compute
import Presentation

/// A mean with the interval in which the true one lies, 95 times in 100.
public struct Measured: Sendable, Equatable, Encodable {
  /// The mean.
  public let value: Double
  /// The lower end of its 95 % interval.
  public let low: Double
  /// The upper end.
  public let high: Double

  /// Puts an interval together.
  public init(value: Double, low: Double, high: Double) {
    (self.value, self.low, self.high) = (value, low, high)
  }

  /// The mean of independent values, with Student's interval; an interval without ends where there are fewer than two.
  public init(_ values: [Double]) {
    self.init(value: Statistics.mean(values), spreading: values)
  }

  /// The ratio of two means over the same people or pairs, by the delta method.
  ///
  /// - Precondition: both have one value for each.
  public init(of values: [Double], dividedBy others: [Double]) {
    precondition(values.count == others.count, "\(values.count) values for \(others.count)")
    self.init(
      value: Statistics.mean(values) / Statistics.mean(others), spreading: Self.residuals(values, others))
  }

  private init(value: Double, spreading values: [Double]) {
    guard values.count > 1 else {
      self.init(value: value, low: -.infinity, high: .infinity)
      return
    }
    let reach =
      Statistics.standardError(values) * Statistics.studentCritical(alpha: 0.05, degrees: Double(values.count - 1))
    self.init(value: value, low: value - reach, high: value + reach)
  }

  /// The difference of two means of independent values, by Welch's test.
  public static func difference(_ a: [Double], _ b: [Double]) -> Measured {
    let value = Statistics.mean(a) - Statistics.mean(b)
    guard a.count > 1, b.count > 1 else { return Measured(value: value, low: -.infinity, high: .infinity) }
    let reach = Statistics.welchReach(
      (Statistics.standardError(a), a.count - 1), (Statistics.standardError(b), b.count - 1))
    return Measured(value: value, low: value - reach, high: value + reach)
  }

  /// What each pair adds to a ratio of means, to first order; their mean is 0.
  static func residuals(_ values: [Double], _ others: [Double]) -> [Double] {
    let (ratio, mean) = (Statistics.mean(values) / Statistics.mean(others), Statistics.mean(others))
    return zip(values, others).map { ($0 - ratio * $1) / mean }
  }

  /// A statistic of some people, with an interval from leaving out a tenth of them at a time (the grouped jackknife).
  ///
  /// - Parameter statistic: of the people that are kept, by their places.
  static func jackknife(people: Int, _ statistic: ([Int]) throws -> Double) rethrows -> Measured {
    try jackknife(people: people) { [try statistic($0)] }[0]
  }

  /// Several statistics that are found together.
  static func jackknife(people: Int, _ statistics: ([Int]) throws -> [Double]) rethrows -> [Measured] {
    let all = try statistics(Array(0..<people))
    let groups = min(10, people)
    let leftOut = try (0..<groups).map { left in try statistics((0..<people).filter { $0 % groups != left }) }
    return all.indices.map { index in
      let pseudo = leftOut.map { Double(groups) * all[index] - Double(groups - 1) * $0[index] }
      return Measured(value: all[index], spreading: pseudo)
    }
  }

  /// Whether the interval lies above a value.
  func isAbove(_ threshold: Double) -> Bool { low > threshold }
  /// Whether the interval lies below a value.
  func isBelow(_ threshold: Double) -> Bool { high < threshold }

  /// Such as `0.213 (95 % interval 0.190 to 0.236)`.
  func words(_ decimals: Int = 3) -> String {
    "\(Number.decimal(value, decimals)) (95 % interval \(Number.decimal(low, decimals)) to \(Number.decimal(high, decimals)))"
  }

  /// Such as `84 % (95 % interval 79 % to 88 %)`.
  var percent: String {
    "\(Number.percent(value, decimals: 0)) (95 % interval \(Number.percent(low, decimals: 0)) to "
      + "\(Number.percent(high, decimals: 0)))"
  }

  private enum CodingKeys: String, CodingKey { case value, interval }

  /// Writes the value and its interval, which is `null` where it has no ends.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(value.isFinite ? value : nil, forKey: .value)
    try container.encode(low.isFinite && high.isFinite ? [low, high] : nil, forKey: .interval)
  }
}
