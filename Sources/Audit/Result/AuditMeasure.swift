public import FileFormats

/// One measure of an audit: its value for synthetic users, its value for real users, and the verdict.
public struct AuditMeasure: Sendable, Equatable, Encodable {
  /// The measure.
  public let kind: AuditMeasureKind
  /// The value of the synthetic users; `nil` when it cannot be computed.
  @OrNull public private(set) var value: Double?
  /// The standard error of ``value``, from users drawn at random, where there is one.
  @OrNull public private(set) var standardError: Double?
  /// The value of real users that the generator has not seen, in place of the synthetic ones.
  @OrNull public private(set) var ceiling: Double?
  /// The standard error of ``ceiling``.
  @OrNull public private(set) var ceilingError: Double?
  /// How much worse the synthetic users are than real ones, with an interval.
  @OrNull public private(set) var gap: AuditGap?
  /// The verdict.
  public let judgement: AuditJudgement
  /// Further numbers of this measure by name, such as the p-value of `mmd`.
  public let details: [String: Double]
  /// The verdict in one sentence.
  public let sentence: String

  private enum CodingKeys: String, CodingKey {
    case kind = "measure"
    case ceilingError = "ceilingStandardError"
    case judgement = "verdict"
    case value, standardError, ceiling, gap, details, sentence
  }

  /// Creates a measure.
  public init(
    kind: AuditMeasureKind, value: Double?, standardError: Double? = nil, ceiling: Double? = nil,
    ceilingError: Double? = nil, gap: AuditGap? = nil, judgement: AuditJudgement,
    details: [String: Double] = [:], sentence: String
  ) {
    self.kind = kind
    self.value = value
    self.standardError = standardError
    self.ceiling = ceiling
    self.ceilingError = ceilingError
    self.gap = gap
    self.judgement = judgement
    self.details = details
    self.sentence = sentence
  }
}

extension Sequence<AuditMeasure> {
  /// Those that could be judged.
  package var judged: [AuditMeasure] { filter { $0.judgement != .notJudged } }
}

/// How much worse synthetic users are than real ones on a measure: 0 is equal, negative is better.
public struct AuditGap: Sendable, Equatable {
  /// The gap, in the units of the measure.
  public let size: Double
  /// The lower end of the interval that holds the true gap with the probability ``AuditGap/level``.
  public let lower: Double
  /// The upper end.
  public let upper: Double
  /// The largest gap that counts as small: a choice of this toolkit, stated with every verdict.
  public let margin: Double

  /// The level of the intervals: 99 %, since an audit has more than a dozen measures.
  public static let level = 0.99

  /// Creates a gap.
  public init(size: Double, lower: Double, upper: Double, margin: Double) {
    self.size = size
    self.lower = lower
    self.upper = upper
    self.margin = margin
  }
}

/// The verdict on one measure.
///
/// A gap counts as small or large only when its whole interval is on one side of the margin.
public enum AuditJudgement: String, Sendable, Equatable, CaseIterable, Codable {
  /// No significant difference from real users, and a gap above the margin is ruled out.
  case atCeiling = "at the ceiling"
  /// A significant difference, smaller than the margin.
  case near = "near the ceiling"
  /// The interval holds gaps on both sides of the margin: more users are needed.
  case open
  /// A gap significantly larger than the margin.
  case fails
  /// There is no value of real users to compare with.
  case notJudged = "not judged"

  /// Whether synthetic users match real ones within the margin.
  public var passes: Bool { self == .atCeiling || self == .near }
}

extension AuditGap: Encodable {
  private enum CodingKeys: String, CodingKey { case size, interval, margin }

  /// The ends of the interval as a list of two.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(size, forKey: .size)
    try container.encode([lower, upper], forKey: .interval)
    try container.encode(margin, forKey: .margin)
  }
}

extension [AuditMeasure] {
  /// The areas under the curve of all attackers who infer membership.
  var attacks: [AuditMeasure] { filter(\.kind.isAttackArea) }

  /// The largest of ``attacks``; `nil` where none could be computed.
  var strongestAttack: AuditMeasure? {
    attacks.filter { $0.value != nil }.max { ($0.value ?? 0) < ($1.value ?? 0) }
  }
}
