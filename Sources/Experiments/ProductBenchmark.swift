public import Compute

/// The speed of an engine's products on this machine.
public enum ProductBenchmark {
  /// Billions of floating-point operations a second on the shapes of a wide output layer, with a separate product on
  /// every thread, as in training.
  ///
  /// The best of several rounds, because other programs can only slow it down.
  ///
  /// - Parameters:
  ///   - precision: a precision that the engine supports.
  ///   - hidden: the width of the layer below.
  public static func rate(
    _ engine: ProductEngine, threads: Int?, precision: ProductPrecision = .float32, hidden: Int = 600
  ) -> Double {
    let processor = Processor(engine: engine, threads: threads)
    let (users, items) = (500, precision == .float32 ? 2048 : 256)
    var work = (0..<processor.threads).map { _ in Products(users: users, hidden: hidden, items: items) }
    // Small enough to stay in the cache, and repeated to take as long as the large one.
    let repeats = 2048 / items
    let operations = 2 * Double(users * hidden * items * repeats) * Double(processor.threads)
    var best = 0.0
    let rounds = engine.kind == .gsl ? 1 : 8
    for _ in 0..<rounds {
      let watch = Stopwatch()
      // The body never throws.
      try? processor.forEach(&work) { _, products in
        for _ in 0..<repeats { products.multiply(engine, precision) }
      }
      best = max(best, operations / watch.seconds / 1e9)
    }
    return best
  }

  private struct Products: Sendable {
    let a: Matrix<Float>
    let b: Matrix<Float>
    var c: Matrix<Float>
    var roundedA = BFloat16Matrix(rows: 0, columns: 0)
    var roundedB = BFloat16Matrix(rows: 0, columns: 0)

    init(users: Int, hidden: Int, items: Int) {
      a = Matrix(rows: users, columns: hidden, elements: Array(repeating: 0.5, count: users * hidden))
      b = Matrix(rows: items, columns: hidden, elements: Array(repeating: 0.25, count: items * hidden))
      c = Matrix(rows: users, columns: items)
      roundedA.round(a)
      roundedB.round(b)
    }

    mutating func multiply(_ engine: ProductEngine, _ precision: ProductPrecision) {
      switch precision {
      case .float32: engine.multiply(a, transposed: b, into: &c)
      case .bfloat16: engine.multiply(roundedA, transposed: roundedB, into: &c)
      }
    }
  }
}
