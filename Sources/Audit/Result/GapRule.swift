import Compute
import Foundation
import Presentation

/// Turns two values and an error into a gap, a judgement and a sentence.
package enum GapRule {
  /// A ceiling or margin below this is 0 but for rounding.
  private static let nothing = 1e-9

  /// Whether the margin of a measure is a share of its ceiling.
  private static func isShare(_ kind: AuditMeasureKind) -> Bool {
    margin(kind, ceiling: 0) == 0 && kind != .rankingAgreement
  }

  /// The margin of each measure.
  static func margin(_ kind: AuditMeasureKind, ceiling: Double) -> Double {
    switch kind {
    case .popularity, .popularityRank, .coOccurrence, .liftCorrelation, .precision, .recall, .density, .coverage:
      0.1 * abs(ceiling)
    case .neighbourRatio, .profileLength, .popularityGini, .closestRecordShare, .meanDiscrepancy: 0.05
    // Among rare items nearly all cells are "neither", and even noise is above 0.97.
    case .pairTrends: 0.01
    case .twoSampleTest, .membershipAUC, .densityMembershipAUC, .likelihoodMembershipAUC,
      .shadowMembershipAUC:
      0.1
    case .membershipTPR, .densityMembershipTPR, .likelihoodMembershipTPR, .shadowMembershipTPR: 0.05
    case .exactCopies, .holdoutCopies: 0.01
    case .popularityUtility, .vaeUtility: 0.15 * abs(ceiling)
    case .augmentation: 0.05 * abs(ceiling)
    case .rankingAgreement: 0
    }
  }

  static func gap(
    _ kind: AuditMeasureKind, value: Double, ceiling: Double, error: Double, margin: Double? = nil
  ) -> AuditGap {
    let reach = Statistics.normalCritical(level: AuditGap.level) * error
    let margin = margin ?? Self.margin(kind, ceiling: ceiling)
    let difference = ceiling - value
    switch kind.direction {
    case .higherIsBetter:
      return AuditGap(size: difference, lower: difference - reach, upper: difference + reach, margin: margin)
    case .lowerIsBetter:
      return AuditGap(size: -difference, lower: -difference - reach, upper: -difference + reach, margin: margin)
    case .equalIsBest:
      let size = abs(difference)
      return AuditGap(size: size, lower: max(0, size - reach), upper: size + reach, margin: margin)
    }
  }

  static func judgement(_ gap: AuditGap) -> AuditJudgement {
    if gap.lower > gap.margin { return .fails }
    if gap.upper <= gap.margin { return gap.lower > 0 ? .near : .atCeiling }
    return .open
  }

  static func sentence(_ gap: AuditGap, _ judgement: AuditJudgement) -> String {
    let range = "99 % interval \(Number.decimal(gap.lower)) to \(Number.decimal(gap.upper))"
    let (size, margin) = (Number.decimal(gap.size), Number.decimal(gap.margin))
    switch judgement {
    case .atCeiling:
      return "No significant difference from real users; a gap above \(margin) is ruled out (\(range))."
    case .near: return "Worse than real users by \(size) (\(range)), less than \(margin)."
    case .fails: return "Worse than real users by \(size) (\(range)), more than \(margin)."
    case .open:
      return gap.lower > 0
        ? "Worse than real users (\(range)), but more users are needed to decide whether by more than \(margin)."
        : "No significant difference, but more users are needed to rule out a gap above \(margin) (\(range))."
    case .notJudged: return "Not judged."
    }
  }

  package static func measure(
    _ kind: AuditMeasureKind, value: Double?, standardError: Double? = nil, ceiling: Double?,
    ceilingError: Double? = nil, gapError: Double? = nil, margin: Double? = nil, details: [String: Double] = [:],
    remark: String = "", missing: String = "Not defined for these users."
  ) -> AuditMeasure {
    guard let value, value.isFinite, let ceiling, ceiling.isFinite else {
      return AuditMeasure(
        kind: kind, value: value.flatMap { $0.isFinite ? $0 : nil }, standardError: standardError, ceiling: ceiling,
        ceilingError: ceilingError, judgement: .notJudged, details: details, sentence: missing)
    }
    // Where real users themselves reach nothing, nobody can fall short of them.
    if isShare(kind) && ceiling < nothing || (margin ?? 1) < nothing {
      return AuditMeasure(
        kind: kind, value: value, standardError: standardError, ceiling: ceiling, ceilingError: ceilingError,
        judgement: .notJudged, details: details,
        sentence: "Unseen real users reach \(Number.decimal(ceiling)) themselves, so the measure says nothing here.")
    }
    let error = gapError ?? hypot(standardError ?? 0, ceilingError ?? 0)
    let gap = gap(kind, value: value, ceiling: ceiling, error: error, margin: margin)
    let judgement = judgement(gap)
    return AuditMeasure(
      kind: kind, value: value, standardError: standardError, ceiling: ceiling, ceilingError: ceilingError, gap: gap,
      judgement: judgement, details: details,
      sentence: sentence(gap, judgement) + (remark.isEmpty ? "" : " " + remark))
  }
}
