import CGSL

/// Eigenvalues, singular values and positive definite systems, by GSL.
public enum LinearAlgebra {
  /// The eigenvalues of a symmetric matrix (n × n), largest first.
  ///
  /// - Throws: ``GSLError``.
  public static func eigenvalues(symmetric matrix: Matrix<Double>) throws -> [Double] {
    try eigensystem(symmetric: matrix).values
  }

  /// The eigenvalues of a symmetric matrix (n × n), largest first, and its eigenvectors, column by column (n × n).
  ///
  /// Only the lower half is read. A vector's sign is fixed: its largest entry is positive.
  ///
  /// - Throws: ``GSLError``.
  public static func eigensystem(
    symmetric matrix: Matrix<Double>
  ) throws -> (values: [Double], vectors: Matrix<Double>) {
    precondition(matrix.rows == matrix.columns, "the eigenvalues of \(matrix)")
    GSL.prepare()
    let n = matrix.rows
    var values = [Double](repeating: 0, count: n)
    var vectors = Matrix<Double>(rows: n, columns: n)
    if n == 0 { return (values, vectors) }
    var work = matrix
    guard let space = unsafe gsl_eigen_symmv_alloc(n) else { throw GSLError.noMemory("eigenvalues") }
    defer { unsafe gsl_eigen_symmv_free(space) }
    unsafe try work.withView { a in
      unsafe try vectors.withView { v in
        unsafe try values.withVectorView { w in
          try GSL.check(unsafe gsl_eigen_symmv(a, w, v, space), "eigenvalues")
          try GSL.check(unsafe gsl_eigen_symmv_sort(w, v, GSL_EIGEN_SORT_VAL_DESC), "eigenvalues in order")
        }
      }
    }
    for column in 0..<n {
      var largest = 0
      for row in 0..<n where abs(vectors[row, column]) > abs(vectors[largest, column]) { largest = row }
      if vectors[largest, column] < 0 {
        for row in 0..<n { vectors[row, column] = -vectors[row, column] }
      }
    }
    return (values, vectors)
  }

  /// The singular values of a matrix (m × n), largest first; shape: min(m, n).
  ///
  /// - Throws: ``GSLError``.
  public static func singularValues(_ matrix: Matrix<Double>) throws -> [Double] {
    GSL.prepare()
    // GSL requires at least as many rows as columns.
    var tall = matrix.rows >= matrix.columns ? matrix : matrix.transposed()
    let n = tall.columns
    var values = [Double](repeating: 0, count: n)
    if n == 0 { return values }
    var right = Matrix<Double>(rows: n, columns: n)
    var work = [Double](repeating: 0, count: n)
    unsafe try tall.withView { a in
      unsafe try right.withView { v in
        unsafe try values.withVectorView { s in
          unsafe try work.withVectorView { w in
            try GSL.check(unsafe gsl_linalg_SV_decomp(a, v, s, w), "singular values")
          }
        }
      }
    }
    return values
  }

  /// The solution X of `A X = B` for a symmetric positive definite A (n × n) and B (n × m), by Cholesky.
  ///
  /// - Throws: ``GSLError``, including when A is not positive definite.
  public static func solve(positiveDefinite a: Matrix<Double>, _ b: Matrix<Double>) throws -> Matrix<Double> {
    precondition(a.rows == a.columns && b.rows == a.rows, "\(a) X = \(b)")
    GSL.prepare()
    if a.rows == 0 { return b }
    var factor = a
    // One right-hand side at a time, each as a row.
    var solutions = b.transposed()
    unsafe try factor.withView { l in
      try GSL.check(unsafe gsl_linalg_cholesky_decomp1(l), "a Cholesky decomposition")
      unsafe try solutions.withRowViews { x in
        try GSL.check(unsafe gsl_linalg_cholesky_svx(l, x), "a Cholesky solution")
      }
    }
    return solutions.transposed()
  }

  /// Replaces the columns of a matrix (m × n, m ≥ n) by orthonormal ones that span the same, by Householder's method.
  ///
  /// - Throws: ``GSLError``.
  public static func orthonormalise(_ matrix: inout Matrix<Double>) throws {
    precondition(matrix.rows >= matrix.columns, "orthonormal columns of \(matrix)")
    GSL.prepare()
    let (m, n) = (matrix.rows, matrix.columns)
    if n == 0 { return }
    var scales = [Double](repeating: 0, count: n)
    // Q times one unit vector at a time, each as a row.
    var basis = Matrix<Double>(rows: n, columns: m)
    for row in 0..<n { basis[row, row] = 1 }
    unsafe try matrix.withView { a in
      unsafe try scales.withVectorView { tau in
        try GSL.check(unsafe gsl_linalg_QR_decomp(a, tau), "a QR decomposition")
        unsafe try basis.withRowViews { q in
          try GSL.check(unsafe gsl_linalg_QR_Qvec(a, tau, q), "an orthonormal basis")
        }
      }
    }
    matrix = basis.transposed()
  }
}

extension Matrix {
  /// The transpose.
  @specialized(where S == Float)
  public func transposed() -> Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for row in 0..<rows {
      for column in 0..<columns { result[column, row] = self[row, column] }
    }
    return result
  }
}
