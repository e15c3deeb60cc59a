import Compute
import TestSupport
import Testing

@Suite("Sparse rows")
struct SparseRowsTests {
  private static let seeds: [UInt64] = [90, 91, 92]

  @Test("rows come from lists in any order, repetitions counted once")
  func fromLists() {
    let rows = SparseRows(columnCount: 5, rows: [[3, 0, 3], [], [4]])
    #expect(rows.offsets == [0, 2, 2, 3] && rows.indices == [0, 3, 4] && rows.values == nil)
    #expect(rows.rowCount == 3 && rows.nonZeroCount == 3)
    #expect(Array(rows.indices(ofRow: 0)) == [0, 3] && rows.count(ofRow: 1) == 0 && rows.value(at: 1) == 1)
  }

  @Test(
    "transposing turns rows into columns, and twice gives back the same", arguments: seeds, [true, false])
  func transpose(seed: UInt64, rated: Bool) {
    let rows = randomRows(13, 29, density: 0.2, seed: seed, ratings: rated ? [1, 2.5, 5] : nil)
    let turned = rows.transposed()
    let (before, after): (Matrix<Float>, Matrix<Float>) = (rows.dense(), turned.dense())
    for row in 0..<13 {
      for column in 0..<29 { #expect(before[row, column] == after[column, row], "seed \(seed)") }
    }
    #expect(turned.transposed() == rows, "seed \(seed)")
  }

  @Test("parts that are joined are the whole", arguments: seeds, [true, false])
  func joined(seed: UInt64, rated: Bool) {
    let rows = randomRows(9, 17, density: 0.3, seed: seed, ratings: rated ? [1, 2.5, 5] : nil)
    let parts = [0..<2, 2..<2, 2..<9].map { rows.selecting(rows: $0) }
    #expect(SparseRows(columnCount: 17, joining: parts) == rows, "seed \(seed)")
    #expect(SparseRows(columnCount: 17, joining: []).rowCount == 0)
  }

  @Test("chosen rows come in the order asked for, repeated where asked", arguments: seeds, [true, false])
  func select(seed: UInt64, rated: Bool) {
    let rows = randomRows(9, 17, density: 0.3, seed: seed, ratings: rated ? [1, 2.5, 5] : nil)
    let order = [8, 0, 3, 3]
    let chosen = rows.selecting(rows: order)
    let (all, some): (Matrix<Float>, Matrix<Float>) = (rows.dense(), chosen.dense())
    #expect(chosen.rowCount == 4 && (chosen.values != nil) == rated)
    for (place, row) in order.enumerated() { #expect(some[row: place] == all[row: row][...], "seed \(seed)") }
    #expect(rows.selecting(rows: 0..<9) == rows, "seed \(seed)")
    #expect(rows.selecting(rows: []).rowCount == 0)
  }

  @Test("column counts are the lengths of the transposed rows", arguments: seeds)
  func counts(seed: UInt64) {
    let rows = randomRows(20, 11, density: 0.2, seed: seed)
    let turned = rows.transposed()
    #expect(rows.columnCounts() == (0..<11).map { turned.count(ofRow: $0) }, "seed \(seed)")
  }

  @Test("a row's entries in a range of columns are found, at the edges too")
  func segments() {
    var batch = BatchRows<Float>()
    for column in [2, 5, 6, 9] { batch.append(column: Int32(column), value: Float(column)) }
    batch.endRow()
    batch.endRow()
    batch.append(column: 5, value: 1)
    batch.endRow()
    #expect(batch.rowCount == 3 && batch.offsets == [0, 4, 4, 5])
    #expect(batch.segment(ofRow: 0, columns: 0..<10) == 0..<4)
    #expect(batch.segment(ofRow: 0, columns: 5..<9) == 1..<3)
    #expect(batch.segment(ofRow: 0, columns: 3..<5).isEmpty)
    #expect(batch.segment(ofRow: 0, columns: 10..<20).isEmpty)
    #expect(batch.segment(ofRow: 1, columns: 0..<10).isEmpty)
    #expect(batch.segment(ofRow: 2, columns: 5..<6) == 4..<5)
  }

  @Test("appending a batch continues its rows; removing everything starts again")
  func appending() {
    var (one, two) = (BatchRows<Double>(), BatchRows<Double>())
    one.append(column: 1, value: 10)
    one.endRow()
    two.endRow()
    two.append(column: 0, value: 20)
    two.append(column: 4, value: 30)
    two.endRow()
    one.append(two)
    #expect(one.offsets == [0, 1, 1, 3] && one.indices == [1, 0, 4] && one.values == [10, 20, 30])
    one.removeAll()
    #expect(one.rowCount == 0 && one.indices.isEmpty && one.values.isEmpty)
  }
}
