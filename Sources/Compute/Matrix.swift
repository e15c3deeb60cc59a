/// A dense matrix, row after row.
///
/// It is a value type: copies do not share later changes. The storage may be larger than `rows × columns`, so that a
/// short last batch reuses the memory of a full one (see ``reshape(rows:)``).
public struct Matrix<S: Scalar>: Sendable {
  /// The number of rows.
  public private(set) var rows: Int
  /// The number of columns.
  public private(set) var columns: Int
  private var storage: [S]

  /// Creates a `rows × columns` matrix of zeros.
  @specialized(where S == Float)
  public init(rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0, "a matrix cannot be \(rows) × \(columns)")
    self.rows = rows
    self.columns = columns
    storage = [S](repeating: 0, count: rows * columns)
  }

  /// Creates a matrix from its elements, row after row.
  ///
  /// - Precondition: there are `rows × columns` elements.
  public init(rows: Int, columns: Int, elements: [S]) {
    precondition(
      elements.count == rows * columns,
      "\(elements.count) elements cannot fill a \(rows) × \(columns) matrix")
    self.rows = rows
    self.columns = columns
    storage = elements
  }

  /// The number of elements.
  public var count: Int { rows * columns }

  /// The elements, row after row.
  public var elements: [S] {
    storage.count == count ? storage : Array(storage[0..<count])
  }

  /// One element.
  public subscript(row: Int, column: Int) -> S {
    get { storage[row * columns + column] }
    set { storage[row * columns + column] = newValue }
  }

  /// One row.
  public subscript(row row: Int) -> ArraySlice<S> {
    storage[row * columns..<(row + 1) * columns]
  }

  /// Changes the number of rows, keeping the memory.
  ///
  /// The rows are undefined afterwards.
  @specialized(where S == Float)
  public mutating func reshape(rows: Int) {
    if rows * columns > storage.count {
      storage = [S](repeating: 0, count: rows * columns)
    }
    self.rows = rows
  }

  /// Changes the shape, keeping the memory.
  ///
  /// The elements are undefined afterwards.
  @specialized(where S == Float)
  public mutating func reshape(rows: Int, columns: Int) {
    self.columns = columns
    reshape(rows: rows)
  }

  /// Sets every element to zero.
  @specialized(where S == Float)
  public mutating func clear() {
    let count = count
    unsafe withMutablePointer { pointer in unsafe pointer.update(repeating: 0, count: count) }
  }

  // MARK: The only access to raw memory, internal to this module.

  func withPointer<R>(_ body: (UnsafePointer<S>) throws -> R) rethrows -> R {
    unsafe try storage.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else {
        // An empty array may have no address; nothing is read through this one.
        return unsafe try withUnsafeTemporaryAllocation(of: S.self, capacity: 1) {
          try unsafe body(UnsafePointer($0.baseAddress.unsafelyUnwrapped))
        }
      }
      return try unsafe body(base)
    }
  }

  mutating func withMutablePointer<R>(_ body: (UnsafeMutablePointer<S>) throws -> R) rethrows -> R {
    unsafe try storage.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else {
        return unsafe try withUnsafeTemporaryAllocation(of: S.self, capacity: 1) {
          try unsafe body($0.baseAddress.unsafelyUnwrapped)
        }
      }
      return try unsafe body(base)
    }
  }
}

extension Matrix: Equatable {
  /// Whether shape and numbers are equal; spare memory does not count.
  public static func == (a: Matrix, b: Matrix) -> Bool {
    a.rows == b.rows && a.columns == b.columns
      && a.storage[0..<a.count] == b.storage[0..<b.count]
  }
}

extension Matrix: CustomStringConvertible {
  /// Such as `<Matrix 3 × 4>`.
  public var description: String { "<Matrix \(rows) × \(columns)>" }
}
