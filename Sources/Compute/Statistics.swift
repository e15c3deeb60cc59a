import CGSL

/// Statistics of plain numbers, by GSL.
public enum Statistics {
  /// The arithmetic mean; 0 for no numbers.
  public static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : unsafe gsl_stats_mean(values, 1, values.count)
  }

  /// The standard deviation with n − 1; 0 for fewer than two numbers.
  public static func standardDeviation(_ values: [Double]) -> Double {
    values.count < 2 ? 0 : unsafe gsl_stats_sd(values, 1, values.count)
  }

  /// The standard error of the mean, sd/√n; 0 for fewer than two numbers.
  public static func standardError(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : standardDeviation(values) / Double(values.count).squareRoot()
  }

  /// `P(|T| ≥ |t|)` for Student's t with `degrees` degrees of freedom.
  public static func twoSidedStudentP(t: Double, degrees: Double) -> Double {
    GSL.prepare()
    return 2 * gsl_cdf_tdist_Q(abs(t), degrees)
  }

  /// The value that Student's t exceeds in absolute value with probability `alpha`.
  public static func studentCritical(alpha: Double, degrees: Double) -> Double {
    GSL.prepare()
    return gsl_cdf_tdist_Qinv(alpha / 2, degrees)
  }

  /// The half-width of the confidence interval of the difference of two independent means, with probability 1 − α and
  /// Welch's approximation of its degrees of freedom.
  ///
  /// - Parameters:
  ///   - a: the standard error of the first mean, and its degrees of freedom.
  ///   - b: the same for the second mean.
  /// - Returns: 0 if both are exact or one is not finite.
  package static func welchReach(
    _ a: (error: Double, degrees: Int), _ b: (error: Double, degrees: Int), alpha: Double = 0.05
  ) -> Double {
    let (first, second) = (a.error * a.error, b.error * b.error)
    let sum = first + second
    guard sum > 0, sum.isFinite else { return 0 }
    let degrees = sum * sum / (first * first / Double(a.degrees) + second * second / Double(b.degrees))
    return sum.squareRoot() * studentCritical(alpha: alpha, degrees: degrees)
  }
}

extension Statistics {
  /// The variance divided by n, not n − 1; 0 for no numbers.
  public static func populationVariance(_ values: [Double]) -> Double {
    values.isEmpty
      ? 0 : unsafe gsl_stats_variance_with_fixed_mean(values, 1, values.count, mean(values))
  }

  /// Quantiles by linear interpolation between order statistics, as NumPy's default; 0 for no numbers.
  public static func quantiles(_ values: [Double], at shares: [Double]) -> [Double] {
    let sorted = values.sorted()
    return shares.map { share in
      sorted.isEmpty ? 0 : unsafe gsl_stats_quantile_from_sorted_data(sorted, 1, sorted.count, share)
    }
  }

  /// The cumulative distribution function of N(0, 1) at `x`.
  public static func normalBelow(_ x: Double) -> Double {
    GSL.prepare()
    return gsl_cdf_ugaussian_P(x)
  }
}
