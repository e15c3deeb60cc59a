public import Compute

extension LatentAgreement {
  /// Compares the codes of the same users in two runs (U × L each, the L's may differ).
  ///
  /// - Throws: `GSLError`.
  public init(
    a: String, _ codes: Matrix<Float>, b: String, _ others: Matrix<Float>, model: String, processor: Processor
  ) throws {
    try self.init(
      a: a, CentredCodes(codes, processor: processor), b: b, CentredCodes(others, processor: processor),
      model: model, processor: processor)
  }

  /// All measures read the cross product of the centred codes and nothing else; spaces without any spread are unrelated to
  /// everything.
  init(
    a: String, _ codes: CentredCodes, b: String, _ others: CentredCodes, model: String, processor: Processor
  ) throws {
    let cross = try codes.product(others, processor: processor)
    let norm = (codes.spread * others.spread).squareRoot()
    guard norm > 0 else {
      self.init(a: a, b: b, model: model, procrustes: 1, unaligned: 1, cka: 0, scaleRatio: .infinity)
      return
    }
    let nuclear = try LinearAlgebra.singularValues(cross).reduce(0, +)
    let trace = (0..<min(cross.rows, cross.columns)).reduce(0) { $0 + cross[$1, $1] }
    let aligned = max(0, trace) / norm
    let ratio = (codes.spread / others.spread).squareRoot()
    self.init(
      a: a, b: b, model: model, procrustes: max(0, 1 - (nuclear / norm) * (nuclear / norm)),
      unaligned: max(0, 1 - aligned * aligned),
      cka: cross.sumOfSquares / (codes.square.sumOfSquares * others.square.sumOfSquares).squareRoot(),
      scaleRatio: max(ratio, 1 / ratio))
  }
}

/// The codes of some users less their means, with their product.
struct CentredCodes {
  private let codes: Matrix<Float>
  private let means: [Double]
  /// XᵀX; shape: L × L.
  let square: Matrix<Double>
  /// ‖X‖², the trace of the square.
  let spread: Double

  init(_ codes: Matrix<Float>, processor: Processor) throws {
    self.codes = codes
    means = (0..<codes.columns).map { Statistics.mean(codes.column($0)) }
    let own = try codes.centredProduct(means, codes, means, processor: processor)
    square = own
    spread = (0..<codes.columns).reduce(0) { $0 + own[$1, $1] }
  }

  /// XᵀY; shape: L × L of the other.
  func product(_ other: CentredCodes, processor: Processor) throws -> Matrix<Double> {
    precondition(codes.rows == other.codes.rows, "codes of other users")
    return try codes.centredProduct(means, other.codes, other.means, processor: processor)
  }
}

extension Matrix<Float> {
  /// (X − means)ᵀ (Y − means), in double precision; blocks of users are multiplied, and the products added in order.
  func centredProduct(
    _ means: [Double], _ other: Matrix<Float>, _ otherMeans: [Double], processor: Processor
  ) throws -> Matrix<Double> {
    let blocks = (0..<rows).blocks(of: 512)
    let products = try processor.map(count: Swift.min(blocks.count, 16)) { part in
      var sum = Matrix<Double>(rows: columns, columns: other.columns)
      for index in stride(from: part, to: blocks.count, by: 16) {
        let left = centred(rows: blocks[index], means: means)
        let right = other.centred(rows: blocks[index], means: otherMeans)
        processor.engine.multiply(transposing: left, right, into: &sum, accumulating: true)
      }
      return sum
    }
    var total = Matrix<Double>(rows: columns, columns: other.columns)
    for product in products { total.add(product) }
    return total
  }

  /// Some rows less the means of the columns, in double precision.
  func centred(rows range: Range<Int>, means: [Double]) -> Matrix<Double> {
    var elements: [Double] = []
    elements.reserveCapacity(range.count * columns)
    for row in range {
      for (value, mean) in zip(self[row: row], means) { elements.append(Double(value) - mean) }
    }
    return Matrix<Double>(rows: range.count, columns: columns, elements: elements)
  }
}
