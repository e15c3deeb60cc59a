import CKernels

/// The nonlinearity of a hidden layer.
public enum Activation: String, Codable, Sendable, CaseIterable {
  case identity, tanh, sigmoid, relu
}

extension Matrix {
  /// Adds `bias` (1 × n) to as many columns of every row, from `column` on.
  @specialized(where S == Float)
  public mutating func add(bias: Matrix, atColumn column: Int = 0) {
    precondition(column + bias.count <= columns, "a bias \(bias) at column \(column) of \(self)")
    let (rows, columns) = (rows, columns)
    unsafe withMutablePointer { pointer in
      unsafe bias.withPointer { base in
        for row in 0..<rows { unsafe S.kernels.axpy(bias.count, 1, base, pointer + row * columns + column) }
      }
    }
  }

  /// Makes every row a copy of `bias` (1 × columns).
  @specialized(where S == Float)
  public mutating func setRows(to bias: Matrix) {
    precondition(bias.count == columns, "a bias \(bias) for \(columns) columns")
    let (rows, columns) = (rows, columns)
    unsafe withMutablePointer { pointer in
      unsafe bias.withPointer { base in
        for row in 0..<rows { unsafe (pointer + row * columns).update(from: base, count: columns) }
      }
    }
  }

  /// Adds `scale` times one row of `other` to one row of this matrix.
  @specialized(where S == Float)
  public mutating func add(row source: Int, of other: Matrix, scale: S = 1, toRow target: Int) {
    precondition(
      source < other.rows && target < rows && columns == other.columns,
      "row \(source) of \(other) at \(target) of \(self)")
    let columns = columns
    unsafe withMutablePointer { pointer in
      unsafe other.withPointer { base in
        unsafe S.kernels.axpy(columns, scale, base + source * columns, pointer + target * columns)
      }
    }
  }

  /// Becomes the column sums of `other`, its rows added in order.
  ///
  /// - Precondition: this matrix is 1 × columns of `other`.
  @specialized(where S == Float)
  public mutating func setToColumnSums(of other: Matrix) {
    precondition(rows == 1 && other.columns == columns, "the column sums of \(other) into \(self)")
    clear()
    for row in 0..<other.rows { add(row: row, of: other, toRow: 0) }
  }

  /// Adds some rows of `other`, as many as this matrix has.
  @specialized(where S == Float)
  public mutating func add(_ other: Matrix, rows range: Range<Int>) {
    precondition(
      rows == range.count && columns == other.columns && range.upperBound <= other.rows,
      "rows \(range) of \(other) added to \(self)")
    let (count, start) = (count, range.lowerBound * columns)
    unsafe withMutablePointer { target in
      unsafe other.withPointer { source in unsafe S.kernels.axpy(count, 1, source + start, target) }
    }
  }

  /// Adds `scale` times `other`, element by element.
  @specialized(where S == Float)
  public mutating func add(_ other: Matrix, scale: S = 1) {
    precondition(rows == other.rows && columns == other.columns, "\(other) added to \(self)")
    let count = count
    unsafe withMutablePointer { target in
      unsafe other.withPointer { source in unsafe S.kernels.axpy(count, scale, source, target) }
    }
  }

  /// Becomes the sum of the same rows of several matrices, added in order.
  ///
  /// - Precondition: there is at least one, and each has these rows and as many columns as this matrix.
  @specialized(where S == Float)
  public mutating func setToSum(of parts: [Matrix], rows range: Range<Int>) {
    precondition(!parts.isEmpty, "the sum of no matrix")
    copyRows(range, of: parts[0])
    let (count, columns) = (count, columns)
    let start = range.lowerBound * columns
    unsafe withMutablePointer { target in
      for part in parts.dropFirst() {
        precondition(columns == part.columns && range.upperBound <= part.rows, "rows \(range) of \(part) in a sum")
        unsafe part.withPointer { source in unsafe S.kernels.axpy(count, 1, source + start, target) }
      }
    }
  }

  /// Becomes a copy of some rows of `other`.
  @specialized(where S == Float)
  public mutating func copyRows(_ range: Range<Int>, of other: Matrix) {
    precondition(columns == other.columns && range.upperBound <= other.rows)
    reshape(rows: range.count)
    let (count, start) = (count, range.lowerBound * columns)
    unsafe withMutablePointer { target in
      unsafe other.withPointer { source in unsafe target.update(from: source + start, count: count) }
    }
  }

  /// Becomes the concatenated rows of several matrices.
  ///
  /// - Precondition: all have the same number of columns.
  @specialized(where S == Float)
  public mutating func setRows(to parts: [Matrix]) {
    reshape(rows: parts.reduce(0) { $0 + $1.rows }, columns: parts.first?.columns ?? columns)
    var row = 0
    for part in parts {
      copy(part, toRow: row)
      row += part.rows
    }
  }

  /// Copies all rows of `other` to the rows starting at `row`.
  @specialized(where S == Float)
  public mutating func copy(_ other: Matrix, toRow row: Int) {
    precondition(columns == other.columns && row + other.rows <= rows, "\(other) does not fit at row \(row)")
    let columns = columns
    unsafe withMutablePointer { target in
      unsafe other.withPointer { source in
        unsafe (target + row * columns).update(from: source, count: other.count)
      }
    }
  }

  /// Multiplies one row by a number.
  @specialized(where S == Float)
  public mutating func scale(row: Int, by factor: S) {
    precondition(row < rows)
    let columns = columns
    unsafe withMutablePointer { pointer in unsafe S.kernels.scale(columns, factor, pointer + row * columns) }
  }

  /// The sum of the squares of all elements.
  public var sumOfSquares: Double { unsafe withPointer { unsafe S.kernels.sumOfSquares(count, $0) } }

  /// Whether no element is NaN or infinite.
  public var isFinite: Bool { unsafe withPointer { unsafe S.kernels.allFinite(count, $0) } == 1 }

  /// Applies the activation to every element.
  @specialized(where S == Float)
  public mutating func apply(_ activation: Activation) {
    let count = count
    unsafe withMutablePointer { pointer in
      switch activation {
      case .identity: break
      case .tanh: unsafe S.kernels.tanh(count, pointer)
      case .sigmoid: unsafe S.kernels.sigmoid(count, pointer)
      case .relu: unsafe S.kernels.relu(count, pointer)
      }
    }
  }

  /// Converts a gradient with respect to activations to one with respect to pre-activations.
  ///
  /// - Parameter outputs: the activation's own values, of this matrix's shape.
  @specialized(where S == Float)
  public mutating func backpropagate(through activation: Activation, outputs: Matrix) {
    precondition(outputs.rows == rows && outputs.columns == columns, "\(outputs) behind \(self)")
    let count = count
    unsafe withMutablePointer { gradient in
      unsafe outputs.withPointer { y in
        switch activation {
        case .identity: break
        case .tanh: unsafe S.kernels.tanhBackward(count, y, gradient)
        case .sigmoid: unsafe S.kernels.sigmoidBackward(count, y, gradient)
        case .relu: unsafe S.kernels.reluBackward(count, y, gradient)
        }
      }
    }
  }

  /// Replaces one row `f` by `exp(f − max f)`.
  ///
  /// - Returns: the maximum and the sum of the new row; `log Σ exp f` is `maximum + log(sum)`.
  @specialized(where S == Float)
  public mutating func exponentiateShifted(row: Int) -> (maximum: S, sum: Double) {
    precondition(row < rows)
    let columns = columns
    var maximum: S = 0
    var sum = 0.0
    unsafe withMutablePointer { pointer in
      unsafe S.kernels.expShifted(columns, pointer + row * columns, &maximum, &sum)
    }
    return (maximum, sum)
  }

  /// Replaces one row `f` by `σ(f)`.
  ///
  /// - Returns: `Σ log(1 + exp f)` over the row.
  @specialized(where S == Float)
  public mutating func sigmoidWithSoftplusSum(row: Int) -> Double {
    precondition(row < rows)
    let columns = columns
    return unsafe withMutablePointer { unsafe S.kernels.softplusSigmoid(columns, $0 + row * columns) }
  }

  /// The sum of the squares of one row.
  @specialized(where S == Float)
  public func sumOfSquares(row: Int) -> Double {
    precondition(row < rows)
    return unsafe withPointer { unsafe S.kernels.sumOfSquares(columns, $0 + row * columns) }
  }

  /// The sum of the products of one row with one row of `other`.
  @specialized(where S == Float)
  public func dot(row: Int, with otherRow: Int, of other: Matrix) -> Double {
    precondition(row < rows && otherRow < other.rows && columns == other.columns, "rows of \(self) and \(other)")
    return unsafe withPointer { pointer in
      unsafe other.withPointer { unsafe S.kernels.dot(columns, pointer + row * columns, $0 + otherRow * columns) }
    }
  }
}
