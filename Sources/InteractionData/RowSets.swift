import Compute

extension SparseRows {
  /// The union of two sets, row by row.
  ///
  /// Values are dropped.
  func union(_ other: SparseRows) -> SparseRows {
    precondition(rowCount == other.rowCount && columnCount == other.columnCount, "rows of the same shape")
    return SparseRows(
      columnCount: columnCount,
      ascending: (0..<rowCount).map { row in
        var result: [Int32] = []
        result.reserveCapacity(count(ofRow: row) + other.count(ofRow: row))
        var (left, right) = (indices(ofRow: row), other.indices(ofRow: row))
        while let a = left.first, let b = right.first {
          if a <= b { left = left.dropFirst() }
          if b <= a { right = right.dropFirst() }
          result.append(min(a, b))
        }
        return result + left + right
      })
  }

  /// The difference of two sets, row by row.
  ///
  /// Values are dropped.
  func subtracting(_ other: SparseRows) -> SparseRows {
    precondition(rowCount == other.rowCount && columnCount == other.columnCount, "rows of the same shape")
    return SparseRows(
      columnCount: columnCount,
      ascending: (0..<rowCount).map { indices(ofRow: $0).removing(other.indices(ofRow: $0)) })
  }

  /// The rows of both, those of the other last.
  ///
  /// Values are dropped.
  func appending(_ other: SparseRows) -> SparseRows {
    precondition(columnCount == other.columnCount, "rows of the same width")
    return SparseRows(
      columnCount: columnCount, offsets: offsets + other.offsets.dropFirst().map { $0 + nonZeroCount },
      indices: indices + other.indices)
  }

  /// The rows that are not empty.
  package var filledRows: [Int] { (0..<rowCount).filter { count(ofRow: $0) > 0 } }
}

extension ArraySlice<Int32> {
  /// The elements that are not in the other list; both ascend.
  func removing(_ other: some Collection<Int32>) -> [Int32] {
    var rest: [Int32] = []
    rest.reserveCapacity(count)
    var next = other.startIndex
    for element in self {
      while next != other.endIndex && other[next] < element { next = other.index(after: next) }
      if next == other.endIndex || other[next] != element { rest.append(element) }
    }
    return rest
  }
}

extension HeldOutUsers {
  /// Users who are trained on, one for each row of the training data; those with nothing held out are
  /// skipped.
  ///
  /// - Returns: `nil` when no user has held-out items.
  init?(trained ids: [String], input: SparseRows, masked: SparseRows, heldOut: SparseRows) {
    let rows = heldOut.filledRows
    if rows.isEmpty { return nil }
    self.init(
      userIDs: rows.map { ids[$0] },
      profiles: Profiles(items: input.selecting(rows: rows), trainingRows: rows),
      masked: masked.selecting(rows: rows), heldOut: heldOut.selecting(rows: rows),
      skippedUsers: ids.count - rows.count)
  }

  /// Users who are not trained on; those without held-out items or without fold-in items are skipped.
  ///
  /// - Returns: `nil` when no user is left.
  init?(unseen ids: [String], foldIn: SparseRows, heldOut: SparseRows) {
    let rows = heldOut.filledRows.filter { foldIn.count(ofRow: $0) > 0 }
    if rows.isEmpty { return nil }
    let areAll = rows.count == ids.count
    let input = areAll ? foldIn : foldIn.selecting(rows: rows)
    self.init(
      userIDs: rows.map { ids[$0] }, profiles: Profiles(items: input), masked: input,
      heldOut: areAll ? heldOut : heldOut.selecting(rows: rows), skippedUsers: ids.count - rows.count)
  }
}
