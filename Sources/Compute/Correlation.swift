import CGSL

/// Correlations and critical values, by GSL.
extension Statistics {
  /// Pearson's correlation; `nil` where one side does not vary or there are fewer than two pairs.
  public static func correlation(_ a: [Double], _ b: [Double]) -> Double? {
    precondition(a.count == b.count, "\(a.count) numbers against \(b.count)")
    guard a.count > 1, Set(a).count > 1, Set(b).count > 1 else { return nil }
    return unsafe gsl_stats_correlation(a, 1, b, 1, a.count)
  }

  /// Spearman's correlation of ranks, ties at their mean rank; `nil` where one side does not vary.
  public static func rankCorrelation(_ a: [Double], _ b: [Double]) -> Double? {
    precondition(a.count == b.count, "\(a.count) numbers against \(b.count)")
    guard a.count > 1, Set(a).count > 1, Set(b).count > 1 else { return nil }
    var work = [Double](repeating: 0, count: 2 * a.count)
    return unsafe gsl_stats_spearman(a, 1, b, 1, a.count, &work)
  }

  /// What a normal variable stays below in absolute value with the probability `level`.
  public static func normalCritical(level: Double) -> Double {
    GSL.prepare()
    return gsl_cdf_ugaussian_Qinv((1 - level) / 2)
  }
}
