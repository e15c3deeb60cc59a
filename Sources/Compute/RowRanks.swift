import CKernels

/// Ranks of single elements of a row.
extension Matrix<Float> {
  /// The number of elements of a row that come before one of them: larger ones, and equal ones on its left.
  ///
  /// A comparison with NaN is false.
  public func countAhead(row: Int, column: Int) -> Int {
    precondition(row < rows && column < columns, "element \(row), \(column) of \(self)")
    return unsafe withPointer { unsafe Int(dk_count_ahead(columns, $0 + row * columns, column)) }
  }

  /// The column of a row's first NaN.
  public func firstNaN(row: Int) -> Int? {
    precondition(row < rows, "row \(row) of \(self)")
    let found = unsafe withPointer { unsafe dk_first_nan(columns, $0 + row * columns) }
    return found < columns ? found : nil
  }
}
