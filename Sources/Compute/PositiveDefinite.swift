/// A symmetric positive definite matrix (n × n) that is inverted in place by all threads.
///
/// Its lower half is stored in square tiles. The tiles depend only on n, and each is changed by one thread at a time in
/// a fixed order, so the inverse has the same bytes at any number of threads.
public struct PositiveDefinite<S: Scalar>: Sendable {
  /// n.
  public let size: Int
  /// The columns of each strip of tiles.
  private let strips: [Range<Int>]
  /// The lower half, strip by strip: tile (i, j) with j ≤ i is at `i (i + 1) / 2 + j`; those on the diagonal are whole.
  private var tiles: [Matrix<S>]

  /// Large enough for products at full speed, and small enough that the diagonal tile, which one thread inverts, is a
  /// small part of the work.
  private static var side: Int { 256 }

  private static func place(_ i: Int, _ j: Int) -> Int { i * (i + 1) / 2 + j }

  private static func corner(_ place: Int) -> (i: Int, j: Int) {
    var i = Int((2 * Double(place)).squareRoot())
    while i * (i + 1) / 2 > place { i -= 1 }
    while (i + 1) * (i + 2) / 2 <= place { i += 1 }
    return (i, place - i * (i + 1) / 2)
  }

  // MARK: Creation

  /// The Gram matrix `Xᵀ diag(w) X` of sparse rows X (m × n), which is positive definite after an addition to its
  /// diagonal.
  ///
  /// Sums are in double precision, row after row.
  ///
  /// - Parameter weights: w, one number for each row of X; all 1 when left out.
  @specialized(where S == Float)
  public init(gramOf rows: SparseRows, weights: [Double]? = nil, processor: Processor) throws {
    precondition(weights.map { $0.count == rows.rowCount } ?? true, "weights for other rows than those of \(rows)")
    let size = rows.columnCount
    let strips = (0..<size).blocks(of: Self.side)
    let columns = rows.transposed()
    let filled = try processor.map(count: strips.count) { i in
      var row = [Double](repeating: 0, count: strips[i].upperBound)
      var tiles = (0...i).map { Matrix<S>(rows: strips[i].count, columns: strips[$0].count) }
      for (place, column) in strips[i].enumerated() {
        for index in row.indices { row[index] = 0 }
        for entry in columns.range(ofRow: column) {
          let user = Int(columns.indices[entry])
          let weight = Double(columns.value(at: entry)) * (weights?[user] ?? 1)
          for other in rows.range(ofRow: user) {
            let index = Int(rows.indices[other])
            if index >= row.count { break }
            row[index] += weight * Double(rows.value(at: other))
          }
        }
        for (j, strip) in strips[...i].enumerated() {
          for (k, index) in strip.enumerated() { tiles[j][place, k] = S(row[index]) }
        }
      }
      return tiles
    }
    (self.size, self.strips, tiles) = (size, strips, filled.flatMap(\.self))
  }

  /// Creates it from a full matrix; only its lower half is read.
  ///
  /// - Precondition: it is square.
  public init(_ matrix: Matrix<S>) {
    precondition(matrix.rows == matrix.columns, "the halves of \(matrix)")
    size = matrix.rows
    strips = (0..<size).blocks(of: Self.side)
    tiles = []
    for (i, rows) in strips.enumerated() {
      for columns in strips[...i] {
        var tile = Matrix<S>(rows: rows.count, columns: columns.count)
        for (r, row) in rows.enumerated() {
          for (c, column) in columns.enumerated() { tile[r, c] = matrix[max(row, column), min(row, column)] }
        }
        tiles.append(tile)
      }
    }
  }

  /// The number of values stored while a matrix of this size is inverted.
  public static func count(size: Int) -> Int {
    let strips = (size + side - 1) / side
    return strips * (strips + 1) / 2 * side * side + 4 * size * side
  }

  // MARK: Reading and changing it

  /// One element.
  public subscript(row: Int, column: Int) -> S {
    let (high, low) = (max(row, column), min(row, column))
    let (i, j) = (high / Self.side, low / Self.side)
    return tiles[Self.place(i, j)][high - strips[i].lowerBound, low - strips[j].lowerBound]
  }

  /// The diagonal; shape: n.
  public var diagonal: [S] { (0..<size).map { self[$0, $0] } }

  /// Adds to the diagonal; shape of `values`: n.
  public mutating func add(toDiagonal values: [Double]) {
    precondition(values.count == size, "\(values.count) numbers for a diagonal of \(size)")
    for (i, strip) in strips.enumerated() {
      for (place, index) in strip.enumerated() {
        let tile = Self.place(i, i)
        tiles[tile][place, place] = S(Double(tiles[tile][place, place]) + values[index])
      }
    }
  }

  /// One full row; shape: n.
  @specialized(where S == Float)
  public func row(_ row: Int) -> [S] {
    let i = row / Self.side
    var result: [S] = []
    result.reserveCapacity(size)
    for j in 0...i { result += tiles[Self.place(i, j)][row: row - strips[i].lowerBound] }
    for k in i + 1..<max(i + 1, strips.count) {
      let tile = tiles[Self.place(k, i)]
      for place in 0..<tile.rows { result.append(tile[place, row - strips[i].lowerBound]) }
    }
    return result
  }

  // MARK: The inverse

  /// Replaces the matrix by its inverse.
  ///
  /// Strip by strip, tile (k, k) is inverted in double precision and swept out of all others:
  /// `A_ik ← A_ik A_kk⁻¹`, `A_ij ← A_ij − A_ik A_kk⁻¹ A_kj`, `A_kk ← −A_kk⁻¹`; after the last strip the matrix is
  /// `−A⁻¹`. Half of the tiles need no work, because the matrix stays symmetric; only one strip and its product are
  /// stored in addition. That is n³ operations. Source: Goodnight, "A tutorial on the SWEEP operator", The American
  /// Statistician 33, 1979.
  ///
  /// - Parameter progress: receives the finished share after every strip.
  /// - Throws: ``GSLError`` when the matrix is not positive definite in this number format; the errors of `progress`.
  @specialized(where S == Float)
  public mutating func invert(processor: Processor, progress: (_ share: Double) throws -> Void = { _ in }) throws {
    for k in strips.indices {
      var strip = strips.indices.map { i in
        i >= k ? tiles[Self.place(i, k)] : tiles[Self.place(k, i)].transposed()
      }
      let pivot = try Self.inverse(strip[k])
      var negated = [Matrix<S>](repeating: Matrix(rows: 0, columns: 0), count: strips.count)
      try processor.forEach(&negated) { [strip, strips] i, product in
        if i == k { return }
        product = Matrix(rows: strips[i].count, columns: strips[k].count)
        processor.engine.multiply(strip[i], pivot, into: &product)
        product.negate()
      }
      try processor.forEach(&tiles) { [strip, negated] place, tile in
        let (i, j) = Self.corner(place)
        if i == k || j == k { return }
        processor.engine.multiply(negated[i], transposed: strip[j], into: &tile, accumulating: true)
      }
      strip = []
      for i in strips.indices where i != k {
        negated[i].negate()
        tiles[Self.place(max(i, k), min(i, k))] = i > k ? negated[i] : negated[i].transposed()
      }
      tiles[Self.place(k, k)] = pivot
      tiles[Self.place(k, k)].negate()
      try progress(Double(k + 1) / Double(strips.count))
    }
    try processor.forEach(&tiles) { _, tile in tile.negate() }
  }

  @specialized(where S == Float)
  private static func inverse(_ tile: Matrix<S>) throws -> Matrix<S> {
    var identity = Matrix<Double>(rows: tile.rows, columns: tile.rows)
    for place in 0..<tile.rows { identity[place, place] = 1 }
    let whole = Matrix<Double>(rows: tile.rows, columns: tile.rows, elements: tile.elements.map(Double.init))
    let inverse = try LinearAlgebra.solve(positiveDefinite: whole, identity)
    return Matrix(rows: tile.rows, columns: tile.rows, elements: inverse.elements.map { S($0) })
  }
}

extension Matrix {
  /// A matrix whose rows are computed by all threads, some at a time.
  ///
  /// - Parameter row: the elements of a row by its index; shape: columns.
  @specialized(where S == Float)
  init(rows count: Int, columns: Int, processor: Processor, _ row: @Sendable (Int) -> [S]) throws {
    self.init(rows: count, columns: columns)
    let atOnce = 256
    for first in stride(from: 0, to: count, by: atOnce) {
      let made = try processor.map(count: min(atOnce, count - first)) { place in
        Matrix(rows: 1, columns: columns, elements: row(first + place))
      }
      for (place, row) in made.enumerated() { copy(row, toRow: first + place) }
    }
  }

  /// Changes every sign.
  fileprivate mutating func negate() {
    for row in 0..<rows { scale(row: row, by: -1) }
  }
}
