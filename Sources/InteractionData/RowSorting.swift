import Compute

/// Sorting many rows of small whole numbers, in place.
enum RowSorting {
  /// The number of entries that one thread sorts at a time.
  private static let blockSize = 1 << 18

  /// Sorts the columns of every row and moves the values along.
  ///
  /// A column that occurs several times in a row is kept once, with its last value; the rest of the row's
  /// places then have no meaning.
  ///
  /// - Parameters:
  ///   - indices: the columns, row after row; shape: `offsets.last`.
  ///   - values: a value for each of them, or none at all.
  ///   - offsets: where each row starts and the last one ends.
  /// - Returns: how many different columns each row has; shape: rows.
  /// - Complexity: O(entries + rows · columnCount / 4096).
  static func sort(
    _ indices: inout [Int32], values: inout [Float], offsets: [Int], columnCount: Int, processor: Processor
  ) throws -> [Int32] {
    // Blocks are cut by the data: whole rows.
    var rows = [0]
    for row in 1..<offsets.count
    where row == offsets.count - 1 || offsets[row] - offsets[rows[rows.count - 1]] >= blockSize {
      rows.append(row)
    }
    let firstRows = rows
    let cuts = firstRows.map { offsets[$0] }
    let kept = try processor.mapSlices(of: &indices, &values, cuts: cuts) { block, columns, values in
      var sorter = RowSorter(columnCount: columnCount, hasValues: !values.isEmpty)
      return (firstRows[block]..<firstRows[block + 1]).map { row in
        let range = offsets[row] - cuts[block]..<offsets[row + 1] - cuts[block]
        return Int32(sorter.sort(&columns, &values, range))
      }
    }
    return kept.flatMap(\.self)
  }

  /// Closes the gaps that repeated columns have left; returns where each row starts now.
  static func compact(
    _ indices: inout [Int32], values: inout [Float], offsets: [Int], kept: [Int32]
  ) -> [Int] {
    let hasValues = !values.isEmpty
    var starts = [0]
    var target = 0
    for row in kept.indices {
      for source in offsets[row]..<offsets[row] + Int(kept[row]) {
        indices[target] = indices[source]
        if hasValues { values[target] = values[source] }
        target += 1
      }
      starts.append(target)
    }
    indices.removeLast(indices.count - target)
    if hasValues { values.removeLast(values.count - target) }
    return starts
  }
}

/// Sorts one row at a time by marking its columns in a set of bits and reading the set in order.
private struct RowSorter {
  /// One bit for each column.
  private var marks: [UInt64]
  /// One bit for each word of ``marks`` that is not 0.
  private var summary: [UInt64]
  /// The last value seen of each column.
  private var lastValues: [Float]

  init(columnCount: Int, hasValues: Bool) {
    marks = [UInt64](repeating: 0, count: columnCount / 64 + 1)
    summary = [UInt64](repeating: 0, count: marks.count / 64 + 1)
    lastValues = [Float](repeating: 0, count: hasValues ? columnCount : 0)
  }

  /// Sorts the entries in `range`; returns how many different columns are now at its beginning.
  mutating func sort(
    _ columns: inout MutableSpan<Int32>, _ values: inout MutableSpan<Float>, _ range: Range<Int>
  ) -> Int {
    let hasValues = !lastValues.isEmpty
    for position in range {
      let column = Int(columns[position])
      marks[column >> 6] |= 1 << UInt64(column & 63)
      summary[column >> 12] |= 1 << UInt64(column >> 6 & 63)
      if hasValues { lastValues[column] = values[position] }
    }
    var target = range.lowerBound
    for group in summary.indices {
      var words = summary[group]
      if words == 0 { continue }
      summary[group] = 0
      while words != 0 {
        let word = group << 6 | words.trailingZeroBitCount
        words &= words - 1
        var bits = marks[word]
        marks[word] = 0
        while bits != 0 {
          let column = word << 6 | bits.trailingZeroBitCount
          bits &= bits - 1
          columns[target] = Int32(truncatingIfNeeded: column)
          if hasValues { values[target] = lastValues[column] }
          target += 1
        }
      }
    }
    return target - range.lowerBound
  }
}
