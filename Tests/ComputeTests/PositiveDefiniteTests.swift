import Compute
import Testing

@Suite struct PositiveDefiniteTests {
  /// Rows with a few columns each, the first ones more often.
  static func rows(_ count: Int, columns: Int, seed: UInt64 = 3) -> SparseRows {
    var random = Seed(seed).stream(.simulation)
    return SparseRows(
      columnCount: columns,
      rows: (0..<count).map { _ in
        (0..<12).map { _ in
          let share = random.uniform()
          return min(columns - 1, Int(share * share * Double(columns)))
        }
      })
  }

  static func dense(_ rows: SparseRows, weights: [Double]? = nil) -> Matrix<Double> {
    var gram = Matrix<Double>(rows: rows.columnCount, columns: rows.columnCount)
    for row in 0..<rows.rowCount {
      for i in rows.indices(ofRow: row) {
        for j in rows.indices(ofRow: row) { gram[Int(i), Int(j)] += weights?[row] ?? 1 }
      }
    }
    return gram
  }

  @Test(arguments: [1, 7, 256, 257, 600])
  func gramOfSparseRowsIsTheDenseProduct(columns: Int) throws {
    let rows = Self.rows(300, columns: columns)
    let weights = (0..<rows.rowCount).map { 1 / Double(1 + $0 % 5) }
    let processor = Processor(engine: .gsl, threads: 2)
    let expected = Self.dense(rows, weights: weights)
    let found = try PositiveDefinite<Double>(gramOf: rows, weights: weights, processor: processor)
    for i in 0..<columns {
      let row = found.row(i)
      for j in 0..<columns {
        #expect(abs(row[j] - expected[i, j]) < 1e-12 && found[i, j] == row[j])
      }
    }
  }

  @Test(arguments: [1, 255, 256, 300, 700])
  func inverseTimesMatrixIsTheIdentity(size: Int) throws {
    let processor = Processor(engine: .gsl, threads: 2)
    let rows = Self.rows(500, columns: size)
    var matrix = try PositiveDefinite<Double>(gramOf: rows, processor: processor)
    matrix.add(toDiagonal: [Double](repeating: 2, count: size))
    var inverse = matrix
    try inverse.invert(processor: processor)
    let (a, b) = (matrix, inverse)
    for i in stride(from: 0, to: size, by: max(1, size / 13)) {
      let row = a.row(i)
      for j in 0..<size {
        let product = zip(row, b.row(j)).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product - (i == j ? 1 : 0)) < 1e-10)
      }
    }
  }

  @Test func singlePrecisionAgreesWithDouble() throws {
    let processor = Processor(engine: .gsl, threads: 2)
    let rows = Self.rows(2000, columns: 530)
    var exact = try PositiveDefinite<Double>(gramOf: rows, processor: processor)
    var single = try PositiveDefinite<Float>(gramOf: rows, processor: processor)
    let diagonal = [Double](repeating: 50, count: 530)
    exact.add(toDiagonal: diagonal)
    single.add(toDiagonal: diagonal)
    try exact.invert(processor: processor)
    try single.invert(processor: processor)
    let largest = exact.diagonal.max() ?? 0
    for i in 0..<530 {
      for (x, y) in zip(exact.row(i), single.row(i)) { #expect(abs(x - Double(y)) < 2e-6 * largest) }
    }
  }

  /// Both ways to the inverse, through columns and through rows, against the definition.
  @Test(arguments: [(400, 90), (60, 300), (300, 700)])
  func inverseOfARegularisedGram(users: Int, columns: Int) throws {
    let rows = Self.rows(users, columns: columns)
    let weights = (0..<users).map { 1 / Double(1 + $0 % 5) }
    let ridge = (0..<columns).map { 2 + Double($0 % 7) }
    let processor = Processor(engine: .gsl, threads: 2)
    let inverse = try InverseGram<Double>(of: rows, weights: weights, ridge: ridge, processor: processor)
    let found = try inverse.matrix(processor: processor) { _, _ in }
    var matrix = Self.dense(rows, weights: weights)
    for column in 0..<columns { matrix[column, column] += ridge[column] }
    for i in stride(from: 0, to: columns, by: max(1, columns / 13)) {
      for j in 0..<columns {
        let product = (0..<columns).reduce(0) { $0 + matrix[i, $1] * found[$1, j] }
        // The scaled rows are kept in single precision.
        #expect(abs(product - (i == j ? 1 : 0)) < (users < columns ? 1e-5 : 1e-10))
      }
      #expect(inverse.diagonal[i] == found[i, i])
    }
  }

  @Test func sameBytesAtAnyNumberOfThreads() throws {
    let rows = Self.rows(900, columns: 800)
    let inverses = try [1, 2, 3].map { threads in
      let processor = Processor(engine: try .fastest(), threads: threads)
      var matrix = try PositiveDefinite<Float>(gramOf: rows, processor: processor)
      matrix.add(toDiagonal: [Double](repeating: 10, count: 800))
      try matrix.invert(processor: processor)
      return (0..<800).map { matrix.row($0) }
    }
    #expect(inverses[0] == inverses[1] && inverses[0] == inverses[2])
    let few = Self.rows(200, columns: 800)
    let byRows = try [1, 2, 3].map { threads in
      let processor = Processor(engine: try .fastest(), threads: threads)
      let ridge = [Double](repeating: 10, count: 800)
      return try InverseGram<Float>(of: few, ridge: ridge, processor: processor).matrix(processor: processor) { _, _ in
      }
    }
    #expect(byRows[0] == byRows[1] && byRows[0] == byRows[2])
  }

  @Test func singularMatrixIsRefused() throws {
    let processor = Processor(engine: .gsl, threads: 1)
    var matrix = try PositiveDefinite<Double>(gramOf: Self.rows(3, columns: 20), processor: processor)
    #expect(throws: GSLError.self) { try matrix.invert(processor: processor) }
  }
}
