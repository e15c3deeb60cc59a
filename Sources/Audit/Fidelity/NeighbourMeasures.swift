import Compute
import Foundation

/// Precision, recall, density and coverage with balls around the k-th nearest neighbour, in Jaccard distance.
///
/// A ball is open, as in the code of Naeem et al. (ICML 2020): a point on its edge is outside. So is a copy of a point with k
/// other copies, whose ball is empty.
struct NeighbourMeasures: Sendable {
  var precision: [Double]
  var recall: [Double]
  var density: [Double]
  var coverage: [Double]

  /// - Returns: `nil` when one side has no k neighbours.
  init?(reference: JaccardIndex, radii: [Float], other: SparseRows, k: Int, _ processor: Processor) throws {
    if other.rowCount <= k || reference.rows.rowCount <= k { return nil }
    let index = JaccardIndex(other)
    let own = try index.largest(k, of: other, leavesOut: true, processor).map { $0[k - 1] }
    struct Part {
      var inside: [Double] = []
      var nearest: [Float]
      var recalled: [Bool]
    }
    let rows = reference.rows.rowCount
    let parts = try reference.map(
      other, processor,
      start: { Part(nearest: [Float](repeating: -1, count: rows), recalled: [Bool](repeating: false, count: rows)) }
    ) { part, query, similarities in
      var inside = 0
      for row in similarities.indices {
        let value = similarities[row]
        if value > radii[row] { inside += 1 }
        if value > part.nearest[row] { part.nearest[row] = value }
        if value > own[query] { part.recalled[row] = true }
      }
      part.inside.append(Double(inside))
    }
    let inside = parts.flatMap(\.inside)
    precision = inside.map { $0 > 0 ? 1 : 0 }
    density = inside.map { $0 / Double(k) }
    recall = (0..<rows).map { row in parts.contains { $0.recalled[row] } ? 1 : 0 }
    coverage = (0..<rows).map { row in parts.contains { $0.nearest[row] > radii[row] } ? 1 : 0 }
  }

  static func measures(_ sample: AuditSample, k: Int, _ processor: Processor) throws -> [AuditMeasure] {
    let index = JaccardIndex(sample.reference)
    var found: (value: NeighbourMeasures?, ceiling: NeighbourMeasures?)
    if sample.reference.rowCount > k {
      let radii = try index.largest(k, of: sample.reference, leavesOut: true, processor).map { $0[k - 1] }
      found.value = try NeighbourMeasures(reference: index, radii: radii, other: sample.synthetic, k: k, processor)
      found.ceiling = try NeighbourMeasures(reference: index, radii: radii, other: sample.peers, k: k, processor)
    }
    let count = Double(sample.synthetic.rowCount)
    // Shares of reference users vary with the users on the other side, who may be fewer.
    func measure(_ kind: AuditMeasureKind, _ pick: (NeighbourMeasures) -> [Double]) -> AuditMeasure {
      func error(_ values: [Double]?) -> Double? {
        values.map { Statistics.standardDeviation($0) / min(count, Double($0.count)).squareRoot() }
      }
      let (value, ceiling) = (found.value.map(pick), found.ceiling.map(pick))
      return GapRule.measure(
        kind, value: value.map(Statistics.mean), standardError: error(value),
        ceiling: ceiling.map(Statistics.mean), ceilingError: error(ceiling),
        missing: "Needs more than \(k) users in each group.")
    }
    return [
      measure(.precision, \.precision), measure(.recall, \.recall), measure(.density, \.density),
      measure(.coverage, \.coverage),
    ]
  }
}
