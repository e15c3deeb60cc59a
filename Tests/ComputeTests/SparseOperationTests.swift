import Compute
import TestSupport
import Testing

/// Operations between sparse rows and dense matrices, against the same on dense rows.
@Suite("Sparse rows times dense matrices")
struct SparseOperationTests {
  /// A dozen Double products and additions of size about one.
  private static let rounding = 1e-13

  private struct Case {
    let rows = randomRows(6, 40, density: 0.3, seed: 60, ratings: [1, 2, 3.5, -1])
    let weight: Matrix<Double> = gaussianMatrix(40, 9, seed: 61)
    let base = 100
    var values: [Double] { (rows.values ?? []).map { Double($0) } }
    /// The entries of one row, their columns counted from `base`.
    func entries(_ row: Int) -> (indices: [Int32], values: [Double]) {
      let range = rows.range(ofRow: row)
      return (rows.indices[range].map { $0 + Int32(base) }, Array(values[range]))
    }
  }

  @Test("gathering rows of a weight matrix is a product with it, added to what was there")
  func gather() {
    let data = Case()
    let before: Matrix<Double> = gaussianMatrix(6, 9, seed: 62)
    var found = before
    var batch = BatchRows<Double>()
    for row in 0..<6 {
      let (indices, values) = data.entries(row)
      // Entries on either side of the shard are another shard's.
      batch.append(column: Int32(data.base - 1), value: 100)
      for (index, value) in zip(indices, values) { batch.append(column: index, value: value) }
      batch.append(column: Int32(data.base + 40), value: 100)
      batch.endRow()
    }
    found.gather(batch, columns: data.base..<data.base + 40, from: data.weight)
    var expected = before
    ProductEngine.gsl.multiply(data.rows.dense(), data.weight, into: &expected, accumulating: true)
    expectClose(found.elements, expected.elements, within: Self.rounding, "gather")
  }

  @Test("the dot product is the dense one")
  func dot() {
    let data = Case()
    let dense: Matrix<Double> = data.rows.dense()
    let other: Matrix<Double> = gaussianMatrix(6, 40, seed: 63)
    for row in 0..<6 {
      let (indices, values) = data.entries(row)
      let found = other.dot(row: row, indices: indices[...], values: values[...], base: data.base)
      let expected = zip(dense[row: row], other[row: row]).reduce(0) { $0 + $1.0 * $1.1 }
      expectClose([found], [expected], within: Self.rounding, "row \(row)")
    }
  }

  @Test("scattering adds a multiple of the dense row, and touches no other row")
  func scatter() {
    let data = Case()
    let before: Matrix<Double> = gaussianMatrix(6, 40, seed: 64)
    var found = before
    let (indices, values) = data.entries(2)
    found.scatter(row: 2, indices: indices[...], values: values[...], base: data.base, scale: -0.5)
    let dense: Matrix<Double> = data.rows.dense()
    for row in 0..<6 {
      for column in 0..<40 {
        let change = row == 2 ? -0.5 * dense[row, column] : 0
        #expect(found[row, column] == before[row, column] + change)
      }
    }
  }

  @Test("no entries change nothing and have a dot product of zero")
  func empty() {
    let before: Matrix<Float> = gaussianMatrix(2, 3, seed: 65)
    var matrix = before
    var batch = BatchRows<Float>()
    batch.endRow()
    batch.append(column: 9, value: 1)
    batch.endRow()
    matrix.gather(batch, columns: 0..<5, from: gaussianMatrix(5, 3, seed: 66))
    matrix.scatter(row: 1, indices: [], values: [], base: 0, scale: 3)
    #expect(matrix == before)
    #expect(matrix.dot(row: 0, indices: [], values: [], base: 7) == 0)
  }
}
