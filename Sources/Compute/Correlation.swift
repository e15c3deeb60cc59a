import CGSL

/// Correlations and critical values, by GSL.
extension Statistics {
  /// Pearson's correlation; `nil` if one side is constant or there are fewer than two pairs.
  public static func correlation(_ a: [Double], _ b: [Double]) -> Double? {
    precondition(a.count == b.count, "\(a.count) numbers against \(b.count)")
    guard a.count > 1, Set(a).count > 1, Set(b).count > 1 else { return nil }
    return unsafe gsl_stats_correlation(a, 1, b, 1, a.count)
  }

  /// Spearman's correlation of ranks, ties at their mean rank; `nil` if one side is constant.
  public static func rankCorrelation(_ a: [Double], _ b: [Double]) -> Double? {
    precondition(a.count == b.count, "\(a.count) numbers against \(b.count)")
    guard a.count > 1, Set(a).count > 1, Set(b).count > 1 else { return nil }
    var work = [Double](repeating: 0, count: 2 * a.count)
    return unsafe gsl_stats_spearman(a, 1, b, 1, a.count, &work)
  }

  /// Kendall's τ-b; `nil` if one side is constant.
  public static func kendall(_ a: [Double], _ b: [Double]) -> Double? {
    var (agreement, left, right) = (0.0, 0.0, 0.0)
    for i in a.indices {
      for j in a.indices.dropFirst(i + 1) {
        let (x, y) = ((a[i] - a[j]), (b[i] - b[j]))
        let (signX, signY) = (x == 0 ? 0.0 : x > 0 ? 1 : -1, y == 0 ? 0.0 : y > 0 ? 1 : -1)
        agreement += signX * signY
        left += signX * signX
        right += signY * signY
      }
    }
    return left > 0 && right > 0 ? agreement / (left * right).squareRoot() : nil
  }

  /// The bound on the absolute value of a standard normal variable with the probability `level`.
  public static func normalCritical(level: Double) -> Double {
    GSL.prepare()
    return gsl_cdf_ugaussian_Qinv((1 - level) / 2)
  }
}
