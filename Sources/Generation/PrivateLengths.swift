public import Compute
import Foundation

extension LengthHistogram {
  /// The lengths of some users' profiles as a release that keeps every user's secret: counted in bins whose limits no user moves,
  /// each count with noise, and the noisy counts spread evenly over the lengths of their bins.
  ///
  /// A user more changes one count by 1, so that a two-sided geometric distribution with P(k) ∝ e^(−ε|k|) on every count gives
  /// ε: Ghosh, Roughgarden & Sundararajan, "Universally utility-maximizing privacy mechanisms", STOC 2009. It is a distribution of
  /// whole numbers, and so it has none of the gaps that rounding leaves in a continuous one.
  ///
  /// Bins below what noise alone would reach are empty: one long profile that nobody has would otherwise be drawn again and again.
  ///
  /// - Parameter epsilon: ε.
  /// - Returns: `nil` where there are more users than a draw can choose from.
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
    // Nobody left: the bin with the median of what could be there says as little as any.
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

/// What the release of lengths draws.
enum PrivacyDraw: Int, StreamTag {
  static var purpose: RandomPurpose { .privateNoise }
  /// Below zero, since the updates of a training have their numbers here.
  case lengths = -1
}
