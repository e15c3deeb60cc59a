/// Joins the parts of a file column by column.
struct ColumnCollector {
  private(set) var users: [Int32] = []
  private(set) var items: [Int32] = []
  private(set) var ratings: [Float] = []
  private(set) var timestamps: [Double] = []

  /// Appends the next part.
  ///
  /// - Parameter share: how much of the file has been read with it.
  mutating func append(_ chunk: ParsedChunk, share: Double) {
    let needed = items.count + chunk.items.count
    if needed > items.capacity {
      // A little more than it looks like, once, because growing copies everything. Memory not written to is
      // not taken from the machine.
      let expected = expectedCount(needed, share: share)
      users.reserveCapacity(expected)
      items.reserveCapacity(expected)
      if !chunk.ratings.isEmpty { ratings.reserveCapacity(expected) }
      if !chunk.timestamps.isEmpty { timestamps.reserveCapacity(expected) }
    }
    for run in chunk.runs { users.append(contentsOf: repeatElement(run.user, count: Int(run.count))) }
    items.append(contentsOf: chunk.items)
    ratings.append(contentsOf: chunk.ratings)
    timestamps.append(contentsOf: chunk.timestamps)
  }
}

/// How many there will be in the whole file, on the safe side, when `count` are in this share of it.
func expectedCount(_ count: Int, share: Double) -> Int {
  Int(Double(count) / max(share, 1e-6) * 1.05) + 1024
}
