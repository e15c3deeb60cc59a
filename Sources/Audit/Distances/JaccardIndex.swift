import Compute

/// Jaccard similarities of profiles to a set of rows, by counting along the lists of who has an item.
///
/// `|x ∩ y| / |x ∪ y|`; the distance is 1 minus that. Quotients of the same fraction are the same bits, so ties are ties.
struct JaccardIndex: Sendable {
  let rows: SparseRows
  private let owners: SparseRows
  private let lengths: [Int32]

  init(_ rows: SparseRows) {
    self.rows = rows
    owners = rows.transposed()
    lengths = (0..<rows.rowCount).map { Int32(rows.count(ofRow: $0)) }
  }

  /// The similarities of a block of queries, one after the other.
  ///
  /// - Complexity: for each query the number of pairs (item of the query, row that has it), and one pass over the rows.
  private func scan(
    _ queries: SparseRows, _ range: Range<Int>, _ visit: (_ query: Int, _ similarities: borrowing [Float]) -> Void
  ) {
    var similarities = [Float](repeating: 0, count: rows.rowCount)
    var counts = [Int32](repeating: 0, count: rows.rowCount)
    for query in range {
      for row in counts.indices { counts[row] = 0 }
      var target = counts.mutableSpan
      let all = owners.indices.span
      for item in queries.indices(ofRow: query) {
        for position in owners.range(ofRow: Int(item)) { target[Int(all[position])] += 1 }
      }
      let length = Int32(queries.count(ofRow: query))
      for row in similarities.indices {
        let both = counts[row]
        similarities[row] = both == 0 ? 0 : Float(both) / Float(length + lengths[row] - both)
      }
      visit(query, similarities)
    }
  }

  /// Visits every query, blocks of them at a time, each with a result of its own; the results in order.
  func map<Result: Sendable>(
    _ queries: SparseRows, _ processor: Processor, start: @Sendable () -> Result,
    _ visit: @Sendable (_ result: inout Result, _ query: Int, _ similarities: borrowing [Float]) -> Void
  ) throws -> [Result] {
    // At most 32 blocks, so that results as long as the rows stay few.
    let size = max(32, (queries.rowCount + 31) / 32)
    return try processor.map(count: (queries.rowCount + size - 1) / size) { block in
      var result = start()
      scan(queries, block * size..<min(queries.rowCount, (block + 1) * size)) { query, similarities in
        visit(&result, query, similarities)
      }
      return result
    }
  }

  /// For each query the k largest similarities, largest first.
  ///
  /// - Parameter leavesOut: whether the queries are the rows themselves, and none counts as its own neighbour.
  func largest(_ k: Int, of queries: SparseRows, leavesOut: Bool = false, _ processor: Processor) throws -> [[Float]] {
    try map(queries, processor, start: { [[Float]]() }) { result, query, similarities in
      result.append(Self.top(k, similarities, except: leavesOut ? query : nil))
    }.flatMap(\.self)
  }

  /// The k largest similarities, largest first.
  static func top(_ k: Int, _ similarities: borrowing [Float], except own: Int? = nil) -> [Float] {
    var best = LargestKeys<Float>(k)
    for row in similarities.indices where row != own { best.offer(similarities[row]) }
    return best.keys.sorted(by: >)
  }
}
