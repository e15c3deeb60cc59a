public import FileFormats

/// One measure of an audit: what the synthetic users reach, what real users reach, and what follows from it.
public struct AuditMeasure: Sendable, Equatable {
  /// What was measured.
  public let kind: AuditMeasureKind
  /// The value of the synthetic users; `nil` when it cannot be computed.
  public let value: Double?
  /// The standard error of ``value``, from users drawn at random, where there is one.
  public let standardError: Double?
  /// The same value for real users whom the generator has not seen, in place of the synthetic ones: what real data reach.
  public let ceiling: Double?
  /// The standard error of ``ceiling``.
  public let ceilingError: Double?
  /// How much worse the synthetic users are than real ones, with what chance allows.
  public let gap: AuditGap?
  /// What follows.
  public let judgement: AuditJudgement
  /// Further numbers of this measure by name, such as the p-value of `mmd`.
  public let details: [String: Double]
  /// One sentence: what the numbers prove.
  public let sentence: String

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

/// How much worse synthetic users are than real ones on a measure; 0 is as good, negative is better.
public struct AuditGap: Sendable, Equatable {
  /// The gap, in the units of the measure.
  public let size: Double
  /// The lower end of the interval that holds the true gap with the probability ``AuditGap/level``.
  public let lower: Double
  /// The upper end.
  public let upper: Double
  /// The largest gap that is taken as small: a choice of this toolkit, named beside every verdict.
  public let margin: Double

  /// The probability of the intervals: 99 %, since an audit looks at more than a dozen measures at once.
  public static let level = 0.99

  /// Creates a gap.
  public init(size: Double, lower: Double, upper: Double, margin: Double) {
    self.size = size
    self.lower = lower
    self.upper = upper
    self.margin = margin
  }
}

/// What an audit concludes from one measure.
///
/// The interval of the gap decides together with the margin: a gap is only called small or large when all of its interval is.
public enum AuditJudgement: String, Sendable, Equatable, CaseIterable, Codable {
  /// No difference from real users could be shown, and a gap larger than the margin is ruled out.
  case atCeiling = "at the ceiling"
  /// A difference is shown, and it is smaller than the margin.
  case near = "near the ceiling"
  /// The interval holds gaps on both sides of the margin: more users are needed.
  case open
  /// A gap larger than the margin is shown.
  case fails
  /// There is nothing to hold the value against.
  case notJudged = "not judged"

  /// Whether real users are matched, as far as the margin goes.
  public var passes: Bool { self == .atCeiling || self == .near }
}

extension AuditMeasure {
  /// The member of the JSON document.
  public var json: JSONValue {
    var gapValue = JSONValue.null
    if let gap {
      gapValue = .object([
        "size": .number(gap.size), "interval": .array([.number(gap.lower), .number(gap.upper)]),
        "margin": .number(gap.margin),
      ])
    }
    func optional(_ number: Double?) -> JSONValue { number.map { .number($0) } ?? .null }
    return .object([
      "measure": .string(kind.rawValue), "value": optional(value), "standardError": optional(standardError),
      "ceiling": optional(ceiling), "ceilingStandardError": optional(ceilingError), "gap": gapValue,
      "verdict": .string(judgement.rawValue), "details": .object(details.mapValues { .number($0) }),
      "sentence": .string(sentence),
    ])
  }
}
