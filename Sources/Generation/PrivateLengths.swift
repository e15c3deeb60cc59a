public import Compute
import Foundation

extension LengthHistogram {
  /// A private release of profile lengths: counts in bins whose limits do not depend on users, with noise on each
  /// count; the noisy counts are spread evenly over the lengths of their bins.
  ///
  /// One more user changes one count by 1, so two-sided geometric noise with P(k) ∝ e^(−ε|k|) on every count gives ε:
  /// Ghosh, Roughgarden & Sundararajan, "Universally utility-maximizing privacy mechanisms", STOC 2009. It is a
  /// distribution of whole numbers, so it has no gaps from the rounding of a continuous distribution.
  ///
  /// Bins with counts that noise alone could reach are set to 0; otherwise a long profile length that no user has could
  /// be drawn repeatedly.
  ///
  /// - Parameter epsilon: ε.
  /// - Returns: `nil` if there are more users than a draw can choose from.
  public init?(of rows: SparseRows, epsilon: Double, seed: Seed) {
    let limits = Self.limits(items: rows.columnCount)
    var counts = [Int](repeating: 0, count: limits.count)
    for row in 0..<rows.rowCount where rows.count(ofRow: row) > 0 {
      counts[limits.partitioningIndex { $0 > rows.count(ofRow: row) } - 1] += 1
    }
    var random = seed.stream(for: PrivacyDraw.lengths)
    let least = log(2 * Double(counts.count)) / epsilon
    counts = counts.map { count in
      let noisy = count + random.geometric(epsilon: epsilon) - random.geometric(epsilon: epsilon)
      return Double(noisy) < least ? 0 : noisy
    }
    // If no counts are left, the middle bin is used, which reveals nothing about users.
    if counts.allSatisfy({ $0 == 0 }) { counts[counts.count / 2] = 1 }
    var spread = [Int](repeating: 0, count: rows.columnCount + 1)
    for (bin, count) in counts.enumerated() {
      let end = bin + 1 < limits.count ? limits[bin + 1] : rows.columnCount + 1
      let width = end - limits[bin]
      for place in 0..<width { spread[limits[bin] + place] = count * (place + 1) / width - count * place / width }
    }
    self.init(counts: spread)
  }

  /// The least lengths of the bins: 1 to 4, then each 1.5 times the one before.
  private static func limits(items: Int) -> [Int] {
    var limits = [1]
    while let last = limits.last, last < items {
      let next = last < 4 ? last + 1 : last * 3 / 2
      if next > items { break }
      limits.append(next)
    }
    return limits
  }
}

/// The noise of the release of lengths.
enum PrivacyDraw: Int, StreamTag {
  static var purpose: RandomPurpose { .privateNoise }
  /// Below zero, because the updates of a training use the other numbers.
  case lengths = -1
}
