/// `(Xᵀ diag(w) X + diag(Λ))⁻¹` for sparse rows X (m × n), the basis of linear autoencoders.
///
/// With fewer rows than columns it is computed from the inverse of an m × m matrix, `K = 1 + X̂X̂ᵀ` with
/// `X̂ = diag(w)^½ X Λ^−½`, as `Λ^−½ (1 − X̂ᵀK⁻¹X̂) Λ^−½` (Woodbury's identity): m³ in place of n³ operations.
public struct InverseGram<S: Scalar>: Sendable {
  private enum Form: Sendable {
    case tiles(PositiveDefinite<S>)
    case whole(Matrix<S>)
  }

  private let form: Form
  /// n.
  public let size: Int

  /// The number of columns of the inverse that one thread computes at a time.
  private static var side: Int { 256 }

  /// Computes the inverse.
  ///
  /// - Parameters:
  ///   - weights: w, one for each row, none negative; all 1 when left out.
  ///   - ridge: Λ, one for each column, all above 0.
  ///   - progress: receives the finished share from time to time.
  /// - Throws: ``GSLError`` when the matrix is not positive definite in this number format; the errors of `progress`.
  @specialized(where S == Float)
  public init(
    of rows: SparseRows, weights: [Double]? = nil, ridge: [Double], processor: Processor,
    progress: (_ share: Double) throws -> Void = { _ in }
  ) throws {
    precondition(ridge.count == rows.columnCount, "\(ridge.count) ridges for \(rows)")
    size = rows.columnCount
    if Self.usesRows(rows.rowCount, size) {
      let inverse = try Self.byRows(rows, weights, ridge, processor, progress)
      // An element of the diagonal is the remainder of 1/Λ after a subtraction; if it is tiny, it consists of rounding
      // errors.
      let least = ridge.indices.map { Double(inverse[$0, $0]) * ridge[$0] }.min() ?? 1
      if !(least > 1e3 * Double(S.ulpOfOne)) { throw GSLError.notPositiveDefinite("the inverse of a Gram matrix") }
      form = .whole(inverse)
    } else {
      var matrix = try PositiveDefinite<S>(gramOf: rows, weights: weights, processor: processor)
      matrix.add(toDiagonal: ridge)
      try matrix.invert(processor: processor, progress: progress)
      form = .tiles(matrix)
    }
  }

  /// The inverse of the smaller matrix must save more than the following products cost.
  private static func usesRows(_ rows: Int, _ columns: Int) -> Bool { 4 * rows < 3 * columns }

  @specialized(where S == Float)
  private static func byRows(
    _ rows: SparseRows, _ weights: [Double]?, _ ridge: [Double], _ processor: Processor,
    _ progress: (Double) throws -> Void
  ) throws -> Matrix<S> {
    let (m, n) = (rows.rowCount, rows.columnCount)
    let roots = ridge.map { $0.squareRoot() }
    var values: [Float] = []
    values.reserveCapacity(rows.nonZeroCount)
    for row in 0..<m {
      let weight = (weights?[row] ?? 1).squareRoot()
      for entry in rows.range(ofRow: row) {
        values.append(Float(Double(rows.value(at: entry)) * weight / roots[Int(rows.indices[entry])]))
      }
    }
    let columns = SparseRows(columnCount: n, offsets: rows.offsets, indices: rows.indices, values: values).transposed()
    var small = try PositiveDefinite<S>(gramOf: columns, processor: processor)
    small.add(toDiagonal: [Double](repeating: 1, count: m))
    try small.invert(processor: processor) { try progress(0.8 * $0) }
    let inner = try Matrix(rows: m, columns: m, processor: processor) { [small] in small.row($0) }

    let every = BatchRows<S>(columns)
    var inverse = Matrix<S>(rows: n, columns: n)
    let strips = (0..<n).blocks(of: side)
    for first in stride(from: 0, to: strips.count, by: processor.threads) {
      let part = Array(strips[first..<min(first + processor.threads, strips.count)])
      let made = try processor.map(count: part.count) { place in
        // Some columns of K⁻¹X̂ as rows, then transposed to columns.
        let products = Matrix(BatchRows(columns.selecting(rows: part[place])), times: inner)
        var block = Matrix(every, times: products.transposed())
        for row in 0..<n { block.scale(row: row, by: S(-1 / roots[row])) }
        var lines = block.transposed()
        for (row, column) in part[place].enumerated() {
          lines.scale(row: row, by: S(1 / roots[column]))
          lines[row, column] += S(1 / ridge[column])
        }
        return lines
      }
      for (strip, lines) in zip(part, made) { inverse.copy(lines, toRow: strip.lowerBound) }
      try progress(0.8 + 0.2 * Double(first + part.count) / Double(strips.count))
    }
    return inverse
  }

  /// The number of values stored while the inverse is computed, and while ``matrix(processor:_:)`` computes another
  /// matrix from it.
  public static func count(rows: Int, columns: Int, processor: Processor) -> Int {
    let one = columns * columns
    guard usesRows(rows, columns) else { return PositiveDefinite<S>.count(size: columns) + one }
    let each = 2 * side * (rows + columns)
    let inverting = PositiveDefinite<S>.count(size: rows) + rows * rows
    return max(inverting, rows * rows + one + processor.threads * each, 2 * one)
  }

  /// The diagonal; shape: n.
  public var diagonal: [S] {
    switch form {
    case .tiles(let matrix): matrix.diagonal
    case .whole(let matrix): (0..<size).map { matrix[$0, $0] }
    }
  }

  /// A matrix (n × n) in which each row is computed from that of the inverse.
  ///
  /// - Parameter transform: computes the new row from the index and the elements of a row.
  @specialized(where S == Float)
  public func matrix(processor: Processor, _ transform: @Sendable (Int, inout [S]) -> Void) throws -> Matrix<S> {
    try Matrix(rows: size, columns: size, processor: processor) { index in
      var row =
        switch form {
        case .tiles(let matrix): matrix.row(index)
        case .whole(let matrix): Array(matrix[row: index])
        }
      transform(index, &row)
      return row
    }
  }
}
