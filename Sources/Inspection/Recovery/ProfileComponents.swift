public import Compute

/// Principal components of profiles: what a linear code of the same width knows (U users, I items).
///
/// Rows are divided by their norm, as Mult-VAE reads them. Subspace iteration on the sparse rows: nothing as large as users ×
/// items is ever made. Source: Halko, Martinsson & Tropp, "Finding structure with randomness", SIAM Review 2011,
/// algorithm 4.4.
public struct ProfileComponents: Sendable {
  /// The users on the components; shape: U × count.
  public let scores: Matrix<Double>
  /// The variance of each component, largest first.
  public let variances: [Double]

  private static let rounds = 12
  private static let spare = 10

  /// Finds the first components, fewer where users or items are.
  ///
  /// - Throws: `GSLError`.
  public init(_ rows: SparseRows, count: Int, random: inout RandomSource) throws {
    let width = min(count + Self.spare, rows.rowCount, rows.columnCount)
    let profiles = CentredProfiles(rows)
    var basis = Matrix<Double>(rows: rows.columnCount, columns: width)
    random.fillGaussian(&basis)
    for _ in 0..<Self.rounds {
      try LinearAlgebra.orthonormalise(&basis)
      basis = profiles.transposedTimes(profiles.times(basis))
    }
    try LinearAlgebra.orthonormalise(&basis)
    let projected = profiles.times(basis)
    var square = Matrix<Double>(rows: width, columns: width)
    ProductEngine.gsl.multiply(transposing: projected, projected, into: &square)
    let axes = try LinearAlgebra.eigensystem(symmetric: square)
    let kept = min(count, width)
    var vectors = Matrix<Double>(rows: width, columns: kept)
    for row in 0..<width { for column in 0..<kept { vectors[row, column] = axes.vectors[row, column] } }
    var scores = Matrix<Double>(rows: rows.rowCount, columns: kept)
    ProductEngine.gsl.multiply(projected, vectors, into: &scores)
    self.scores = scores
    variances = axes.values.prefix(kept).map { max(0, $0) / Double(max(1, rows.rowCount)) }
  }
}

/// Normalised rows less the mean row, which is never subtracted from the rows themselves.
private struct CentredProfiles {
  let rows: SparseRows
  /// 1/‖x‖ of each row.
  let factors: [Double]
  /// The mean row; shape: 1 × I.
  var mean: Matrix<Double>

  init(_ rows: SparseRows) {
    self.rows = rows
    factors = (0..<rows.rowCount).map { row in
      let square = rows.sumOfSquares(ofRow: row)
      return square > 0 ? 1 / square.squareRoot() : 0
    }
    mean = Matrix(rows: 1, columns: rows.columnCount)
    for row in 0..<rows.rowCount {
      for position in rows.range(ofRow: row) {
        mean[0, Int(rows.indices[position])] +=
          Double(rows.value(at: position)) * factors[row] / Double(rows.rowCount)
      }
    }
  }

  /// X B; shape: U × width.
  func times(_ basis: Matrix<Double>) -> Matrix<Double> {
    var shift = Matrix<Double>(rows: 1, columns: basis.columns)
    ProductEngine.gsl.multiply(mean, basis, into: &shift)
    var result = Matrix<Double>(rows: rows.rowCount, columns: basis.columns)
    for row in 0..<rows.rowCount {
      for position in rows.range(ofRow: row) {
        let value = Double(rows.value(at: position)) * factors[row]
        result.add(row: Int(rows.indices[position]), of: basis, scale: value, toRow: row)
      }
      result.add(row: 0, of: shift, scale: -1, toRow: row)
    }
    return result
  }

  /// Xᵀ Y; shape: I × width.
  func transposedTimes(_ other: Matrix<Double>) -> Matrix<Double> {
    var sums = Matrix<Double>(rows: 1, columns: other.columns)
    sums.setToColumnSums(of: other)
    var result = Matrix<Double>(rows: rows.columnCount, columns: other.columns)
    for row in 0..<rows.rowCount {
      for position in rows.range(ofRow: row) {
        let value = Double(rows.value(at: position)) * factors[row]
        result.add(row: row, of: other, scale: value, toRow: Int(rows.indices[position]))
      }
    }
    for item in 0..<rows.columnCount { result.add(row: 0, of: sums, scale: -mean[0, item], toRow: item) }
    return result
  }
}
