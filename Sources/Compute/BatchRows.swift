/// The entries of some rows, column by column (CSC), for the gradient of a shard.
public struct BatchColumns<S: Scalar>: Sendable {
  private var offsets: [Int32] = [0]
  private var rows: [Int32] = []
  private var values: [S] = []
  /// The number of columns covered.
  public private(set) var columnCount = 0
  /// The number of rows.
  public private(set) var rowCount = 0

  /// Creates an empty set of columns; ``collect(_:columns:)`` fills it.
  public init() {}

  /// Collects all entries of some rows.
  ///
  /// Within a column, rows ascend.
  ///
  /// - Parameter count: the number of columns, above all that occur.
  @specialized(where S == Float)
  public mutating func collect(_ batch: BatchRows<S>, columns count: Int) {
    (columnCount, rowCount) = (count, batch.rowCount)
    offsets = [Int32](repeating: 0, count: count + 1)
    for column in batch.indices { offsets[Int(column) + 1] += 1 }
    for column in 0..<count { offsets[column + 1] += offsets[column] }
    let total = batch.indices.count
    if rows.count < total {
      rows = [Int32](repeating: 0, count: total)
      values = [S](repeating: 0, count: total)
    }
    var next = offsets
    for row in 0..<batch.rowCount {
      for position in batch.range(ofRow: row) {
        let column = Int(batch.indices[position])
        let place = Int(next[column])
        (rows[place], values[place]) = (Int32(row), batch.values[position])
        next[column] += 1
      }
    }
  }

  func withPointers(
    _ body: (UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafePointer<S>) -> Void
  ) {
    unsafe offsets.withUnsafeBufferPointer { offsets in
      unsafe rows.withUnsafeBufferPointer { rows in
        unsafe values.withUnsafeBufferPointer { values in
          guard let offsets = offsets.baseAddress else { return }
          let (rows, values) = (rows.baseAddress, values.baseAddress)
          if let rows = unsafe rows, let values = unsafe values {
            unsafe body(offsets, rows, values)
          } else {
            // Without entries, nothing is read through the two empty lists.
            unsafe withUnsafeTemporaryAllocation(of: S.self, capacity: 1) { spare in
              unsafe body(offsets, offsets, UnsafePointer(spare.baseAddress.unsafelyUnwrapped))
            }
          }
        }
      }
    }
  }
}

/// The rows of one mini-batch with the input values of the network, after normalisation and corruption, in the core's
/// format.
public struct BatchRows<S: Scalar>: Sendable {
  /// Where each row starts; the last element is the number of entries.
  public private(set) var offsets = [0]
  /// The column of every entry, ascending within a row.
  public private(set) var indices: [Int32] = []
  /// The value of every entry.
  public private(set) var values: [S] = []

  /// Creates an empty batch.
  public init() {}

  /// Creates a batch from whole rows, unchanged.
  public init(_ rows: SparseRows) {
    offsets = rows.offsets
    indices = rows.indices
    values = rows.values.map { $0.map { S($0) } } ?? [S](repeating: 1, count: rows.nonZeroCount)
  }

  /// The number of rows.
  public var rowCount: Int { offsets.count - 1 }

  /// Removes all rows, keeping the memory.
  @specialized(where S == Float)
  public mutating func removeAll() {
    offsets.removeAll(keepingCapacity: true)
    offsets.append(0)
    indices.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
  }

  /// Adds a row's entries, times `factor`, to the last row.
  @specialized(where S == Float)
  public mutating func append(_ row: Int, of rows: SparseRows, scaledBy factor: S) {
    let entries = rows.range(ofRow: row)
    indices += rows.indices[entries]
    if let all = rows.values {
      for value in all[entries] { values.append(S(value) * factor) }
    } else {
      values += repeatElement(factor, count: entries.count)
    }
  }

  /// Adds a row's entries, times `factor`, to the last row; each is left out with probability `rate`, and the others are
  /// multiplied by `scale`.
  @specialized(where S == Float)
  public mutating func append(
    _ row: Int, of rows: SparseRows, scaledBy factor: S, leavingOut rate: Double, scale: S,
    using random: inout RandomSource
  ) {
    let start = indices.count
    append(row, of: rows, scaledBy: factor)
    let count = indices.count - start
    let draws = random.uniforms(count)
    // Which entries are left out cannot be predicted, so that a place is written again instead of a branch.
    var place = start
    for (position, draw) in zip(start..<start + count, draws) {
      (indices[place], values[place]) = (indices[position], values[position] * scale)
      place += draw < rate ? 0 : 1
    }
    indices.removeLast(start + count - place)
    values.removeLast(start + count - place)
  }

  /// Adds an entry to the row being built; columns must come in ascending order.
  @specialized(where S == Float)
  public mutating func append(column: Int32, value: S) {
    indices.append(column)
    values.append(value)
  }

  /// Ends the row being built.
  @specialized(where S == Float)
  public mutating func endRow() { offsets.append(indices.count) }

  /// Adds all rows of another batch.
  @specialized(where S == Float)
  public mutating func append(_ other: BatchRows) {
    let start = indices.count
    indices += other.indices
    values += other.values
    offsets += other.offsets.dropFirst().map { start + $0 }
  }

  /// Calls `body` with the addresses of the columns and values of some entries, at least one.
  func withPointers<R>(to entries: Range<Int>, _ body: (UnsafePointer<Int32>, UnsafePointer<S>) -> R) -> R {
    precondition(!entries.isEmpty && entries.upperBound <= indices.count)
    return unsafe withAllPointers { unsafe body($0 + entries.lowerBound, $1 + entries.lowerBound) }
  }

  /// Calls `body` with the addresses of all columns and values; nothing is read through them if there is none.
  func withAllPointers<R>(_ body: (UnsafePointer<Int32>, UnsafePointer<S>) -> R) -> R {
    unsafe indices.withUnsafeBufferPointer { indices in
      unsafe values.withUnsafeBufferPointer { values in
        if let indices = indices.baseAddress, let values = values.baseAddress { return unsafe body(indices, values) }
        return unsafe withUnsafeTemporaryAllocation(of: S.self, capacity: 1) { value in
          unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: 1) { index in
            unsafe body(
              UnsafePointer(index.baseAddress.unsafelyUnwrapped), UnsafePointer(value.baseAddress.unsafelyUnwrapped))
          }
        }
      }
    }
  }

  /// Stops the program unless all columns of some entries are among `count` from `base` on.
  func check(_ entries: Range<Int>, within count: Int, from base: Int = 0) {
    precondition(entries.upperBound <= indices.count)
    if entries.isEmpty { return }
    let (first, last) = (Int(indices[entries.lowerBound]), Int(indices[entries.upperBound - 1]))
    precondition(first >= base && last - base < count, "columns \(first)…\(last) are not in \(count) from \(base) on")
  }

  /// The storage range of a row's entries.
  public func range(ofRow row: Int) -> Range<Int> { offsets[row]..<offsets[row + 1] }

  /// Adds rows from the cuts between them and their entries.
  mutating func append(cuts: ArraySlice<Int32>, indices more: ArraySlice<Int32>, values numbers: ArraySlice<S>) {
    guard let first = cuts.first else { return }
    let start = indices.count - Int(first)
    for cut in cuts.dropFirst() { offsets.append(start + Int(cut)) }
    indices += more
    values += numbers
  }

  /// The storage range of the entries of `row` in `columns`.
  public func segment(ofRow row: Int, columns: Range<Int>) -> Range<Int> {
    let all = range(ofRow: row)
    let start = firstPosition(in: all, notBelow: columns.lowerBound)
    return start..<firstPosition(in: start..<all.upperBound, notBelow: columns.upperBound)
  }

  /// Becomes the entries of another batch in `columns`, counted from the first of these.
  public mutating func set(to columns: Range<Int>, of batch: BatchRows) {
    removeAll()
    let base = Int32(columns.lowerBound)
    for row in 0..<batch.rowCount {
      for position in batch.segment(ofRow: row, columns: columns) {
        append(column: batch.indices[position] - base, value: batch.values[position])
      }
      endRow()
    }
  }

  /// The first of a row's entries in `range` whose column is at least `column`, or the end of `range`.
  @specialized(where S == Float)
  public func firstPosition(in range: Range<Int>, notBelow column: Int) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if Int(indices[middle]) < column { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
