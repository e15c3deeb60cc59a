import CKernels

/// Adam's constants, and the values of one step that depend on the step count.
///
/// `m ← β₁m + (1−β₁)g`, `v ← β₂v + (1−β₂)g²`, `w ← w − η·(m/(1−β₁ⁿ)) / (√(v/(1−β₂ⁿ)) + ε)`: the form of Kingma & Ba
/// (ICLR 2015, algorithm 1) that PyTorch uses. Moments are dense: a weight whose gradient is zero still moves.
public struct Adam: Codable, Sendable, Equatable {
  /// The step size η.
  public var learningRate: Double
  /// The decay of the first moment.
  public var beta1 = 0.9
  /// The decay of the second moment.
  public var beta2 = 0.999
  /// Keeps the denominator positive.
  public var epsilon = 1e-8

  /// Creates an optimiser with the usual constants.
  public init(learningRate: Double = 1e-3) { self.learningRate = learningRate }

  /// The constants of update number `step`, counted from 1.
  ///
  /// - Parameter penalty: λ of a penalty `λ‖w‖²` in the loss; its gradient `2λw` is added inside the step.
  public func step(_ step: Int, penalty: Double) -> AdamStep {
    let n = Double(step)
    return AdamStep(
      constants: dk_adam(
        rate: learningRate / (1 - Self.power(beta1, n)), beta1: beta1, beta2: beta2,
        secondCorrection: 1 / (1 - Self.power(beta2, n)).squareRoot(), epsilon: epsilon,
        decay: 2 * penalty))
  }

  private static func power(_ base: Double, _ exponent: Double) -> Double {
    // Repeated squaring gives the same bits with every C library.
    var (result, factor, n) = (1.0, base, Int(exponent))
    while n > 0 {
      if n & 1 == 1 { result *= factor }
      factor *= factor
      n >>= 1
    }
    return result
  }
}

/// One update's constants.
public struct AdamStep: Sendable {
  let constants: dk_adam
}

extension Pass {
  /// Updates of parameters that do not belong to items.
  static let smallUpdates = Pass("small parameters' update")
}

/// The first and second moments of one parameter matrix.
public struct AdamMoments<S: Scalar>: Sendable {
  /// m, of the parameter's shape.
  public private(set) var first: Matrix<S>
  /// v, of the parameter's shape.
  public private(set) var second: Matrix<S>

  /// Creates zero moments for a parameter of the given shape.
  public init(rows: Int, columns: Int) {
    first = Matrix(rows: rows, columns: columns)
    second = Matrix(rows: rows, columns: columns)
  }

  /// Creates moments from those of an earlier run.
  ///
  /// - Precondition: both have the same shape.
  public init(first: Matrix<S>, second: Matrix<S>) {
    precondition(
      first.rows == second.rows && first.columns == second.columns, "moments \(first) and \(second)")
    self.first = first
    self.second = second
  }

  /// Lends both to a step.
  mutating func changeBoth(_ body: (_ m: UnsafeMutablePointer<S>, _ v: UnsafeMutablePointer<S>) -> Void) {
    unsafe first.withMutablePointer { m in unsafe second.withMutablePointer { v in unsafe body(m, v) } }
  }

  /// Updates all of `parameter`.
  @specialized(where S == Float)
  public mutating func update(_ parameter: inout Matrix<S>, gradient: Matrix<S>, _ step: AdamStep) {
    precondition(
      gradient.rows == parameter.rows && gradient.columns == parameter.columns && first.rows == parameter.rows,
      "a gradient \(gradient) for \(parameter)")
    unsafe withUnsafePointer(to: step.constants) { constants in
      unsafe gradient.withPointer { g in
        unsafe parameter.withMutablePointer { w in
          unsafe first.withMutablePointer { m in
            unsafe second.withMutablePointer { v in
              unsafe S.kernels.adam(gradient.count, g, w, m, v, constants)
            }
          }
        }
      }
    }
  }

  /// Updates all of `parameter` from the sum of several gradients, added in order, several pieces of its rows at a time.
  ///
  /// - Parameters:
  ///   - parts: at least one, each of the parameter's shape.
  ///   - scratch: a buffer for the gradient of a piece, for each thread.
  @specialized(where S == Float)
  public mutating func update(
    _ parameter: inout Matrix<S>, summing parts: [Matrix<S>], scratch: inout [Matrix<S>], processor: Processor,
    _ step: AdamStep
  ) throws {
    let width = parameter.columns
    try unsafe forEachPiece(of: &parameter, scratch: &scratch, processor, step) { piece, gradient, w, m, v, constants in
      gradient.reshape(rows: piece.count, columns: width)
      gradient.setToSum(of: parts, rows: piece)
      unsafe gradient.withPointer { g in unsafe S.kernels.adam(gradient.count, g, w, m, v, constants) }
    }
  }

  /// Updates every row of `parameter` from the sparse product `entriesᵀ · delta`, several pieces of its rows at a time.
  ///
  /// Shapes: `parameter` n × H, `entries` B × n, `delta` B × H. Each row is treated as by
  /// ``update(_:sparse:delta:scratch:_:)``.
  ///
  /// - Parameter scratch: a buffer for the gradient of a row, for each thread.
  @specialized(where S == Float)
  public mutating func update(
    _ parameter: inout Matrix<S>, sparse entries: BatchRows<S>, delta: Matrix<S>, scratch: inout [Matrix<S>],
    processor: Processor, _ step: AdamStep
  ) throws {
    let width = parameter.columns
    precondition(delta.columns == width && entries.rowCount <= delta.rows, "\(delta) for \(parameter)")
    try unsafe forEachPiece(of: &parameter, scratch: &scratch, processor, step) { piece, gradient, w, m, v, constants in
      var columns = BatchColumns<S>()
      var own = BatchRows<S>()
      own.set(to: piece, of: entries)
      columns.collect(own, columns: piece.count)
      gradient.reshape(rows: 1, columns: width)
      unsafe delta.withPointer { d in
        unsafe gradient.withMutablePointer { gradient in
          unsafe columns.withPointers { offsets, users, values in
            unsafe S.kernels.sparseAdam(
              piece.count, width, offsets, users, values, d, w, m, v, constants, gradient)
          }
        }
      }
    }
  }

  /// Works on pieces of the rows, several at a time; `body` receives the three addresses where a piece's numbers begin.
  private mutating func forEachPiece(
    of parameter: inout Matrix<S>, scratch: inout [Matrix<S>], _ processor: Processor, _ step: AdamStep,
    _ body:
      @Sendable (
        _ rows: Range<Int>, _ scratch: inout Matrix<S>, _ w: UnsafeMutablePointer<S>, _ m: UnsafeMutablePointer<S>,
        _ v: UnsafeMutablePointer<S>, _ constants: UnsafePointer<dk_adam>
      ) -> Void
  ) throws {
    let (rows, width) = (parameter.rows, parameter.columns)
    precondition(first.rows == rows && first.columns == width, "moments \(first) for \(parameter)")
    var pieces = Self.pieces(rows: rows)
    try unsafe withUnsafePointer(to: step.constants) { constants in
      try unsafe parameter.withMutablePointer { w in
        try unsafe first.withMutablePointer { m in
          try unsafe second.withMutablePointer { v in
            // Shared between threads, but each row belongs to one piece, and each piece to one thread.
            nonisolated(unsafe) let (w, m, v, constants) = unsafe (w, m, v, constants)
            try processor.forEach(&pieces, scratch: &scratch, as: .smallUpdates) { _, piece, scratch in
              let start = piece.lowerBound * width
              unsafe body(piece, &scratch, w + start, m + start, v + start, constants)
            }
          }
        }
      }
    }
  }

  /// Cuts rows into at most 32 ranges, of at least 16: no two rows share a sum.
  private static func pieces(rows: Int) -> [Range<Int>] {
    let count = min(32, max(1, rows / 16))
    let size = max(1, (rows + count - 1) / count)
    return (0..<rows).blocks(of: size)
  }

  /// Updates every row of `parameter` from the sparse product `entriesᵀ · delta`: for each row the gradient is the sum of
  /// `value · delta[row]` over its entries, and a row without entries is updated with a zero gradient.
  ///
  /// Shapes: `parameter` n × H, `entries` n × B, `delta` B × H. The gradient is never stored.
  @specialized(where S == Float)
  public mutating func update(
    _ parameter: inout Matrix<S>, sparse entries: BatchColumns<S>, delta: Matrix<S>,
    scratch: inout Matrix<S>, _ step: AdamStep
  ) {
    let (rows, width) = (parameter.rows, parameter.columns)
    precondition(
      entries.columnCount == rows && delta.columns == width && scratch.columns == width
        && scratch.rows > 0 && entries.rowCount <= delta.rows)
    unsafe withUnsafePointer(to: step.constants) { constants in
      unsafe delta.withPointer { d in
        unsafe parameter.withMutablePointer { w in
          unsafe first.withMutablePointer { m in
            unsafe second.withMutablePointer { v in
              unsafe scratch.withMutablePointer { scratch in
                unsafe entries.withPointers { offsets, users, values in
                  unsafe S.kernels.sparseAdam(
                    rows, width, offsets, users, values, d, w, m, v, constants, scratch)
                }
              }
            }
          }
        }
      }
    }
  }
}
