import CGSL

extension Matrix<Double> {
  /// The lower triangle L of a symmetric positive definite matrix `A = L Lᵀ`, zeros above it, by GSL.
  ///
  /// - Throws: ``GSLError`` when the matrix is not positive definite.
  /// - Precondition: the matrix is square; only its lower triangle is read.
  public func choleskyFactor() throws -> Matrix<Double> {
    precondition(rows == columns, "the Cholesky factor of \(self)")
    GSL.prepare()
    if rows == 0 { return self }
    var factor = self
    let size = rows
    try unsafe factor.withMutablePointer { pointer in
      var view = unsafe gsl_matrix_view_array(pointer, size, size)
      try GSL.check(unsafe gsl_linalg_cholesky_decomp1(&view.matrix), "factoring a covariance")
    }
    for row in 0..<size { for column in (row + 1)..<max(size, row + 1) { factor[row, column] = 0 } }
    return factor
  }
}
