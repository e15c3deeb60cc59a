public import Compute

/// A matrix of draws from N(0, 1), the same for the same seed and place.
public func gaussianMatrix<S: Scalar>(
  _ rows: Int, _ columns: Int, seed: UInt64, place: Int = 0, deviation: Double = 1
) -> Matrix<S> {
  var random = Seed(seed).stream(.simulation, place)
  var matrix = Matrix<S>(rows: rows, columns: columns)
  random.fillGaussian(&matrix, deviation: deviation)
  return matrix
}

/// Rows in which every column is present with probability `density`, at least one of them in every row.
///
/// - Parameter ratings: when given, every entry has one of these values.
public func randomRows(
  _ rows: Int, _ columns: Int, density: Double, seed: UInt64, ratings: [Float]? = nil
) -> SparseRows {
  var random = Seed(seed).stream(.simulation, rows, columns)
  var offsets = [0]
  var indices: [Int32] = []
  for _ in 0..<rows {
    let start = indices.count
    for column in 0..<columns where random.uniform() < density { indices.append(Int32(column)) }
    if indices.count == start { indices.append(Int32(random.integer(below: columns))) }
    offsets.append(indices.count)
  }
  var values: [Float]?
  if let ratings { values = indices.map { _ in ratings[random.integer(below: ratings.count)] } }
  return SparseRows(columnCount: columns, offsets: offsets, indices: indices, values: values)
}

extension SparseRows {
  /// The same with a number in every cell.
  ///
  /// Shape: rows × columns.
  public func dense<S: Scalar>() -> Matrix<S> {
    var matrix = Matrix<S>(rows: rowCount, columns: columnCount)
    for row in 0..<rowCount {
      for position in range(ofRow: row) { matrix[row, Int(indices[position])] = S(value(at: position)) }
    }
    return matrix
  }
}

extension BatchRows {
  /// One user, with these columns in ascending order.
  public init(_ columns: [Int32], _ values: [S]) {
    self.init()
    for (column, value) in zip(columns, values) { append(column: column, value: value) }
    endRow()
  }
}
