import Compute
import Testing

@Suite struct ColumnRegressionTests {
  private static let ridge = 10.0

  /// Both ways to the weights, through columns and through rows, against the inverse in double precision.
  @Test(arguments: [(400, 90), (60, 300), (90, 90)])
  func predictionsAreThoseOfTheInverse(users: Int, columns: Int) throws {
    let processor = Processor(engine: .gsl, threads: 2)
    let rows = PositiveDefiniteTests.rows(users, columns: columns)
    let others = PositiveDefiniteTests.rows(20, columns: columns, seed: 8)
    let found = try ColumnRegression(of: rows, ridge: Self.ridge, processor: processor)
      .predictions(for: others, using: processor.engine)
    #expect((found.rows, found.columns) == (20, columns))
    let inverse = try InverseGram<Double>(
      of: rows, ridge: [Double](repeating: Self.ridge, count: columns), processor: processor
    ).matrix(processor: processor) { _, _ in }
    for row in 0..<others.rowCount {
      for column in 0..<columns {
        var expected = 0.0
        for other in others.indices(ofRow: row) where Int(other) != column {
          expected -= inverse[Int(other), column] / inverse[column, column]
        }
        // Predictions are near 1 at most; single precision leaves six digits of the inverse.
        #expect(abs(Double(found[row, column]) - expected) < 1e-4)
      }
    }
  }

  @Test(arguments: [(400, 90), (60, 300)])
  func anEntryDoesNotPredictItself(users: Int, columns: Int) throws {
    let processor = Processor(engine: .gsl, threads: 1)
    let regression = try ColumnRegression(
      of: PositiveDefiniteTests.rows(users, columns: columns), ridge: Self.ridge, processor: processor)
    let pair = SparseRows(columnCount: columns, rows: [[0, 1, 5, 9], [1, 5, 9]])
    let found = regression.predictions(for: pair, using: processor.engine)
    // Single precision leaves six digits; the weights of other columns are hundredths.
    #expect(abs(found[0, 0] - found[1, 0]) < 5e-5)
    #expect(abs(found[0, 1] - found[1, 1]) > 1e-3)
  }

  @Test(arguments: [(900, 300), (200, 800)])
  func sameBytesAtAnyNumberOfThreads(users: Int, columns: Int) throws {
    let rows = PositiveDefiniteTests.rows(users, columns: columns)
    let few = PositiveDefiniteTests.rows(9, columns: columns, seed: 8)
    let found = try [1, 2, 3].map { threads in
      let processor = Processor(engine: try .fastest(), threads: threads)
      return try ColumnRegression(of: rows, ridge: Self.ridge, processor: processor)
        .predictions(for: few, using: processor.engine)
    }
    #expect(found[0] == found[1] && found[0] == found[2])
  }

  @Test func tooSmallARidgeIsRefused() {
    // Fifty times the same row: all but a ridge that is rounded away.
    let rows = SparseRows(columnCount: 80, rows: (0..<50).map { _ in [0] })
    let processor = Processor(engine: .gsl, threads: 1)
    #expect(throws: GSLError.self) { try ColumnRegression(of: rows, ridge: 1e-9, processor: processor) }
  }
}
