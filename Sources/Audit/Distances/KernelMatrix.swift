import Compute

/// The Jaccard similarities of all pairs among two sets of equally many users, the first set first (2n × 2n).
///
/// The Jaccard similarity is a positive definite kernel on sets (Bouchard, Jousselme and Doré, Int. J. Approx. Reasoning
/// 2013), so its MMD is a distance.
struct KernelMatrix: Sendable {
  let rows: SparseRows
  let similarities: Matrix<Float>
  /// n, the users of one set.
  let half: Int

  init(_ first: SparseRows, _ second: SparseRows, _ processor: Processor) throws {
    precondition(first.rowCount == second.rowCount, "\(first) beside \(second)")
    rows = first.followed(by: second)
    half = first.rowCount
    let index = JaccardIndex(rows)
    let parts = try index.map(rows, processor, start: { [Float]() }) { part, _, similarities in
      for value in similarities { part.append(value) }
    }
    similarities = Matrix(rows: rows.rowCount, columns: rows.rowCount, elements: parts.flatMap(\.self))
  }
}
