import CKernels

/// Adam's constants, and what one step needs of the step count.
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
  /// Keeps the denominator from zero.
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
    // Repeated squaring: the same bits on every C library.
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

  /// Updates all of `parameter`.
  public mutating func update(_ parameter: inout Matrix<S>, gradient: Matrix<S>, _ step: AdamStep) {
    update(&parameter, rows: 0..<parameter.rows, gradient: gradient, step)
  }

  /// Updates the rows of `range`; `gradient` holds those rows alone.
  public mutating func update(
    _ parameter: inout Matrix<S>, rows range: Range<Int>, gradient: Matrix<S>, _ step: AdamStep
  ) {
    precondition(
      gradient.rows == range.count && gradient.columns == parameter.columns
        && range.upperBound <= parameter.rows && first.rows == parameter.rows,
      "a gradient \(gradient) for rows \(range) of \(parameter)")
    let start = range.lowerBound * parameter.columns
    unsafe withUnsafePointer(to: step.constants) { constants in
      unsafe gradient.withPointer { g in
        unsafe parameter.withMutablePointer { w in
          unsafe first.withMutablePointer { m in
            unsafe second.withMutablePointer { v in
              unsafe S.kernels.adam(gradient.count, g, w + start, m + start, v + start, constants)
            }
          }
        }
      }
    }
  }

  /// Updates every row of `parameter` from the sparse product `entriesᵀ · delta`: for each row the gradient is the sum of
  /// `value · delta[row]` over its entries, and a row without entries takes its step with a zero gradient.
  ///
  /// Shapes: `parameter` n × H, `entries` n × B, `delta` B × H. The gradient is never stored.
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

/// The entries of a batch that fall in one range of columns, column by column (CSC): what a shard needs for its gradient.
public struct BatchColumns<S: Scalar>: Sendable {
  private var offsets: [Int32] = [0]
  private var rows: [Int32] = []
  private var values: [S] = []
  /// The number of columns covered.
  public private(set) var columnCount = 0
  /// One more than the largest row seen.
  public private(set) var rowCount = 0

  /// Creates an empty set of columns; ``collect(columns:from:)`` fills it.
  public init() {}

  /// Collects the entries of `batch` in `columns`.
  ///
  /// Within a column, rows ascend.
  public mutating func collect(columns: Range<Int>, from batch: BatchRows<S>) {
    columnCount = columns.count
    rowCount = batch.rowCount
    let segments = (0..<batch.rowCount).map { batch.segment(ofRow: $0, columns: columns) }
    offsets = [Int32](repeating: 0, count: columns.count + 1)
    for segment in segments {
      for position in segment { offsets[Int(batch.indices[position]) - columns.lowerBound + 1] += 1 }
    }
    for column in 0..<columns.count { offsets[column + 1] += offsets[column] }
    let total = Int(offsets[columns.count])
    if rows.count < total {
      rows = [Int32](repeating: 0, count: total)
      values = [S](repeating: 0, count: total)
    }
    var next = offsets
    for (row, segment) in segments.enumerated() {
      for position in segment {
        let column = Int(batch.indices[position]) - columns.lowerBound
        rows[Int(next[column])] = Int32(row)
        values[Int(next[column])] = batch.values[position]
        next[column] += 1
      }
    }
  }

  func withPointers(
    _ body: (UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafePointer<S>) -> Void
  ) {
    unsafe offsets.withUnsafeBufferPointer { offsets in
      unsafe rows.withUnsafeBufferPointer { rows in
        unsafe values.withUnsafeBufferPointer { values in
          guard let offsets = offsets.baseAddress else { return }
          let (rows, values) = (rows.baseAddress, values.baseAddress)
          if let rows = unsafe rows, let values = unsafe values {
            unsafe body(offsets, rows, values)
          } else {
            // No entry at all: nothing is read through the two empty lists.
            unsafe withUnsafeTemporaryAllocation(of: S.self, capacity: 1) { spare in
              unsafe body(offsets, offsets, UnsafePointer(spare.baseAddress.unsafelyUnwrapped))
            }
          }
        }
      }
    }
  }
}

/// The rows of one mini-batch with the values the network reads: after normalisation and corruption, in the core's format.
public struct BatchRows<S: Scalar>: Sendable {
  /// Where each row starts; the last element is the number of entries.
  public private(set) var offsets = [0]
  /// The column of every entry, ascending within a row.
  public private(set) var indices: [Int32] = []
  /// The value of every entry.
  public private(set) var values: [S] = []

  /// Creates an empty batch.
  public init() {}

  /// The number of rows.
  public var rowCount: Int { offsets.count - 1 }

  /// Forgets all rows, keeping the memory.
  public mutating func removeAll() {
    offsets.removeAll(keepingCapacity: true)
    offsets.append(0)
    indices.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
  }

  /// Adds an entry to the row being built; columns must come in ascending order.
  public mutating func append(column: Int32, value: S) {
    indices.append(column)
    values.append(value)
  }

  /// Ends the row being built.
  public mutating func endRow() { offsets.append(indices.count) }

  /// Adds all rows of another batch.
  public mutating func append(_ other: BatchRows) {
    let start = indices.count
    indices += other.indices
    values += other.values
    offsets += other.offsets.dropFirst().map { start + $0 }
  }

  /// Where the entries of `row` that lie in `columns` are stored.
  public func segment(ofRow row: Int, columns: Range<Int>) -> Range<Int> {
    let all = offsets[row]..<offsets[row + 1]
    let start = firstPosition(in: all, notBelow: columns.lowerBound)
    return start..<firstPosition(in: start..<all.upperBound, notBelow: columns.upperBound)
  }

  private func firstPosition(in range: Range<Int>, notBelow column: Int) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if Int(indices[middle]) < column { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
