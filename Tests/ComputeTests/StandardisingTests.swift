import Compute
import Testing

@Suite("Rows on one scale")
struct StandardisingTests {
  private func standardised(
    _ rows: [[Float]], byLargest count: Int, excluding excluded: [[Int]]? = nil
  ) -> Matrix<Float> {
    let columns = rows[0].count
    var matrix = Matrix<Float>(rows: rows.count, columns: columns, elements: rows.flatMap(\.self))
    matrix.standardiseRows(
      byLargest: count,
      excluding: SparseRows(columnCount: columns, rows: excluded ?? rows.map { _ in [] }))
    return matrix
  }

  /// The largest three are 3, 4, 5 and 1e4, 2e4, 3e4: mean 4 and 2e4, deviation √(2/3) and 1e4 √(2/3).
  @Test("the largest numbers of each row get mean 0 and deviation 1, and the others follow")
  func largest() {
    let found = standardised([[1, 5, 3, 2, 4], [1e4, -1e4, 0, 3e4, 2e4]], byLargest: 3)
    let unit = Float(1.5).squareRoot()
    let expected: [Float] = [-3, 1, -1, -2, 0, -1, -3, -2, 1, 0]
    for (x, y) in zip(found.elements, expected) { #expect(abs(x - y * unit) < 1e-6) }
  }

  @Test("what is excluded does not count, whatever its size, and is scaled with the others")
  func excluded() {
    let found = standardised([[900, 1, 5, 3, 800, 2, 4, 700]], byLargest: 3, excluding: [[0, 4, 7]])
    let unit = Float(1.5).squareRoot()
    let expected: [Float] = [896, -3, 1, -1, 796, -2, 0, 696]
    for (x, y) in zip(found.elements, expected) { #expect(abs(x - y * unit) < 1e-3) }
  }

  @Test("the largest of many are found wherever they stand", arguments: [1, 2, 7, 100, 999, 5000])
  func many(_ count: Int) {
    var random = Seed(3).stream(.simulation)
    let row = (0..<1000).map { _ in Float(random.gaussian()) }
    let largest = row.map { Double($0) }.sorted(by: >).prefix(count == 1 ? 1000 : count)
    // A single number has no deviation, so that all count.
    let mean = Statistics.mean(Array(largest))
    let deviation = Statistics.populationVariance(Array(largest)).squareRoot()
    let found = standardised([row], byLargest: count)
    for (x, y) in zip(found.elements, row) { #expect(abs(Double(x) - (Double(y) - mean) / deviation) < 1e-5) }
  }

  @Test("where the largest are equal, all numbers count; where all are equal, nothing is left; NaN stays seen")
  func equal() {
    let found = standardised(
      [[2, 2, 2, 0], [0.1, 0.1, 0.1, 0.1], [-3e7, -3e7, -3e7, -3e7], [1, .nan, 2, 3]], byLargest: 3)
    // Mean 1.5, variance 0.75.
    let root = Float(0.75).squareRoot()
    for (x, y) in zip(found[row: 0], [Float]([0.5, 0.5, 0.5, -1.5])) { #expect(abs(x - y / root) < 1e-6) }
    for row in [1, 2] { #expect(found[row: row].allSatisfy { $0 == 0 }) }
    #expect(found[3, 1].isNaN)
  }

  @Test("users who have everything, and no items, are no trouble")
  func edges() {
    #expect(standardised([[1, 2]], byLargest: 3, excluding: [[0, 1]]).elements == [-1, 1])
    var empty = Matrix<Double>(rows: 3, columns: 0)
    empty.standardiseRows(byLargest: 3, excluding: SparseRows(columnCount: 0, rows: [[], [], []]))
    #expect(empty.rows == 3 && empty.columns == 0)
  }
}
