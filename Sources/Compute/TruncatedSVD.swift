/// The right singular vectors of sparse rows (m × n) for the largest singular values.
///
/// Subspace iteration from random vectors, with a few more than requested, and the Rayleigh–Ritz method at the end.
/// Source: Halko, Martinsson & Tropp, "Finding structure with randomness", SIAM Review 53, 2011, algorithms 4.4 and
/// 5.1.
///
/// Sums are divided only by the data, so the same start gives the same bytes at any number of threads.
public struct TruncatedSVD: Sendable {
  /// The singular values, largest first; shape: count.
  public let values: [Double]
  /// The right singular vectors, one per row, orthonormal; zeros if the singular value is zero.
  ///
  /// Shape: count × n.
  public let vectors: Matrix<Float>

  /// The number of rows that one thread processes at a time.
  private static var side: Int { 512 }
  /// How often the rows and their transpose are applied; the remainder of an unwanted direction falls with the `2
  /// passes`-th power of the ratio of singular values.
  private static var passes: Int { 10 }
  /// The number of vectors in the iteration: one and a half times the requested number, to separate the last requested
  /// ones from those that follow if singular values decrease slowly.
  private static func width(_ wanted: Int, _ rows: Int, _ columns: Int) -> Int {
    min(wanted + max(24, wanted / 2), rows, columns)
  }

  /// Computes them.
  ///
  /// - Parameters:
  ///   - count: their number, at most m and n.
  ///   - random: draws the start of the iteration.
  ///   - progress: receives the finished share from time to time.
  /// - Throws: ``GSLError``; the errors of `progress`.
  public init(
    of rows: SparseRows, count: Int, random: inout RandomSource, processor: Processor,
    progress: (_ share: Double) throws -> Void = { _ in }
  ) throws {
    let (m, n) = (rows.rowCount, rows.columnCount)
    precondition(count >= 0 && count <= min(m, n), "\(count) singular vectors of \(rows)")
    if count == 0 {
      (values, vectors) = ([], Matrix(rows: 0, columns: n))
      return
    }
    let (forward, backward) = (Self.pieces(rows), Self.pieces(rows.transposed()))
    var basis = Matrix<Float>(rows: n, columns: Self.width(count, m, n))
    random.fillGaussian(&basis)
    for pass in 0..<Self.passes {
      var images = try Self.product(forward, basis, processor)
      try Self.orthonormalise(&images, processor)
      basis = try Self.product(backward, images, processor)
      try Self.orthonormalise(&basis, processor)
      try progress(Double(pass + 1) / Double(Self.passes + 1))
    }
    // A second round, because for vectors far from orthogonal, one round leaves rounding errors.
    try Self.orthonormalise(&basis, processor)
    let gram = try Self.gram(try Self.product(forward, basis, processor), processor)
    let (squares, rotation) = try LinearAlgebra.eigensystem(symmetric: gram)
    let found = squares.prefix(count).map { max(0, $0).squareRoot() }
    let least = 1e-5 * (found.first ?? 0)
    var turn = Matrix<Float>(rows: count, columns: basis.columns)
    for row in 0..<count where found[row] > least {
      for column in 0..<basis.columns { turn[row, column] = Float(rotation[column, row]) }
    }
    vectors = try Self.product(turn, transposed: basis, processor)
    values = found.map { $0 > least ? $0 : 0 }
  }

  /// The number of values stored during the computation, without the data.
  public static func count(rows: Int, columns: Int, wanted: Int) -> Int {
    let width = width(wanted, rows, columns)
    return (2 * columns + 2 * max(rows, columns)) * width + 32 * width * width
  }

  // MARK: Products, cut by rows

  private static func pieces(_ rows: SparseRows) -> [BatchRows<Float>] {
    ranges(rows.rowCount).map { BatchRows(rows.selecting(rows: $0)) }
  }

  private static func ranges(_ count: Int) -> [Range<Int>] {
    (0..<count).blocks(of: side)
  }

  private static func product(
    _ pieces: [BatchRows<Float>], _ matrix: Matrix<Float>, _ processor: Processor
  ) throws -> Matrix<Float> {
    joined(try processor.map(count: pieces.count) { Matrix(pieces[$0], times: matrix) }, columns: matrix.columns)
  }

  private static func product(
    _ matrix: Matrix<Float>, transposed other: Matrix<Float>, _ processor: Processor
  ) throws -> Matrix<Float> {
    let ranges = ranges(matrix.rows)
    let parts = try processor.map(count: ranges.count) { index in
      let piece = Self.piece(ranges[index], of: matrix)
      var part = Matrix<Float>(rows: piece.rows, columns: other.rows)
      processor.engine.multiply(piece, transposed: other, into: &part)
      return part
    }
    return joined(parts, columns: other.rows)
  }

  private static func piece(_ rows: Range<Int>, of matrix: Matrix<Float>) -> Matrix<Float> {
    var piece = Matrix<Float>(rows: 0, columns: matrix.columns)
    piece.copyRows(rows, of: matrix)
    return piece
  }

  private static func joined(_ parts: [Matrix<Float>], columns: Int) -> Matrix<Float> {
    var whole = Matrix<Float>(rows: 0, columns: columns)
    whole.setRows(to: parts)
    return whole
  }

  /// `YᵀY`, pieces added in double precision and in order.
  private static func gram(_ matrix: Matrix<Float>, _ processor: Processor) throws -> Matrix<Double> {
    let (ranges, width) = (ranges(matrix.rows), matrix.columns)
    var sum = [Double](repeating: 0, count: width * width)
    let atOnce = 16
    for first in stride(from: 0, to: ranges.count, by: atOnce) {
      let parts = try processor.map(count: min(atOnce, ranges.count - first)) { index in
        let piece = Self.piece(ranges[first + index], of: matrix)
        var part = Matrix<Float>(rows: width, columns: width)
        processor.engine.multiply(transposing: piece, piece, into: &part)
        return part.elements
      }
      for part in parts { for index in part.indices { sum[index] += Double(part[index]) } }
    }
    return Matrix(rows: width, columns: width, elements: sum)
  }

  // MARK: Orthonormal columns

  /// Replaces Y by `Y L⁻ᵀ` with `L Lᵀ = YᵀY`; a column that depends on earlier ones becomes zero.
  private static func orthonormalise(_ matrix: inout Matrix<Float>, _ processor: Processor) throws {
    let inverse = inverseFactor(try gram(matrix, processor))
    matrix = try product(matrix, transposed: inverse, processor)
  }

  /// L⁻¹, row by row; the row of a column that depends on earlier ones is zero.
  private static func inverseFactor(_ gram: Matrix<Double>) -> Matrix<Float> {
    let width = gram.columns
    var factor = [[Double]](repeating: [], count: width)
    var inverse = Matrix<Float>(rows: width, columns: width)
    var rows = [[Double]](repeating: [], count: width)
    for i in 0..<width {
      var (line, square) = ([Double](repeating: 0, count: i), gram[i, i])
      for j in 0..<i where !rows[j].isEmpty {
        var rest = gram[i, j]
        for k in 0..<j { rest -= line[k] * factor[j][k] }
        line[j] = rest / factor[j][j]
        square -= line[j] * line[j]
      }
      // A square has six significant digits in single precision.
      guard square > 1e-6 * gram[i, i] else { continue }
      let root = square.squareRoot()
      factor[i] = line + [root]
      var row = [Double](repeating: 0, count: i + 1)
      row[i] = 1 / root
      for j in 0..<i where line[j] != 0 {
        let share = line[j] / root
        for k in 0...j { row[k] -= share * rows[j][k] }
      }
      rows[i] = row
      for (k, value) in row.enumerated() { inverse[i, k] = Float(value) }
    }
    return inverse
  }
}
