/// A product engine for one thread that rounds both factors first, if configured.
///
/// It is for products whose factors are used once; a factor of several products should be rounded once, as a
/// ``BFloat16Matrix``. The memory for the rounded factors is kept from one product to the next.
public struct Multiplier<S: Scalar>: Sendable {
  /// The engine.
  public let engine: ProductEngine
  /// The number format of the factors; sums are in single precision in any case.
  public let precision: ProductPrecision
  private var left = BFloat16Matrix(rows: 0, columns: 0)
  private var right = BFloat16Matrix(rows: 0, columns: 0)

  /// Creates a multiplier.
  ///
  /// - Precondition: the engine supports the format, and it is single precision if `S` is not `Float`.
  public init(_ engine: ProductEngine, precision: ProductPrecision = .float32) {
    precondition(precision == .float32 || (S.self == Float.self && engine.supports(precision)))
    self.engine = engine
    self.precision = precision
  }

  /// `c ← a·bᵀ`, with a: m × k, b: n × k, c: m × n.
  public mutating func multiply(_ a: Matrix<S>, transposed b: Matrix<S>, into c: inout Matrix<S>) {
    switch precision {
    case .float32: engine.multiply(a, transposed: b, into: &c)
    case .bfloat16:
      round(a, b)
      engine.multiply(left, transposed: right, into: &c)
    }
  }

  /// `c ← a·b`, with a: m × k, b: k × n, c: m × n.
  public mutating func multiply(_ a: Matrix<S>, _ b: Matrix<S>, into c: inout Matrix<S>) {
    switch precision {
    case .float32: engine.multiply(a, b, into: &c)
    case .bfloat16:
      round(a, b)
      engine.multiply(left, right, into: &c)
    }
  }

  /// `c ← aᵀ·b`, with a: k × m, b: k × n, c: m × n.
  public mutating func multiply(transposing a: Matrix<S>, _ b: Matrix<S>, into c: inout Matrix<S>) {
    switch precision {
    case .float32: engine.multiply(transposing: a, b, into: &c)
    case .bfloat16:
      round(a, b)
      engine.multiply(transposing: left, right, into: &c)
    }
  }

  private mutating func round(_ a: Matrix<S>, _ b: Matrix<S>) {
    left.round(a)
    right.round(b)
  }
}
