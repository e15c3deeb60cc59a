import Compute
import TestSupport
import Testing

@Suite("Engines and threads")
struct EngineTests {
  @Test(
    "an engine is either the one asked for or an error that names it", arguments: ProductEngine.Kind.allCases)
  func presentOrMissing(_ kind: ProductEngine.Kind) throws {
    if ProductEngine.present.contains(where: { $0.kind == kind }) {
      #expect(try ProductEngine.engine(kind).kind == kind)
    } else {
      #expect(throws: EngineError.missing(kind)) { try ProductEngine.engine(kind) }
    }
  }

  @Test("engines say what they are")
  func names() {
    let starts: [ProductEngine.Kind: String] = [
      .onednn: "oneDNN", .accelerate: "Accelerate", .openblas: "OpenBLAS", .blas: "BLAS", .gsl: "GSL CBLAS ",
    ]
    for engine in ProductEngine.present {
      #expect(engine.name.hasPrefix(starts[engine.kind] ?? "?"), "\(engine.name)")
    }
    #expect(ProductEngine.gsl.name == "GSL CBLAS \(GSL.version)")
    #expect(GSL.version.contains("."))
  }

  @Test("an unknown engine's error lists the known ones")
  func unknownEngine() {
    #expect(
      EngineError.unknown("mkl").description
        == "DOPPEL_ENGINE=mkl is not an engine; accepted: onednn, accelerate, openblas, blas, gsl")
  }

  @Test("a missing library's error lists the engines present")
  func missingEngine() {
    let present = ProductEngine.present.map(\.kind.rawValue).joined(separator: ", ")
    #expect(
      EngineError.missing(.accelerate).description
        == "DOPPEL_ENGINE=accelerate: its library was not found; present: \(present)")
  }

  @Test("products give the same bits on 1 and 2 threads", arguments: ProductEngine.present.map(\.kind))
  func threadsChangeNothing(_ kind: ProductEngine.Kind) throws {
    let engine = try ProductEngine.engine(kind)
    let a: Matrix<Float> = gaussianMatrix(37, 61, seed: 20)
    func products(threads: Int) throws -> [Matrix<Float>] {
      try Processor(engine: engine, threads: threads).map(count: 12) { index in
        let b: Matrix<Float> = gaussianMatrix(53 + index, 61, seed: 21, place: index)
        var c = Matrix<Float>(rows: a.rows, columns: b.rows)
        engine.multiply(a, transposed: b, into: &c)
        return c
      }
    }
    let (one, two, again) = try (products(threads: 1), products(threads: 2), products(threads: 2))
    #expect(one == two, "\(engine.name)")
    #expect(two == again, "\(engine.name)")
  }
}
