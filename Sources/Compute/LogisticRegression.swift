import Foundation

/// Logistic regression on a few standardised features, with a small ridge so that separable classes have a solution.
///
/// Newton's method; the linear systems go through GSL.
public struct LogisticRegression: Sendable {
  private let means: [Double]
  private let deviations: [Double]
  private var weights: [Double]

  /// Fits the weights.
  ///
  /// - Parameters:
  ///   - features: the features of each case; shape: N × F.
  ///   - isPositive: the class of each case; shape: N.
  ///   - ridge: the penalty on the squared weights of standardised features, the intercept's included.
  /// - Throws: `GSLError` for features that are not numbers.
  public init(_ features: [[Double]], isPositive: [Bool], ridge: Double = 1) throws {
    precondition(features.count == isPositive.count, "\(features.count) cases and \(isPositive.count) classes")
    let width = features.first?.count ?? 0
    let columns = (0..<width).map { column in features.map { $0[column] } }
    means = columns.map(Statistics.mean)
    deviations = columns.map { max(Statistics.standardDeviation($0), 1e-9) }
    weights = [Double](repeating: 0, count: width + 1)
    let rows = features.map(standardised)
    for _ in 0..<25 {
      var hessian = Matrix<Double>(rows: width + 1, columns: width + 1)
      var gradient = Matrix<Double>(rows: width + 1, columns: 1)
      for (row, isPositive) in zip(rows, isPositive) {
        let probability = 1 / (1 + exp(-zip(row, weights).reduce(0) { $0 + $1.0 * $1.1 }))
        for i in row.indices {
          gradient[i, 0] += row[i] * ((isPositive ? 1 : 0) - probability)
          for j in 0...i { hessian[i, j] += row[i] * row[j] * probability * (1 - probability) }
        }
      }
      for i in weights.indices {
        gradient[i, 0] -= ridge * weights[i]
        hessian[i, i] += ridge
        for j in 0..<i { hessian[j, i] = hessian[i, j] }
      }
      let step = try LinearAlgebra.solve(positiveDefinite: hessian, gradient)
      var largest = 0.0
      for i in weights.indices {
        weights[i] += step[i, 0]
        largest = max(largest, abs(step[i, 0]))
      }
      if largest < 1e-8 { break }
    }
  }

  private func standardised(_ features: [Double]) -> [Double] {
    [1] + features.indices.map { (features[$0] - means[$0]) / deviations[$0] }
  }

  /// The log-odds of a case; shape of `features`: F.
  public func score(_ features: [Double]) -> Double {
    zip(standardised(features), weights).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
