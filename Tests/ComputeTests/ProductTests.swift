import Compute
import TestSupport
import Testing

/// Every engine on this machine against three nested loops.
@Suite("Matrix products")
struct ProductTests {
  /// c is m × n, the sums run over k.
  struct Shape: Sendable, CustomTestStringConvertible {
    let m, n, k: Int
    init(_ m: Int, _ n: Int, _ k: Int) { (self.m, self.n, self.k) = (m, n, k) }
    var testDescription: String { "\(m) × \(n) over \(k)" }
  }

  static let kinds = ProductEngine.present.map(\.kind)
  static let shapes = [
    Shape(0, 3, 2), Shape(3, 0, 2), Shape(3, 2, 0), Shape(0, 0, 0), Shape(1, 1, 1), Shape(1, 7, 5),
    Shape(7, 1, 3), Shape(5, 3, 1), Shape(2, 2, 64), Shape(17, 33, 9), Shape(64, 65, 63), Shape(3, 130, 257),
    Shape(31, 16, 100), Shape(129, 5, 48),
  ]

  @Test("GSL's CBLAS is always among the engines")
  func gslIsPresent() { #expect(Self.kinds.last == .gsl) }

  @Test("a·bᵀ fills its columns of c and no others", arguments: kinds, shapes)
  func timesTransposed(_ kind: ProductEngine.Kind, _ shape: Shape) throws {
    try checkTransposed(try ProductEngine.engine(kind), shape, Float.self)
    try checkTransposed(try ProductEngine.engine(kind), shape, Double.self)
  }

  @Test("a·b agrees with three loops", arguments: kinds, shapes)
  func times(_ kind: ProductEngine.Kind, _ shape: Shape) throws {
    try checkPlain(try ProductEngine.engine(kind), shape, Float.self)
    try checkPlain(try ProductEngine.engine(kind), shape, Double.self)
  }

  @Test("aᵀ·b agrees with three loops, for all columns of a and for some", arguments: kinds, shapes)
  func transposedTimes(_ kind: ProductEngine.Kind, _ shape: Shape) throws {
    try checkTransposing(try ProductEngine.engine(kind), shape, Float.self)
    try checkTransposing(try ProductEngine.engine(kind), shape, Double.self)
  }

  @Test("what c held before does not matter unless it is added to, NaN included", arguments: kinds)
  func overwrites(_ kind: ProductEngine.Kind) throws {
    let engine = try ProductEngine.engine(kind)
    func check<S: Scalar>(_: S.Type) {
      let a: Matrix<S> = gaussianMatrix(5, 4, seed: 10)
      let b: Matrix<S> = gaussianMatrix(6, 4, seed: 11)
      var c = Matrix<S>(rows: 5, columns: 6, elements: Array(repeating: .nan, count: 30))
      engine.multiply(a, transposed: b, into: &c)
      #expect(c.isFinite, "\(engine.name)")
    }
    check(Float.self)
    check(Double.self)
  }

  private func checkTransposed<S: Scalar>(_ engine: ProductEngine, _ s: Shape, _: S.Type) throws {
    let a: Matrix<S> = gaussianMatrix(s.m, s.k, seed: 1)
    let b: Matrix<S> = gaussianMatrix(s.n, s.k, seed: 2)
    for (column, spare) in [(0, 0), (3, 2)] {
      let before: Matrix<S> = gaussianMatrix(s.m, column + s.n + spare, seed: 3)
      var c = before
      engine.multiply(a, transposed: b, into: &c, atColumn: column)
      expect(c, before, s, column, false, "\(engine.name)") { (a[$0, $2], b[$1, $2]) }
    }
  }

  private func checkPlain<S: Scalar>(_ engine: ProductEngine, _ s: Shape, _: S.Type) throws {
    let a: Matrix<S> = gaussianMatrix(s.m, s.k, seed: 4)
    let b: Matrix<S> = gaussianMatrix(s.k, s.n, seed: 5)
    let before: Matrix<S> = gaussianMatrix(s.m, s.n, seed: 6)
    var c = before
    engine.multiply(a, b, into: &c)
    expect(c, before, s, 0, false, "\(engine.name)") { (a[$0, $2], b[$2, $1]) }
  }

  private func checkTransposing<S: Scalar>(_ engine: ProductEngine, _ s: Shape, _: S.Type) throws {
    let a: Matrix<S> = gaussianMatrix(s.k, s.m, seed: 7)
    let b: Matrix<S> = gaussianMatrix(s.k, s.n, seed: 8)
    let before: Matrix<S> = gaussianMatrix(s.m, s.n, seed: 9)
    for accumulating in [false, true] {
      var c = before
      engine.multiply(transposing: a, b, into: &c, accumulating: accumulating)
      expect(c, before, s, 0, accumulating, "\(engine.name)") { (a[$2, $0], b[$2, $1]) }
    }
  }

  /// Whatever the order of the additions, a sum of k products is within k · u · Σ|aᵢbᵢ| of the truth.
  ///
  /// To first order, u being the unit roundoff (Higham, "Accuracy and stability of numerical algorithms", section 3.1).
  /// `ulpOfOne` is 2u; three more terms are for `before` and the rounding of the result.
  private func expect<S: Scalar>(
    _ c: Matrix<S>, _ before: Matrix<S>, _ s: Shape, _ column: Int, _ accumulating: Bool, _ what: String,
    factors: (_ row: Int, _ column: Int, _ k: Int) -> (S, S)
  ) {
    var wrong: [String] = []
    for row in 0..<c.rows {
      for place in 0..<c.columns {
        let inside = place >= column && place < column + s.n
        var sum = inside && !accumulating ? 0 : Double(before[row, place])
        var size = abs(sum)
        if inside {
          for k in 0..<s.k {
            let (x, y) = factors(row, place - column, k)
            sum += Double(x) * Double(y)
            size += abs(Double(x) * Double(y))
          }
        }
        let bound = inside ? Double(s.k + 3) * Double(S.ulpOfOne) * size : 0
        if !(abs(Double(c[row, place]) - sum) <= bound) {
          wrong.append("[\(row), \(place)] is \(c[row, place]), not \(sum)")
        }
      }
    }
    #expect(wrong.isEmpty, "\(what), \(s.testDescription), accumulating \(accumulating): \(wrong.prefix(3))")
  }
}
