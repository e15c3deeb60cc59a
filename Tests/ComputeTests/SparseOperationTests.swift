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
    var values: [Double] { (rows.values ?? []).map { Double($0) } }
    /// The entries of one row.
    func entries(_ row: Int, from base: Int = 0) -> (indices: [Int32], values: [Double]) {
      let range = rows.range(ofRow: row)
      return (rows.indices[range].map { $0 + Int32(base) }, Array(values[range]))
    }
  }

  @Test("gathering rows of a weight matrix is a product with it, in place of what was there; no other row is touched")
  func gather() {
    let (data, base) = (Case(), 100)
    let dense: Matrix<Double> = data.rows.dense()
    let before: Matrix<Double> = gaussianMatrix(6, 9, seed: 62)
    var expected = Matrix<Double>(rows: 6, columns: 9)
    ProductEngine.gsl.multiply(dense, data.weight, into: &expected)
    var batch = BatchRows<Double>()
    for row in 0..<6 {
      let (indices, values) = data.entries(row, from: base)
      // Entries on either side of the shard are another shard's.
      batch.append(column: Int32(base - 1), value: 100)
      for (index, value) in zip(indices, values) { batch.append(column: index, value: value) }
      batch.append(column: Int32(base + 40), value: 100)
      batch.endRow()
    }
    for row in 0..<6 {
      var found = before
      found.gather(
        batch, entries: batch.segment(ofRow: row, columns: base..<base + 40), base: base, from: data.weight,
        toRow: row)
      for other in 0..<6 where other != row { #expect(found[row: other] == before[row: other]) }
      expectClose(Array(found[row: row]), Array(expected[row: row]), within: Self.rounding, "gather")
    }
  }

  /// Products and sums of small whole numbers are exact in any order and with any rounding of single steps.
  private static func whole<S: Scalar>(_ rows: Int, _ columns: Int, _ seed: Int, _: S.Type) -> Matrix<S> {
    var random = Seed(68).stream(.simulation, seed)
    return Matrix(
      rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in S(random.integer(below: 17) - 8) })
  }

  @Test(
    "weighted sums of rows are exact at every width, whatever part of it the registers hold",
    arguments: [0, 1, 15, 16, 31, 32, 63, 64, 65, 96, 127, 128, 129, 191, 192, 200, 600])
  func widths(width: Int) {
    func check<S: Scalar>(_: S.Type) {
      let (weights, deltas) = (Self.whole(9, width, 1, S.self), Self.whole(6, width, 2, S.self))
      // Six users with no, one and several of the nine items; item 4 has nobody.
      let items: [[Int32]] = [[], [3], [0, 8], [1, 2, 3, 5, 6, 7, 8], [0, 1, 2, 3], [8]]
      var batch = BatchRows<S>()
      for (user, list) in items.enumerated() {
        for item in list { batch.append(column: item + 20, value: S(user + 2 * Int(item) - 7)) }
        batch.endRow()
      }
      func value(_ user: Int, _ item: Int32) -> S { S(user + 2 * Int(item) - 7) }
      var found = Self.whole(6, width, 3, S.self)
      for user in items.indices {
        found.gather(
          batch, entries: batch.offsets[user]..<batch.offsets[user + 1], base: 20, from: weights, toRow: user)
        for column in 0..<width {
          let expected = items[user].reduce(S(0)) { $0 + value(user, $1) * weights[Int($1), column] }
          #expect(found[user, column] == expected, "\(S.self), user \(user), column \(column)")
        }
      }
      var inShards = Self.whole(6, width, 4, S.self)
      let shards = [0..<4, 4..<8, 8..<9].map { rows in
        Matrix(rows: rows.count, columns: width, elements: rows.flatMap { weights[row: $0] })
      }
      inShards.gather(batch, users: 0..<6, fromShards: shards, base: 20, first: 0)
      #expect(inShards == found)

      var columns = BatchColumns<S>()
      var own = BatchRows<S>()
      own.set(to: 20..<29, of: batch)
      columns.collect(own, columns: 9)
      var gradient = Matrix<S>(rows: 9, columns: width)
      for (user, list) in items.enumerated() {
        for item in list {
          for column in 0..<width { gradient[Int(item), column] += value(user, item) * deltas[user, column] }
        }
      }
      let step = Adam(learningRate: 0.01).step(1, penalty: 0)
      var (sparse, dense, scratch) = (weights, weights, Matrix<S>(rows: 1, columns: width))
      var sparseMoments = AdamMoments<S>(rows: 9, columns: width)
      var denseMoments = sparseMoments
      sparseMoments.update(&sparse, sparse: columns, delta: deltas, scratch: &scratch, step)
      denseMoments.update(&dense, gradient: gradient, step)
      #expect(sparse == dense && sparseMoments.first == denseMoments.first)
      #expect(width == 0 || sparse != weights)
    }
    check(Float.self)
    check(Double.self)
  }

  @Test("rows of one matrix are added to another's")
  func rowSums() {
    let matrix: Matrix<Double> = gaussianMatrix(4, 3, seed: 67)
    var two = Matrix<Double>(rows: 2, columns: 3)
    two.add(matrix, rows: 1..<3)
    #expect(two.elements[...] == matrix[row: 1] + matrix[row: 2])
  }

  @Test("the dot product is the dense one")
  func dot() {
    let data = Case()
    let dense: Matrix<Double> = data.rows.dense()
    let other: Matrix<Double> = gaussianMatrix(6, 40, seed: 63)
    for row in 0..<6 {
      let (indices, values) = data.entries(row)
      let found = other.dot(row: row, with: BatchRows(indices, values), entries: indices.indices)
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
    found.scatter(BatchRows(indices, values), entries: indices.indices, scale: -0.5, toRow: 2)
    let dense: Matrix<Double> = data.rows.dense()
    for row in 0..<6 {
      for column in 0..<40 {
        let change = row == 2 ? -0.5 * dense[row, column] : 0
        #expect(found[row, column] == before[row, column] + change)
      }
    }
  }

  @Test("no entries change nothing, gather to zeros and have a dot product of zero")
  func empty() {
    let before: Matrix<Float> = gaussianMatrix(2, 3, seed: 65)
    var matrix = before
    matrix.scatter(BatchRows(), entries: 0..<0, scale: 3, toRow: 1)
    #expect(matrix == before)
    #expect(matrix.dot(row: 0, with: BatchRows(), entries: 0..<0) == 0)
    matrix.gather(
      BatchRows<Float>(), entries: 0..<0, base: 0, from: gaussianMatrix(5, 3, seed: 66), toRow: 0)
    #expect(matrix[row: 0].allSatisfy { $0 == 0 } && matrix[row: 1] == before[row: 1])
  }
}
