import Compute
import Foundation

/// DCI: whether a dimension is about one taste, and a taste in one dimension (L dimensions, T tastes).
///
/// Source: Eastwood & Williams, ICLR 2018, section 2. The importance of dimension k for taste t is |w_kt| of an elastic net
/// on standardised codes and tastes, `1/2n ‖y − Xw‖² + α(ρ‖w‖₁ + ½(1−ρ)‖w‖²)` with α = 0.02 and ρ = ½. Their paper has a lasso;
/// the quadratic part shares importance among copies of a dimension, where a lasso would pick one of them.
enum Disentanglement {
  static let alpha = 0.02
  static let mixing = 0.5

  struct Scores {
    let disentanglement: Double
    let completeness: Double
  }

  /// Both scores; 0 where no dimension matters.
  static func scores(codes: Matrix<Double>, tastes: Matrix<Double>) -> Scores {
    let importance = importances(codes: codes, tastes: tastes)
    let (dimensions, count) = (importance.rows, importance.columns)
    let total = importance.elements.reduce(0, +)
    guard total > 0 else { return Scores(disentanglement: 0, completeness: 0) }
    let disentanglement = (0..<dimensions).reduce(0.0) { sum, row in
      let weights = Array(importance[row: row])
      return sum + weights.reduce(0, +) / total * concentration(weights)
    }
    let completeness = (0..<count).map { concentration(importance.column($0)) }
    return Scores(disentanglement: disentanglement, completeness: Statistics.mean(completeness))
  }

  /// 1 − entropy ÷ largest entropy: 1 when all weight is in one place; 0 when there is no weight.
  private static func concentration(_ weights: [Double]) -> Double {
    let sum = weights.reduce(0, +)
    guard sum > 0 else { return 0 }
    guard weights.count > 1 else { return 1 }
    let entropy = weights.reduce(0.0) { $1 > 0 ? $0 - $1 / sum * log($1 / sum) : $0 }
    return 1 - entropy / log(Double(weights.count))
  }

  /// |w|; shape: L × T.
  static func importances(codes: Matrix<Double>, tastes: Matrix<Double>) -> Matrix<Double> {
    let x = codes.standardisedColumns()
    let y = tastes.standardisedColumns()
    var correlations = Matrix<Double>(rows: x.columns, columns: x.columns)
    var right = Matrix<Double>(rows: x.columns, columns: y.columns)
    ProductEngine.gsl.multiply(transposing: x, x, into: &correlations)
    ProductEngine.gsl.multiply(transposing: x, y, into: &right)
    let scale = 1 / Double(max(1, x.rows))
    var importance = Matrix<Double>(rows: x.columns, columns: y.columns)
    for taste in 0..<y.columns {
      let weights = elasticNet(
        correlations.elements.map { $0 * scale }, right.column(taste).map { $0 * scale })
      for (row, weight) in weights.enumerated() { importance[row, taste] = abs(weight) }
    }
    return importance
  }

  /// Coordinate descent on correlations (L × L, row after row), until no weight moves by 10⁻⁹.
  private static func elasticNet(_ correlations: [Double], _ right: [Double]) -> [Double] {
    let width = right.count
    var weights = [Double](repeating: 0, count: width)
    // What is left of the right-hand side: c − R w.
    var residual = right
    for _ in 0..<10_000 {
      var largest = 0.0
      for index in 0..<width where correlations[index * width + index] > 0.5 {
        let old = weights[index]
        let pull = residual[index] + old * correlations[index * width + index]
        let shrunk = max(0, abs(pull) - alpha * mixing) * (pull < 0 ? -1 : 1)
        let new = shrunk / (correlations[index * width + index] + alpha * (1 - mixing))
        if new == old { continue }
        weights[index] = new
        for other in 0..<width { residual[other] -= (new - old) * correlations[index * width + other] }
        largest = max(largest, abs(new - old))
      }
      if largest < 1e-9 { break }
    }
    return weights
  }
}

extension Matrix<Double> {
  /// Every column less its mean, over its deviation; zero where it does not vary.
  func standardisedColumns() -> Matrix<Double> {
    var result = centredColumns()
    for index in 0..<columns {
      let deviation = Statistics.populationVariance(column(index)).squareRoot()
      for row in 0..<rows { result[row, index] = deviation > 0 ? result[row, index] / deviation : 0 }
    }
    return result
  }
}
