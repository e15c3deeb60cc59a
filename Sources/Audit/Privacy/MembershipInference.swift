import Compute
import Foundation

/// Two simple attackers who have the synthetic users and guess who was trained on; ``LikelihoodRatio`` is a stronger one.
///
/// The first infers membership from nearness to a synthetic user. The second also has other real users and tests
/// whether a user is nearer to the synthetic users than to those: a density ratio as in DOMIAS (van Breugel et al., AISTATS 2023),
/// with the mean similarity to the five nearest for a density.
struct MembershipInference: Sendable {
  typealias Estimate = (value: Double, standardError: Double)
  let area: Estimate
  let found: Estimate?
  let densityArea: Estimate?
  let densityFound: Estimate?

  /// The least number of non-members for a false positive rate of 1 %.
  static let least = 100

  /// - Parameter elsewhere: real users the second attacker has, neither members nor among the others.
  init?(
    _ synthetic: SparseRows, members: SparseRows, others: SparseRows, elsewhere: SparseRows?, _ processor: Processor
  ) throws {
    let k = 5
    let index = JaccardIndex(synthetic)
    let (near, far) = (
      try index.largest(k, of: members, processor), try index.largest(k, of: others, processor)
    )
    guard let first = near.first, !first.isEmpty,
      let whole = Self.estimates(members: near.map { Double($0[0]) }, others: far.map { Double($0[0]) })
    else { return nil }
    (area, found) = whole
    guard let elsewhere, elsewhere.rowCount >= k else {
      (densityArea, densityFound) = (nil, nil)
      return
    }
    let control = JaccardIndex(elsewhere)
    func ratios(_ rows: SparseRows, _ near: [[Float]]) throws -> [Double] {
      zip(near, try control.largest(k, of: rows, processor)).map { synthetic, real in
        log((Self.mean(synthetic) + 1e-3) / (Self.mean(real) + 1e-3))
      }
    }
    let ratio = try Self.estimates(members: ratios(members, near), others: ratios(others, far))
    (densityArea, densityFound) = (ratio?.area, ratio?.found)
  }

  /// How well scores tell members from others: the area, and with ``least`` others the share that is found at a false
  /// positive rate of 1 %; `nil` when one side is empty.
  static func estimates(members: [Double], others: [Double]) -> (area: Estimate, found: Estimate?)? {
    guard let area = ReceiverOperating.area(positives: members, negatives: others) else { return nil }
    return (
      area, others.count < least ? nil : ReceiverOperating.found(positives: members, negatives: others, rate: 0.01)
    )
  }

  private static func mean(_ values: [Float]) -> Double { Double(values.reduce(0, +)) / Double(values.count) }
}
