/// Sparse rows in compressed form (CSR), such as the items of each user.
///
/// Within a row the column indices ascend and occur once. Without values every stored entry counts as 1.
public struct SparseRows: Sendable, Equatable {
  /// The number of columns.
  public let columnCount: Int
  /// Where each row starts in ``indices``; the last element is ``nonZeroCount``; shape: `rowCount + 1`.
  public let offsets: [Int]
  /// The column of every entry, row after row.
  public let indices: [Int32]
  /// The value of every entry, or `nil` when all are 1.
  public let values: [Float]?

  /// Creates rows from their compressed form.
  ///
  /// - Precondition: offsets ascend from 0 to `indices.count`; indices ascend strictly within a row and lie in
  ///   `0..<columnCount`; there are as many values as indices.
  public init(columnCount: Int, offsets: [Int], indices: [Int32], values: [Float]? = nil) {
    precondition(offsets.first == 0 && offsets.last == indices.count, "offsets do not fit the indices")
    precondition(values.map { $0.count == indices.count } ?? true, "values do not fit the indices")
    for row in 0..<offsets.count - 1 {
      let (start, end) = (offsets[row], offsets[row + 1])
      precondition(start <= end, "offsets descend at row \(row)")
      var previous: Int32 = -1
      for position in start..<end {
        precondition(indices[position] > previous, "indices of row \(row) do not ascend")
        previous = indices[position]
      }
      precondition(previous < columnCount, "index \(previous) of row \(row) is not below \(columnCount)")
    }
    self.columnCount = columnCount
    self.offsets = offsets
    self.indices = indices
    self.values = values
  }

  /// Creates rows from a compressed form that the caller guarantees to be valid; nothing is checked.
  ///
  /// The requirements are those of ``init(columnCount:offsets:indices:values:)``.
  package init(ordered columnCount: Int, offsets: [Int], indices: [Int32], values: [Float]? = nil) {
    precondition(offsets.first == 0 && offsets.last == indices.count, "offsets do not fit the indices")
    precondition(values.map { $0.count == indices.count } ?? true, "values do not fit the indices")
    self.columnCount = columnCount
    self.offsets = offsets
    self.indices = indices
    self.values = values
  }

  /// Creates rows from lists of columns in any order.
  ///
  /// Repeated columns count once.
  public init(columnCount: Int, rows: [[Int]]) {
    var offsets = [0]
    var indices: [Int32] = []
    for row in rows {
      indices += Set(row).sorted().map(Int32.init)
      offsets.append(indices.count)
    }
    self.init(columnCount: columnCount, offsets: offsets, indices: indices)
  }

  /// The number of rows.
  public var rowCount: Int { offsets.count - 1 }
  /// The number of stored entries.
  public var nonZeroCount: Int { indices.count }

  /// The storage range of the entries of `row`.
  public func range(ofRow row: Int) -> Range<Int> { offsets[row]..<offsets[row + 1] }
  /// The columns of `row`, ascending.
  public func indices(ofRow row: Int) -> ArraySlice<Int32> { indices[range(ofRow: row)] }
  /// The number of entries of `row`.
  public func count(ofRow row: Int) -> Int { offsets[row + 1] - offsets[row] }
  /// The value of the entry stored at `position`.
  public func value(at position: Int) -> Float { values?[position] ?? 1 }

  /// The sum of the squares of a row's values.
  public func sumOfSquares(ofRow row: Int) -> Double {
    guard let values else { return Double(count(ofRow: row)) }
    return values[range(ofRow: row)].reduce(0) { $0 + Double($1) * Double($1) }
  }

  /// The chosen rows, in the order given.
  public func selecting(rows: some Sequence<Int>) -> SparseRows {
    var offsets = [0]
    var indices: [Int32] = []
    var values: [Float]? = values == nil ? nil : []
    for row in rows {
      indices += self.indices(ofRow: row)
      if let all = self.values { values?.append(contentsOf: all[range(ofRow: row)]) }
      offsets.append(indices.count)
    }
    return SparseRows(ordered: columnCount, offsets: offsets, indices: indices, values: values)
  }

  /// The rows of several parts, one below the other.
  ///
  /// - Precondition: the parts have `columnCount` columns, and all of them have values, or none.
  package init(columnCount: Int, joining parts: [SparseRows]) {
    var offsets = [0]
    for part in parts {
      precondition(part.columnCount == columnCount, "\(part.columnCount) and \(columnCount) columns")
      let start = offsets[offsets.count - 1]
      offsets += part.offsets.dropFirst().map { start + $0 }
    }
    self.init(
      ordered: columnCount, offsets: offsets, indices: parts.flatMap(\.indices),
      values: parts.first?.values == nil ? nil : parts.flatMap { $0.values ?? [] })
  }

  /// The transpose.
  ///
  /// - Complexity: O(rows + columns + entries).
  public func transposed() -> SparseRows {
    var offsets = [Int](repeating: 0, count: columnCount + 1)
    for index in indices { offsets[Int(index) + 1] += 1 }
    for column in 0..<columnCount { offsets[column + 1] += offsets[column] }
    var next = offsets
    var transposed = [Int32](repeating: 0, count: nonZeroCount)
    var moved = values.map { [Float](repeating: 0, count: $0.count) }
    for row in 0..<rowCount {
      for position in range(ofRow: row) {
        let column = Int(indices[position])
        transposed[next[column]] = Int32(row)
        if let values { moved?[next[column]] = values[position] }
        next[column] += 1
      }
    }
    return SparseRows(columnCount: rowCount, offsets: offsets, indices: transposed, values: moved)
  }

  /// The number of rows with each column; shape: `columnCount`.
  public func columnCounts() -> [Int] {
    var counts = [Int](repeating: 0, count: columnCount)
    for index in indices { counts[Int(index)] += 1 }
    return counts
  }
}

extension SparseRows: CustomStringConvertible {
  /// Such as `<SparseRows 943 × 1682, 100000 entries>`.
  public var description: String {
    "<SparseRows \(rowCount) × \(columnCount), \(nonZeroCount) entries>"
  }
}
