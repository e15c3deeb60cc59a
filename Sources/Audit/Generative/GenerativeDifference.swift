import Compute
import Foundation

/// How much farther one contender is from real users than another, on one measure.
///
/// A contender falls short of the ceiling by so much, or by nothing when it is at or beyond it: nearer to the training users than
/// unseen people are is no merit. Both are held against the same users, which makes them vary together; taking their errors as
/// independent makes intervals too wide rather than too narrow.
public struct GenerativeDifference: Sendable, Equatable {
  /// The first contender.
  public let a: String
  /// The second.
  public let b: String
  /// What was measured.
  public let kind: AuditMeasureKind
  /// By how much more `a` falls short of the ceiling than `b`; negative where `a` is nearer to real users.
  public let difference: Double
  /// The lower end of the simultaneous interval.
  public let lower: Double
  /// The upper end.
  public let upper: Double
  /// The two-sided p-value, corrected for the number of comparisons (Bonferroni).
  public let pValue: Double

  /// The probability with which all intervals of a table hold together.
  public static let level = 0.95

  /// Whether `a` is shown to be nearer to real users.
  public var showsNearer: Bool { upper < 0 }
  /// Whether `b` is.
  public var showsFarther: Bool { lower > 0 }

  /// Compares two values of one measure; `nil` where either is missing.
  ///
  /// - Parameter comparisons: how many are made in all.
  package init?(
    _ a: (name: String, measure: AuditMeasure?), _ b: (name: String, measure: AuditMeasure?), comparisons: Int
  ) {
    guard let first = a.measure, let second = b.measure, first.kind == second.kind,
      let sizes = Self.gaps(first, second), let one = first.standardError, let other = second.standardError
    else { return nil }
    let (short, long) = (max(0, sizes.0), max(0, sizes.1))
    var variance = one * one + other * other
    // Where one alone stops at the ceiling, the error of the ceiling does not cancel.
    if (sizes.0 < 0) != (sizes.1 < 0) {
      let ceiling = first.ceilingError ?? 0
      variance += ceiling * ceiling
    }
    let error = variance.squareRoot()
    let reach = Statistics.normalCritical(level: 1 - (1 - Self.level) / Double(max(1, comparisons))) * error
    (self.a, self.b, kind) = (a.name, b.name, first.kind)
    difference = short - long
    (lower, upper) = (difference - reach, difference + reach)
    let tail = error > 0 ? 2 * Statistics.normalBelow(-abs(difference) / error) : difference == 0 ? 1 : 0
    pValue = min(1, tail * Double(max(1, comparisons)))
  }

  private static func gaps(_ a: AuditMeasure, _ b: AuditMeasure) -> (Double, Double)? {
    guard let first = a.gap?.size, let second = b.gap?.size else { return nil }
    return (first, second)
  }
}

extension GenerativeDifference: Encodable {
  private enum CodingKeys: String, CodingKey { case a, b, metric, difference, interval, pValue }

  /// The ends of the interval as a list of two.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(a, forKey: .a)
    try container.encode(b, forKey: .b)
    try container.encode(kind, forKey: .metric)
    try container.encode(difference, forKey: .difference)
    try container.encode([lower, upper], forKey: .interval)
    try container.encode(pValue, forKey: .pValue)
  }
}
