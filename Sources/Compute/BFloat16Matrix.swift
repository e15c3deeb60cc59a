/// A dense matrix of bfloat16 numbers, row after row: the upper half of a `Float`, rounded to nearest, ties to even.
///
/// Only a container between ``Matrix`` and the products that read it.
public struct BFloat16Matrix: Sendable {
  /// The number of rows.
  public private(set) var rows: Int
  /// The number of columns.
  public private(set) var columns: Int
  private var storage: [UInt16]

  /// Creates a `rows × columns` matrix of zeros.
  public init(rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0, "a matrix cannot be \(rows) × \(columns)")
    self.rows = rows
    self.columns = columns
    storage = [UInt16](repeating: 0, count: rows * columns)
  }

  /// The number of elements.
  public var count: Int { rows * columns }

  /// Becomes some rows of `matrix`, rounded; all of them unless said otherwise.
  ///
  /// NaN stays NaN; what is too large for the format becomes infinite.
  @specialized(where S == Float)
  public mutating func round<S: Scalar>(_ matrix: Matrix<S>, rows range: Range<Int>? = nil) {
    let range = range ?? 0..<matrix.rows
    precondition(range.upperBound <= matrix.rows, "rows \(range) of \(matrix)")
    rows = range.count
    columns = matrix.columns
    let (count, start) = (count, range.lowerBound * columns)
    if storage.count < count { storage = [UInt16](repeating: 0, count: count) }
    unsafe storage.withUnsafeMutableBufferPointer { target in
      guard let target = target.baseAddress else { return }
      unsafe matrix.withPointer { unsafe S.kernels.roundBFloat16(count, $0 + start, target) }
    }
  }

  /// Writes the numbers into `matrix`, which takes this matrix's shape.
  ///
  /// - Parameter factors: for each row what its numbers are multiplied by.
  @specialized(where S == Float)
  public func widen<S: Scalar>(into matrix: inout Matrix<S>, scalingRowsBy factors: [S]? = nil) {
    let (rows, columns) = (rows, columns)
    precondition((factors?.count ?? rows) == rows, "\(factors?.count ?? 0) factors for \(self)")
    matrix.reshape(rows: rows, columns: columns)
    unsafe storage.withUnsafeBufferPointer { source in
      guard let source = source.baseAddress else { return }
      unsafe matrix.withMutablePointer { target in
        for row in 0..<rows {
          unsafe S.kernels.widenBFloat16(columns, factors?[row] ?? 1, source + row * columns, target + row * columns)
        }
      }
    }
  }

  func withPointer<R>(_ body: (UnsafePointer<UInt16>) throws -> R) rethrows -> R? {
    unsafe try storage.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return nil }
      return try unsafe body(base)
    }
  }
}

extension BFloat16Matrix: CustomStringConvertible {
  /// Such as `<BFloat16Matrix 3 × 4>`.
  public var description: String { "<BFloat16Matrix \(rows) × \(columns)>" }
}
