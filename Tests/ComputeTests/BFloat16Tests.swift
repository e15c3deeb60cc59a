import Compute
import TestSupport
import Testing

@Suite("bfloat16")
struct BFloat16Tests {
  private func rounded(_ values: [Float]) -> [Float] {
    var packed = BFloat16Matrix(rows: 0, columns: 0)
    packed.round(Matrix(rows: 1, columns: values.count, elements: values))
    var wide = Matrix<Float>(rows: 0, columns: 0)
    packed.widen(into: &wide)
    return wide.elements
  }

  @Test("numbers are rounded to nearest, ties to even, and NaN and infinity stay")
  func rounding() {
    let step: Float = 1 / 128  // between neighbours from 1 to 2
    #expect(rounded([1, 1 + step, -3.5, 0, -0.0]) == [1, 1 + step, -3.5, 0, 0])
    #expect(rounded([1 + step / 2, 1 + step * 1.5, 1 + step * 0.51]) == [1, 1 + 2 * step, 1 + step])
    #expect(rounded([.greatestFiniteMagnitude, -.infinity]) == [.infinity, -.infinity])
    let nans = rounded([.nan, -.nan])
    #expect(nans[0].isNaN && nans[1].isNaN)
  }

  @Test("rounding is off by at most 2⁻⁸ of the number, and rounding again changes nothing", arguments: [1, 2, 3])
  func closeness(seed: UInt64) {
    let numbers: Matrix<Float> = gaussianMatrix(31, 17, seed: seed)
    let once = rounded(numbers.elements)
    for (number, result) in zip(numbers.elements, once) {
      #expect(abs(number - result) <= abs(number) / 256)
    }
    #expect(rounded(once) == once)
  }

  @Test("one row goes in, and out again times a number, and the others stay")
  func oneRow() {
    let matrix = Matrix<Float>(rows: 2, columns: 2, elements: [1, 2, 3, 4])
    var packed = BFloat16Matrix(rows: 0, columns: 0)
    packed.round(matrix)
    packed.round(row: 1, of: matrix, toRow: 0)
    var row = Matrix<Float>(rows: 9, columns: 9)
    packed.widen(row: 0, scaledBy: -1.1, into: &row)
    #expect(row == Matrix(rows: 1, columns: 2, elements: [3 * -1.1, 4 * -1.1]))
    var wide = Matrix<Float>(rows: 0, columns: 0)
    packed.widen(into: &wide)
    #expect(wide == Matrix(rows: 2, columns: 2, elements: [3, 4, 3, 4]))
  }

  @Test(
    "the format that is chosen by the processor is one that the engine has",
    arguments: ProductEngine.present.map(\.kind))
  func automatic(_ kind: ProductEngine.Kind) throws {
    let engine = try ProductEngine.engine(kind)
    #expect(engine.supports(engine.fasterPrecision))
    let processor = try Processor(engine: engine).using(PrecisionChoice.automatic)
    #expect(processor.precision == engine.fasterPrecision)
    #expect(engine.precisionReason.contains("uses \(processor.precision.rawValue) here"))
    #expect(ProductEngine.gsl.fasterPrecision == .float32)
  }

  @Test(
    "where an engine has rounded products they are sums of the rounded factors; elsewhere it says so",
    arguments: ProductEngine.present.map(\.kind))
  func products(_ kind: ProductEngine.Kind) throws {
    let engine = try ProductEngine.engine(kind)
    guard engine.supports(.bfloat16) else {
      #expect(throws: EngineError.unsupported(.bfloat16, engine: engine.name)) {
        _ = try Processor(engine: engine).using(ProductPrecision.bfloat16)
      }
      return
    }
    #expect(try Processor(engine: engine).using(ProductPrecision.bfloat16).precision == .bfloat16)
    for (m, n, k) in [(1, 1, 1), (5, 7, 3), (33, 65, 129), (500, 251, 60)] {
      let (a, b) = (Factor(m, k, seed: 4), Factor(n, k, seed: 5))
      let (bPlain, aTall) = (Factor(k, n, seed: 6), Factor(k, m, seed: 7))
      var (c, d) = (Matrix<Float>(rows: m, columns: n), Matrix<Float>(rows: m, columns: n))
      func compare(_ form: String) {
        // Both add k products in Float, in some order.
        expectClose(
          c.elements.map(Double.init), d.elements.map(Double.init), within: 1e-6 * Double(k) + 1e-6,
          "\(engine.name), \(form), \(m) × \(n) × \(k)")
      }
      engine.multiply(a.packed, transposed: b.packed, into: &c)
      engine.multiply(a.wide, transposed: b.wide, into: &d)
      compare("a·bᵀ")
      engine.multiply(a.packed, bPlain.packed, into: &c)
      engine.multiply(a.wide, bPlain.wide, into: &d)
      compare("a·b")
      engine.multiply(transposing: aTall.packed, bPlain.packed, into: &c)
      engine.multiply(transposing: aTall.wide, bPlain.wide, into: &d)
      compare("aᵀ·b")
    }
  }

  @Test(
    "a multiplier in single precision is the engine; a rounding one is the engine with both factors rounded, size after size"
  )
  func multipliers() throws {
    for engine in ProductEngine.present {
      for precision in ProductPrecision.allCases where engine.supports(precision) {
        var multiplier = Multiplier<Float>(engine, precision: precision)
        for (m, n, k) in [(5, 7, 3), (33, 65, 129), (2, 3, 4)] {
          let factors = (0..<4).map { [(m, k), (n, k), (k, n), (k, m)][$0] }.enumerated().map {
            gaussianMatrix($1.0, $1.1, seed: 8, place: $0) as Matrix<Float>
          }
          let read = factors.map { factor in
            precision == .float32
              ? factor : Matrix(rows: factor.rows, columns: factor.columns, elements: rounded(factor.elements))
          }
          var (c, d) = (Matrix<Float>(rows: m, columns: n), Matrix<Float>(rows: m, columns: n))
          func compare(_ form: String) {
            expectClose(
              c.elements.map(Double.init), d.elements.map(Double.init),
              within: precision == .float32 ? 0 : 1e-6 * Double(k) + 1e-6, "\(engine.name), \(precision), \(form)")
          }
          multiplier.multiply(factors[0], transposed: factors[1], into: &c)
          engine.multiply(read[0], transposed: read[1], into: &d)
          compare("a·bᵀ")
          multiplier.multiply(factors[0], factors[2], into: &c)
          engine.multiply(read[0], read[2], into: &d)
          compare("a·b")
          multiplier.multiply(transposing: factors[3], factors[2], into: &c)
          engine.multiply(transposing: read[3], read[2], into: &d)
          compare("aᵀ·b")
        }
      }
    }
  }

  private struct Factor {
    var packed = BFloat16Matrix(rows: 0, columns: 0)
    var wide = Matrix<Float>(rows: 0, columns: 0)

    init(_ rows: Int, _ columns: Int, seed: UInt64) {
      packed.round(gaussianMatrix(rows, columns, seed: seed) as Matrix<Float>)
      packed.widen(into: &wide)
    }
  }
}
