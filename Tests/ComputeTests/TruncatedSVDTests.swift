import Compute
import TestSupport
import Testing

/// Singular vectors of sparse rows.
@Suite("Truncated SVD")
struct TruncatedSVDTests {
  private func svd(_ rows: SparseRows, _ count: Int, threads: Int = 2) throws -> TruncatedSVD {
    var random = Seed(3).stream(.initialisation)
    return try TruncatedSVD(
      of: rows, count: count, random: &random, processor: Processor(engine: .gsl, threads: threads))
  }

  private func dense(_ rows: SparseRows) -> Matrix<Double> {
    var matrix = Matrix<Double>(rows: rows.rowCount, columns: rows.columnCount)
    for row in 0..<rows.rowCount { for column in rows.indices(ofRow: row) { matrix[row, Int(column)] = 1 } }
    return matrix
  }

  /// The largest departure of VᵀV from what it should be: ones, and zeros where there is no singular value.
  private func departure(_ found: TruncatedSVD) -> Double {
    var worst = 0.0
    for i in 0..<found.vectors.rows {
      for j in 0...i {
        let product = zip(found.vectors[row: i], found.vectors[row: j]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        worst = max(worst, abs(product - (i == j && found.values[i] > 0 ? 1 : 0)))
      }
    }
    return worst
  }

  @Test(
    "values and vectors are those of the whole decomposition", arguments: [(60, 40, 8), (40, 70, 8), (200, 150, 20)])
  func whole(m: Int, n: Int, count: Int) throws {
    let rows = randomRows(m, n, density: 0.2, seed: 194)
    let found = try svd(rows, count)
    let matrix = dense(rows)
    let expected = try LinearAlgebra.singularValues(matrix)
    for (value, known) in zip(found.values, expected) { #expect(abs(value - known) < 1e-3 * expected[0]) }
    #expect(departure(found) < 1e-5)
    // AᵀA v = σ² v, for those that have converged: the first half.
    for i in 0..<count / 2 {
      let v = found.vectors[row: i].map { Double($0) }
      let image = (0..<m).map { row in (0..<n).reduce(0) { $0 + matrix[row, $1] * v[$1] } }
      for column in 0..<n {
        let back = (0..<m).reduce(0) { $0 + matrix[$1, column] * image[$1] }
        #expect(abs(back - expected[i] * expected[i] * v[column]) < 1e-3 * expected[0] * expected[0])
      }
    }
  }

  @Test("rows of a smaller rank have vectors of zeros beyond it")
  func rank() throws {
    let rows = SparseRows(
      columnCount: 30, rows: (0..<40).map { $0 % 3 == 0 ? [1, 2, 3] : $0 % 3 == 1 ? [4, 5] : [1, 9] })
    let found = try svd(rows, 10)
    #expect(found.values.count { $0 > 0 } == 3)
    #expect(departure(found) < 1e-5)
    #expect(found.vectors[row: 5].allSatisfy { $0 == 0 })
  }

  @Test("the same start gives the same bits at any number of threads")
  func threads() throws {
    let rows = randomRows(1300, 700, density: 0.02, seed: 195)
    let one = try svd(rows, 12, threads: 1)
    for threads in [2, 3] {
      let more = try svd(rows, 12, threads: threads)
      #expect(more.vectors == one.vectors && more.values == one.values)
    }
  }

  @Test("nothing is asked of nothing")
  func none() throws {
    #expect(try svd(SparseRows(columnCount: 5, rows: [[], []]), 2).values == [0, 0])
    #expect(try svd(randomRows(4, 5, density: 0.5, seed: 196), 0).vectors.rows == 0)
  }
}
