public import Compute

/// How fast an engine multiplies on this machine.
public enum ProductBenchmark {
  /// Billions of floating-point operations a second on the shapes of a wide output layer, every thread with a
  /// product of its own, as in training.
  ///
  /// The best of several rounds: other programs only ever slow it down.
  public static func rate(_ engine: ProductEngine, threads: Int?) -> Double {
    let processor = Processor(engine: engine, threads: threads)
    let (users, hidden, items) = (500, 600, 2048)
    var work = (0..<processor.threads).map { _ in
      Products(
        a: Matrix(rows: users, columns: hidden, elements: Array(repeating: 0.5, count: users * hidden)),
        b: Matrix(rows: items, columns: hidden, elements: Array(repeating: 0.25, count: items * hidden)),
        c: Matrix(rows: users, columns: items))
    }
    let operations = 2 * Double(users * hidden * items) * Double(processor.threads)
    var best = 0.0
    let rounds = engine.kind == .gsl ? 1 : 8
    for _ in 0..<rounds {
      let watch = Stopwatch()
      // Nothing in the body throws.
      try? processor.forEach(&work) { _, products in
        engine.multiply(products.a, transposed: products.b, into: &products.c)
      }
      best = max(best, operations / watch.seconds / 1e9)
    }
    return best
  }

  private struct Products: Sendable {
    let a: Matrix<Float>
    let b: Matrix<Float>
    var c: Matrix<Float>
  }
}
