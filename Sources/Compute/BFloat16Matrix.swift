/// A dense matrix of bfloat16 numbers, row after row: the upper half of a `Float`, rounded to nearest, ties to even.
///
/// It is only a container between ``Matrix`` and the products that read it.
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

  /// Changes the shape, keeping the memory.
  ///
  /// The elements are undefined afterwards.
  public mutating func reshape(rows: Int, columns: Int) {
    (self.rows, self.columns) = (rows, columns)
    if storage.count < count { storage = [UInt16](repeating: 0, count: count) }
  }

  /// Becomes `matrix`, rounded.
  ///
  /// NaN stays NaN; values too large for the format become infinite.
  @specialized(where S == Float)
  public mutating func round<S: Scalar>(_ matrix: Matrix<S>) {
    reshape(rows: matrix.rows, columns: matrix.columns)
    let count = count
    unsafe withMutablePointer { target in
      unsafe matrix.withPointer { unsafe S.kernels.roundBFloat16(count, $0, target) }
    }
  }

  /// Replaces one row by one row of `matrix`, rounded.
  @specialized(where S == Float)
  public mutating func round<S: Scalar>(row source: Int, of matrix: Matrix<S>, toRow target: Int) {
    precondition(
      columns == matrix.columns && source < matrix.rows && target < rows,
      "row \(source) of \(matrix) at \(target) of \(self)")
    let columns = columns
    unsafe withMutablePointer { pointer in
      unsafe matrix.withPointer {
        unsafe S.kernels.roundBFloat16(columns, $0 + source * columns, pointer + target * columns)
      }
    }
  }

  /// Writes one row, times `factor`, into `row`, which becomes 1 × columns.
  @specialized(where S == Float)
  public func widen<S: Scalar>(row source: Int, scaledBy factor: S, into row: inout Matrix<S>) {
    precondition(source < rows, "row \(source) of \(self)")
    let columns = columns
    row.reshape(rows: 1, columns: columns)
    unsafe withPointer { pointer in
      unsafe row.withMutablePointer { unsafe S.kernels.widenBFloat16(columns, factor, pointer + source * columns, $0) }
    }
  }

  /// Writes the numbers into `matrix`, which takes this matrix's shape.
  @specialized(where S == Float)
  public func widen<S: Scalar>(into matrix: inout Matrix<S>) {
    let count = count
    matrix.reshape(rows: rows, columns: columns)
    unsafe withPointer { source in
      unsafe matrix.withMutablePointer { unsafe S.kernels.widenBFloat16(count, 1, source, $0) }
    }
  }

  private mutating func withMutablePointer(_ body: (UnsafeMutablePointer<UInt16>) -> Void) {
    unsafe storage.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { unsafe body(base) }
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
