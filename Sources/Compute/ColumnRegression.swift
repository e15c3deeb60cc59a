/// The ridge regression of each column of sparse rows of ones X (m × n) on all other columns: a linear autoencoder that
/// predicts an entry from the rest of its row (EASE; Steck, WWW 2019, section 3).
///
/// With `Q = XᵀX (XᵀX + λ)⁻¹`, column j of a row x is predicted as `((xQ)_j − x_j Q_jj) / (1 − Q_jj)`, which does not
/// depend on x_j. With fewer rows than columns no matrix of n × n is formed: `Q = XᵀK⁻¹X` with `K = XXᵀ + λ`.
public struct ColumnRegression: Sendable {
  private enum Form: Sendable {
    /// The weight of each column (row) for each other one (column); shape: n × n.
    case columns(Matrix<Float>)
    /// K⁻¹ (m × m), Xᵀ in two formats (n × m), and Q_jj of each column.
    case rows(inverse: Matrix<Float>, owners: SparseRows, entries: BatchRows<Float>, leverages: [Float])
  }

  private let form: Form
  /// n.
  public let size: Int

  /// The number of columns whose leverage one thread computes at a time.
  private static var side: Int { 256 }

  /// Solves for the weights.
  ///
  /// - Parameters:
  ///   - ridge: λ, above 0.
  ///   - progress: receives the finished share from time to time.
  /// - Throws: ``GSLError`` when λ is too small for single precision; the errors of `progress`.
  /// - Precondition: the rows have no values.
  /// - Complexity: k³ operations and k² values, with k the smaller of m and n.
  public init(
    of rows: SparseRows, ridge: Double, processor: Processor, progress: (_ share: Double) throws -> Void = { _ in }
  ) throws {
    precondition(rows.values == nil && ridge > 0, "a regression with values, or with the ridge \(ridge)")
    size = rows.columnCount
    form =
      try rows.columnCount <= rows.rowCount
      ? Self.byColumns(rows, ridge, processor, progress) : Self.byRows(rows, ridge, processor, progress)
  }

  private static func byColumns(
    _ rows: SparseRows, _ ridge: Double, _ processor: Processor, _ progress: (Double) throws -> Void
  ) throws -> Form {
    let inverse = try InverseGram<Float>(
      of: rows, ridge: [Double](repeating: ridge, count: rows.columnCount), processor: processor, progress: progress)
    let diagonal = inverse.diagonal
    return .columns(
      try inverse.matrix(processor: processor) { column, row in
        for other in row.indices { row[other] /= -diagonal[other] }
        row[column] = 0
      })
  }

  private static func byRows(
    _ rows: SparseRows, _ ridge: Double, _ processor: Processor, _ progress: (Double) throws -> Void
  ) throws -> Form {
    let (m, owners) = (rows.rowCount, rows.transposed())
    var gram = try PositiveDefinite<Float>(gramOf: owners, processor: processor)
    gram.add(toDiagonal: [Double](repeating: ridge, count: m))
    try gram.invert(processor: processor, progress: progress)
    let inverse = try Matrix<Float>(rows: m, columns: m, processor: processor) { [gram] in gram.row($0) }
    let strips = (0..<rows.columnCount).blocks(of: side)
    let leverages = try processor.map(count: strips.count) { strip -> [Float] in
      let part = owners.selecting(rows: strips[strip])
      let products = Matrix(BatchRows<Float>(part), times: inverse)
      return (0..<part.rowCount).map { column -> Float in
        var sum = 0.0
        for row in part.indices(ofRow: column) { sum += Double(products[column, Int(row)]) }
        return Float(sum)
      }
    }.flatMap(\.self)
    // What is left of 1 must be more than rounding errors.
    guard leverages.allSatisfy({ 1 - Double($0) > 1e3 * Double(Float.ulpOfOne) }) else {
      throw GSLError.notPositiveDefinite("a regression of columns on each other")
    }
    return .rows(inverse: inverse, owners: owners, entries: BatchRows(owners), leverages: leverages)
  }

  /// What the other entries of each row predict for every column; shape: B × n.
  ///
  /// - Precondition: the rows have n columns and no values.
  public func predictions(for rows: SparseRows, using engine: ProductEngine) -> Matrix<Float> {
    precondition(rows.columnCount == size && rows.values == nil, "\(rows) for a regression of \(size) columns")
    switch form {
    case .columns(let weights): return Matrix(BatchRows<Float>(rows), times: weights)
    case .rows(let inverse, let owners, let entries, let leverages):
      var weights = Matrix<Float>(rows: rows.rowCount, columns: inverse.columns)
      engine.multiply(Self.shared(rows, owners), inverse, into: &weights)
      var columns = Matrix(entries, times: weights.transposed())
      for row in 0..<rows.rowCount {
        for column in rows.indices(ofRow: row) { columns[Int(column), row] -= leverages[Int(column)] }
      }
      for column in 0..<size { columns.scale(row: column, by: 1 / (1 - leverages[column])) }
      return columns.transposed()
    }
  }

  /// The number of columns that each row has in common with each row of X; shape: B × m.
  private static func shared(_ rows: SparseRows, _ owners: SparseRows) -> Matrix<Float> {
    var counts = [Float](repeating: 0, count: rows.rowCount * owners.columnCount)
    for row in 0..<rows.rowCount {
      let start = row * owners.columnCount
      for column in rows.indices(ofRow: row) {
        for owner in owners.indices(ofRow: Int(column)) { counts[start + Int(owner)] += 1 }
      }
    }
    return Matrix(rows: rows.rowCount, columns: owners.columnCount, elements: counts)
  }
}
