import Compute

/// Positions sorted by a small whole number, in linear time.
struct Grouping: Sendable {
  /// Where each group starts, and where the last one ends; shape: groups + 1.
  let starts: [Int]
  /// The positions, those of group 0 first, within a group in ascending order; `nil` where they ascend anyway.
  private let order: [Int]?

  /// Groups the positions of `groups`.
  ///
  /// - Complexity: O(positions + groups).
  init(of groups: [Int32], groupCount: Int) {
    var starts = [Int](repeating: 0, count: groupCount + 1)
    var isOrdered = true
    var last: Int32 = 0
    for group in groups {
      starts[Int(group) + 1] += 1
      isOrdered = isOrdered && group >= last
      last = group
    }
    for group in 0..<groupCount { starts[group + 1] += starts[group] }
    self.starts = starts
    if isOrdered {
      order = nil
      return
    }
    var next = starts
    var order = [Int](repeating: 0, count: groups.count)
    for (position, group) in groups.enumerated() {
      order[next[Int(group)]] = position
      next[Int(group)] += 1
    }
    self.order = order
  }

  /// The position at a place of the sorted order.
  @inline(__always)
  subscript(place: Int) -> Int { order?[place] ?? place }

  /// The positions of one group, ascending.
  func positions(of group: Int) -> [Int] { (starts[group]..<starts[group + 1]).map { self[$0] } }
}

extension SparseRows {
  /// Creates rows from cells in any order, no cell twice.
  ///
  /// - Complexity: O(cells · log(longest row) + rows).
  init(rowCount: Int, columnCount: Int, rows: [Int32], columns: [Int32], values: [Float]? = nil) {
    var offsets = [Int](repeating: 0, count: rowCount + 1)
    for row in rows { offsets[Int(row) + 1] += 1 }
    for row in 0..<rowCount { offsets[row + 1] += offsets[row] }
    // Column and value in one word, so that sorting a row moves both, and the rows of a file are read in order.
    var next = offsets
    var cells = [UInt64](repeating: 0, count: rows.count)
    for position in rows.indices {
      let row = Int(rows[position])
      let value = values.map { $0[position].bitPattern } ?? 0
      cells[next[row]] = UInt64(UInt32(bitPattern: columns[position])) << 32 | UInt64(value)
      next[row] += 1
    }
    for row in 0..<rowCount { cells[offsets[row]..<offsets[row + 1]].sort() }
    self.init(
      columnCount: columnCount, offsets: offsets, indices: cells.map { Int32(truncatingIfNeeded: $0 >> 32) },
      values: values == nil ? nil : cells.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) })
  }

  /// Creates rows from ascending lists of columns.
  init(columnCount: Int, ascending rows: [[Int32]]) {
    var builder = RowBuilder()
    for row in rows { builder.append(row) }
    self.init(columnCount: columnCount, offsets: builder.offsets, indices: builder.indices)
  }
}

/// Rows in the making, from ascending lists of columns.
struct RowBuilder {
  fileprivate private(set) var offsets = [0]
  fileprivate private(set) var indices: [Int32] = []

  /// Adds a row.
  mutating func append(_ columns: [Int32]) {
    indices += columns
    offsets.append(indices.count)
  }

  /// The rows, which nothing checks.
  func rows(columnCount: Int) -> SparseRows {
    SparseRows(ordered: columnCount, offsets: offsets, indices: indices)
  }
}
