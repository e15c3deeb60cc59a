import Compute

/// Sorting by a small whole number in linear time.
enum Grouping {
  /// The positions of `groups`, those of group 0 first; within a group in ascending order.
  ///
  /// - Returns: where each group starts in `order` (shape: `groupCount + 1`), and the positions.
  /// - Complexity: O(positions + groups).
  static func positions(of groups: [Int32], groupCount: Int) -> (starts: [Int], order: [Int]) {
    var starts = [Int](repeating: 0, count: groupCount + 1)
    for group in groups { starts[Int(group) + 1] += 1 }
    for group in 0..<groupCount { starts[group + 1] += starts[group] }
    var next = starts
    var order = [Int](repeating: 0, count: groups.count)
    for (position, group) in groups.enumerated() {
      order[next[Int(group)]] = position
      next[Int(group)] += 1
    }
    return (starts, order)
  }
}

extension SparseRows {
  /// Creates rows from cells in any order, no cell twice.
  ///
  /// - Complexity: O(cells + rows + columns).
  init(rowCount: Int, columnCount: Int, rows: [Int32], columns: [Int32], values: [Float]? = nil) {
    // By column, then by row: counting sorts are stable, so the columns of a row end up ascending.
    let byColumn = Grouping.positions(of: columns, groupCount: columnCount).order
    var offsets = [Int](repeating: 0, count: rowCount + 1)
    for row in rows { offsets[Int(row) + 1] += 1 }
    for row in 0..<rowCount { offsets[row + 1] += offsets[row] }
    var next = offsets
    var indices = [Int32](repeating: 0, count: rows.count)
    var sorted = values.map { [Float](repeating: 0, count: $0.count) }
    for position in byColumn {
      let row = Int(rows[position])
      indices[next[row]] = columns[position]
      if let values { sorted?[next[row]] = values[position] }
      next[row] += 1
    }
    self.init(columnCount: columnCount, offsets: offsets, indices: indices, values: sorted)
  }

  /// Creates rows from ascending lists of columns.
  init(columnCount: Int, ascending rows: [[Int32]]) {
    var offsets = [0]
    offsets.reserveCapacity(rows.count + 1)
    for row in rows { offsets.append((offsets.last ?? 0) + row.count) }
    self.init(columnCount: columnCount, offsets: offsets, indices: Array(rows.joined()))
  }
}
