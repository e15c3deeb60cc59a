import Compute
import TestSupport
import Testing

/// A batch by runs of columns, and rows with entries left out.
@Suite("Divided rows")
struct DividedRowsTests {
  /// A column of its own for every third user, so that some rows are empty in most runs, and values that tell entries apart.
  private static func batch<S: Scalar>(_ users: Range<Int>, columns: Int, seed: UInt64, _: S.Type) -> BatchRows<S> {
    let rows = randomRows(users.upperBound, columns, density: 0.1, seed: seed)
    var batch = BatchRows<S>()
    for user in users {
      if user % 3 != 0 {
        for (place, column) in rows.indices(ofRow: user).enumerated() {
          batch.append(column: column, value: S(user * 100 + place))
        }
      }
      batch.endRow()
    }
    return batch
  }

  private static func check<S: Scalar>(columns: Int, width: Int, cuts: [Int], _: S.Type) {
    var whole = BatchRows<S>()
    let parts = zip(cuts, cuts.dropFirst()).map { first, end in
      let block = batch(first..<end, columns: columns, seed: 310, S.self)
      whole.append(block)
      var divided = DividedRows<S>()
      // A division forgets the one before.
      divided.divide(batch(0..<40, columns: 90, seed: 311, S.self), width: 7, columns: 90)
      divided.divide(block, width: width, columns: columns)
      return divided
    }
    var (found, expected) = (batch(0..<3, columns: 5, seed: 312, S.self), BatchRows<S>())
    for run in (0..<columns).blocks(of: width) {
      found.set(toRunFrom: run.lowerBound, of: parts)
      expected.set(to: run, of: whole)
      #expect(found.offsets == expected.offsets && found.indices == expected.indices, "\(S.self), run \(run)")
      #expect(found.values == expected.values && found.rowCount == whole.rowCount)
      let own = (0..<whole.rowCount).flatMap { row in
        whole.range(ofRow: row).filter { run.contains(Int(whole.indices[$0])) }
      }
      #expect(expected.indices == own.map { whole.indices[$0] - Int32(run.lowerBound) })
      #expect(expected.values == own.map { whole.values[$0] })
    }
  }

  @Test(
    "every run has its entries of all rows in order, whatever the width and the blocks of users",
    arguments: [(50, 50), (50, 8), (50, 7), (51, 50), (640, 64), (1, 64)],
    [[0, 20], [0, 7, 8, 20], [0, 0, 20, 20]])
  func runs(shape: (columns: Int, width: Int), cuts: [Int]) {
    Self.check(columns: shape.columns, width: shape.width, cuts: cuts, Float.self)
    Self.check(columns: shape.columns, width: shape.width, cuts: cuts, Double.self)
  }

  @Test("without users a run is empty")
  func empty() {
    var rows = Self.batch(0..<3, columns: 5, seed: 313, Float.self)
    rows.set(toRunFrom: 64, of: [])
    #expect(rows.rowCount == 0 && rows.indices.isEmpty && rows.values.isEmpty)
  }

  @Test(
    "entries are left out by one draw each, in order, and the others scaled", arguments: [0, 0.3, 0.5, 1],
    [nil, [1, 0, 3.5]] as [[Float]?])
  func leavingOut(rate: Double, ratings: [Float]?) {
    let rows = randomRows(30, 500, density: 0.4, seed: 314, ratings: ratings)
    let (factor, scale): (Float, Float) = (0.3, 1.7)
    var (found, expected) = (BatchRows<Float>(), BatchRows<Float>())
    var random = Seed(315).stream(.corruption)
    var other = Seed(315).stream(.corruption)
    for row in 0..<30 {
      found.append(row, of: rows, scaledBy: factor, leavingOut: rate, scale: scale, using: &random)
      found.endRow()
      for position in rows.range(ofRow: row) {
        let isLeftOut = other.uniform() < rate
        if isLeftOut { continue }
        expected.append(column: rows.indices[position], value: rows.value(at: position) * factor * scale)
      }
      expected.endRow()
    }
    #expect(found.offsets == expected.offsets && found.indices == expected.indices && found.values == expected.values)
    #expect(random.bits() == other.bits(), "as many draws as entries")
    #expect((found.indices.count == rows.nonZeroCount) == (rate == 0))
  }
}
