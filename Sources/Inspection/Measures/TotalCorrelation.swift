public import Compute
import Foundation

/// How far dimensions are from independent, if they were jointly Gaussian.
///
/// `TC = ½ (Σ log Σ_kk − log det Σ) = −½ log det R` with R the correlations. Source: Watanabe, "Information theoretical
/// analysis of multivariate correlation", IBM Journal 1960.
public enum TotalCorrelation {
  /// Below this an eigenvalue of a correlation matrix is 0 up to rounding.
  private static let singular = 1e-12

  /// The total correlation of a Gaussian with a covariance (L × L), in nats.
  ///
  /// Dimensions that do not vary are left out; infinite when one of the others is a combination of the rest.
  ///
  /// - Throws: `GSLError`.
  public static func gaussian(covariance: Matrix<Double>) throws -> Double {
    let used = (0..<covariance.rows).filter { covariance[$0, $0] > 0 }
    if used.count < 2 { return 0 }
    let scale = used.map { covariance[$0, $0].squareRoot() }
    var correlations = Matrix<Double>(rows: used.count, columns: used.count)
    for (row, i) in used.enumerated() {
      for (column, j) in used.enumerated() {
        correlations[row, column] = covariance[i, j] / (scale[row] * scale[column])
      }
    }
    let values = try LinearAlgebra.eigenvalues(symmetric: correlations)
    guard let least = values.last, least > singular else { return .infinity }
    return max(0, -0.5 * values.reduce(0) { $0 + log($1) })
  }

  /// The total correlation of a Gaussian with the covariance of some codes (U × L), in nats.
  ///
  /// - Throws: `GSLError`.
  public static func gaussian(of codes: Matrix<Float>, processor: Processor) throws -> Double {
    let means = (0..<codes.columns).map { Statistics.mean(codes.column($0)) }
    return try gaussian(covariance: codes.centredProduct(means, codes, means, processor: processor))
  }
}

extension LatentInspector {
  /// The covariance of rows, divided by their number; shape: L × L.
  func covariance(of rows: Matrix<Float>, means: [Double]) throws -> Matrix<Double> {
    try rows.covariance(means: means, processor: processor)
  }
}

extension Matrix<Float> {
  /// The covariance of the rows, divided by their number; shape: columns × columns.
  package func covariance(means: [Double], processor: Processor) throws -> Matrix<Double> {
    let product = try centredProduct(means, self, means, processor: processor)
    var covariance = Matrix<Double>(rows: product.rows, columns: product.columns)
    covariance.add(product, scale: 1 / Double(Swift.max(1, rows)))
    return covariance
  }
}
