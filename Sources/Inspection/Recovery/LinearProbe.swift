import Compute

/// Ridge regression of tastes on codes, tested on users it was not fitted to (U users, L dimensions, T tastes).
///
/// User n belongs to fold n mod 5. Dimensions are standardised by the users fitted to; those that do not vary count for
/// nothing. The penalty is 1 on the squared coefficients of standardised dimensions, the sum of squared errors beside it:
/// scikit-learn's `StandardScaler` and `Ridge(alpha=1)`.
enum LinearProbe {
  static let folds = 5
  static let penalty = 1.0

  /// R² for each taste, over the predictions for all users together; 0 for a taste that does not vary.
  static func rSquared(codes: Matrix<Double>, tastes: Matrix<Double>) throws -> [Double] {
    let count = codes.rows
    guard count >= 2 * folds else { return [Double](repeating: 0, count: tastes.columns) }
    let x = codes.centredColumns()
    let y = tastes.centredColumns()
    let parts = (0..<folds).map { fold in
      let rows = stride(from: fold, to: count, by: folds).map(\.self)
      return Sums(x.selecting(rows: rows), y.selecting(rows: rows))
    }
    var errors = [Double](repeating: 0, count: tastes.columns)
    for fold in 0..<folds {
      let model = try parts.enumerated().filter { $0.offset != fold }.map(\.element).combined().fitted()
      for row in stride(from: fold, to: count, by: folds) {
        for (taste, predicted) in model.prediction(x[row: row]).enumerated() {
          let error = y[row, taste] - predicted
          errors[taste] += error * error
        }
      }
    }
    return errors.enumerated().map { taste, error in
      let total = (0..<count).reduce(0) { $0 + y[$1, taste] * y[$1, taste] }
      return total > 0 ? 1 - error / total : 0
    }
  }
}

/// The sums that a least-squares fit needs, of some users.
private struct Sums {
  var count = 0
  /// Shapes: L × L, L × T, 1 × L, 1 × T.
  var xx: Matrix<Double>
  var xy: Matrix<Double>
  var x: Matrix<Double>
  var y: Matrix<Double>

  init(_ codes: Matrix<Double>, _ tastes: Matrix<Double>) {
    count = codes.rows
    xx = Matrix(rows: codes.columns, columns: codes.columns)
    xy = Matrix(rows: codes.columns, columns: tastes.columns)
    x = Matrix(rows: 1, columns: codes.columns)
    y = Matrix(rows: 1, columns: tastes.columns)
    ProductEngine.gsl.multiply(transposing: codes, codes, into: &xx)
    ProductEngine.gsl.multiply(transposing: codes, tastes, into: &xy)
    x.setToColumnSums(of: codes)
    y.setToColumnSums(of: tastes)
  }

  mutating func add(_ other: Sums) {
    count += other.count
    xx.add(other.xx)
    xy.add(other.xy)
    x.add(other.x)
    y.add(other.y)
  }

  func fitted() throws -> LinearModel {
    let n = Double(count)
    let width = x.columns
    let means = (0..<width).map { x[0, $0] / n }
    let deviations = (0..<width).map { max(0, xx[$0, $0] / n - means[$0] * means[$0]).squareRoot() }
    let intercepts = (0..<y.columns).map { y[0, $0] / n }
    var gram = Matrix<Double>(rows: width, columns: width)
    var right = Matrix<Double>(rows: width, columns: y.columns)
    for row in 0..<width {
      gram[row, row] = LinearProbe.penalty
      guard deviations[row] > 0 else { continue }
      for column in 0..<width where deviations[column] > 0 {
        gram[row, column] +=
          (xx[row, column] - n * means[row] * means[column]) / (deviations[row] * deviations[column])
      }
      for taste in 0..<y.columns {
        right[row, taste] = (xy[row, taste] - n * means[row] * intercepts[taste]) / deviations[row]
      }
    }
    return LinearModel(
      means: means, deviations: deviations, intercepts: intercepts,
      coefficients: try LinearAlgebra.solve(positiveDefinite: gram, right))
  }
}

extension [Sums] {
  fileprivate func combined() -> Sums {
    var sum = self[0]
    for other in dropFirst() { sum.add(other) }
    return sum
  }
}

private struct LinearModel {
  let means: [Double]
  let deviations: [Double]
  let intercepts: [Double]
  /// Shape: L × T.
  let coefficients: Matrix<Double>

  func prediction(_ code: ArraySlice<Double>) -> [Double] {
    var result = intercepts
    for (index, value) in code.enumerated() where deviations[index] > 0 {
      let standardised = (value - means[index]) / deviations[index]
      for taste in result.indices { result[taste] += standardised * coefficients[index, taste] }
    }
    return result
  }
}

extension Matrix<Double> {
  /// The chosen rows, in the order given.
  func selecting(rows chosen: [Int]) -> Matrix<Double> {
    Matrix(rows: chosen.count, columns: columns, elements: chosen.flatMap { self[row: $0] })
  }

  /// One column.
  func column(_ index: Int) -> [Double] { (0..<rows).map { self[$0, index] } }

  /// The same less the mean of every column.
  func centredColumns() -> Matrix<Double> {
    let means = (0..<columns).map { Statistics.mean(column($0)) }
    var result = self
    for row in 0..<rows { for column in 0..<columns { result[row, column] -= means[column] } }
    return result
  }
}
