import CKernels

/// Ranks of single elements of a row, and what they need.
extension Matrix<Float> {
  /// The number of elements of a row that come before one of them: larger ones, and equal ones on its left.
  ///
  /// A comparison with NaN is false.
  public func countAhead(row: Int, column: Int) -> Int {
    precondition(0..<rows ~= row && 0..<columns ~= column, "element \(row), \(column) of \(self)")
    return unsafe withPointer { unsafe Int(dk_count_ahead(columns, $0 + row * columns, column)) }
  }

  /// Sets some elements of a row.
  public mutating func set(row: Int, columns places: ArraySlice<Int32>, to value: Float) {
    precondition(
      0..<rows ~= row && places.allSatisfy { 0 <= $0 && $0 < columns }, "elements \(places) of row \(row) of \(self)")
    let start = row * columns
    unsafe withMutablePointer { for place in places { unsafe $0[start + Int(place)] = value } }
  }

  /// The column of a row's first NaN.
  public func firstNaN(row: Int) -> Int? {
    precondition(0..<rows ~= row, "row \(row) of \(self)")
    let found = unsafe withPointer { unsafe dk_first_nan(columns, $0 + row * columns) }
    return found < columns ? found : nil
  }
}
