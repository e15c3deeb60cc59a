import Compute

/// Joins the parts of a file to sparse rows.
struct RowCollector {
  /// Whether the lines of every user have stood together so far.
  private(set) var isGrouped = true
  /// The number of interactions, repeated ones included.
  private(set) var count = 0
  private let hasValues: Bool
  private var counts: [Int] = []
  private var offsets: [Int] = [0]
  private var indices: [Int32] = []
  private var values: [Float] = []
  // Where the next interaction of each user goes; used while filling.
  private var next: [Int] = []

  init(hasValues: Bool) { self.hasValues = hasValues }

  /// Counts the next part and, as long as users stand together, keeps it.
  ///
  /// - Parameter share: how much of the file has been read with it.
  mutating func append(_ chunk: ParsedChunk, share: Double) {
    count += chunk.items.count
    for run in chunk.runs {
      let user = Int(run.user)
      if user == counts.count { counts.append(0) } else if user != counts.count - 1 { isGrouped = false }
      counts[user] += Int(run.count)
    }
    guard isGrouped else {
      indices = []
      values = []
      return
    }
    if count > indices.capacity {
      let expected = expectedCount(count, share: share)
      indices.reserveCapacity(expected)
      if hasValues { values.reserveCapacity(expected) }
    }
    indices.append(contentsOf: chunk.items)
    values.append(contentsOf: chunk.ratings)
  }

  /// Makes the rows that a second reading fills.
  mutating func prepareToFill() {
    indices = [Int32](repeating: 0, count: count)
    values = [Float](repeating: 0, count: hasValues ? count : 0)
    next = starts()
  }

  /// Puts the interactions of the next part into their rows.
  mutating func fill(_ chunk: ParsedChunk) {
    var position = 0
    for run in chunk.runs {
      let user = Int(run.user)
      for _ in 0..<run.count {
        indices[next[user]] = chunk.items[position]
        if hasValues { values[next[user]] = chunk.ratings[position] }
        next[user] += 1
        position += 1
      }
    }
  }

  /// The rows, sorted, each cell once; and how many interactions repeated an earlier one.
  mutating func finish(columnCount: Int, processor: Processor) throws -> (rows: SparseRows, repeats: Int) {
    let offsets = starts()
    let kept = try RowSorting.sort(
      &indices, values: &values, offsets: offsets, columnCount: columnCount, processor: processor)
    let repeats = count - kept.reduce(0) { $0 + Int($1) }
    guard repeats > 0 else {
      let rows = SparseRows(
        columnCount: columnCount, offsets: offsets, indices: indices, values: hasValues ? values : nil)
      return (rows, 0)
    }
    let compact = RowSorting.compact(&indices, values: &values, offsets: offsets, kept: kept)
    let rows = SparseRows(
      columnCount: columnCount, offsets: compact, indices: indices, values: hasValues ? values : nil)
    return (rows, repeats)
  }

  private func starts() -> [Int] {
    var starts = [0]
    starts.reserveCapacity(counts.count + 1)
    var sum = 0
    for count in counts {
      sum += count
      starts.append(sum)
    }
    return starts
  }
}
