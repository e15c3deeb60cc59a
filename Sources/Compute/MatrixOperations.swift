import CKernels

/// The nonlinearity of a hidden layer.
public enum Activation: String, Codable, Sendable, CaseIterable {
  case identity, tanh, sigmoid, relu
}

extension Matrix {
  /// Adds `bias` (one value a column) to every row.
  public mutating func add(bias: [S]) {
    precondition(bias.count == columns, "a bias of \(bias.count) for \(columns) columns")
    let (rows, columns) = (rows, columns)
    unsafe withPointer { pointer in
      unsafe bias.withUnsafeBufferPointer { source in
        guard let base = source.baseAddress else { return }
        for row in 0..<rows { unsafe S.kernels.axpy(columns, 1, base, pointer + row * columns) }
      }
    }
  }

  /// Adds the column sums, times `scale`, to `sums`. Rows are added in order.
  public func addColumnSums(to sums: inout [S]) {
    precondition(sums.count == columns, "\(sums.count) sums for \(columns) columns")
    unsafe withPointer { pointer in
      unsafe sums.withUnsafeMutableBufferPointer { target in
        guard let base = target.baseAddress else { return }
        for row in 0..<rows { unsafe S.kernels.axpy(columns, 1, pointer + row * columns, base) }
      }
    }
  }

  /// Adds `scale` times `other`, element by element.
  public mutating func add(_ other: Matrix, scale: S = 1) {
    precondition(rows == other.rows && columns == other.columns, "\(other) added to \(self)")
    let count = count
    unsafe withPointer { target in
      unsafe other.withPointer { source in unsafe S.kernels.axpy(count, scale, source, target) }
    }
  }

  /// Adds some rows of `other` to all rows of this matrix.
  public mutating func add(_ other: Matrix, rows range: Range<Int>) {
    precondition(
      range.count == rows && columns == other.columns && range.upperBound <= other.rows,
      "rows \(range) of \(other) added to \(self)")
    let (count, columns) = (count, columns)
    unsafe withPointer { target in
      unsafe other.withPointer { source in
        unsafe S.kernels.axpy(count, 1, source + range.lowerBound * columns, target)
      }
    }
  }

  /// Copies all rows of `other` to the rows starting at `row`.
  public mutating func copy(_ other: Matrix, toRow row: Int) {
    precondition(columns == other.columns && row + other.rows <= rows, "\(other) does not fit at row \(row)")
    let columns = columns
    unsafe withPointer { target in
      unsafe other.withPointer { source in
        unsafe (target + row * columns).update(from: source, count: other.count)
      }
    }
  }

  /// Copies the columns of `range` into `target`, which takes on their shape.
  public func copyColumns(_ range: Range<Int>, into target: inout Matrix) {
    precondition(range.upperBound <= columns && target.columns == range.count)
    target.reshape(rows: rows)
    unsafe withPointer { source in
      unsafe target.withPointer { pointer in
        for row in 0..<rows {
          unsafe (pointer + row * range.count).update(
            from: source + row * columns + range.lowerBound, count: range.count)
        }
      }
    }
  }

  /// Multiplies one row by a number.
  public mutating func scale(row: Int, by factor: S) {
    precondition(row < rows)
    let columns = columns
    unsafe withPointer { pointer in unsafe S.kernels.scale(columns, factor, pointer + row * columns) }
  }

  /// The sum of the squares of all elements.
  public var sumOfSquares: Double { unsafe withPointer { unsafe S.kernels.sumOfSquares(count, $0) } }

  /// Whether no element is NaN or infinite.
  public var isFinite: Bool { unsafe withPointer { unsafe S.kernels.allFinite(count, $0) } == 1 }

  /// Applies the activation to every element.
  public mutating func apply(_ activation: Activation) {
    let count = count
    unsafe withPointer { pointer in
      switch activation {
      case .identity: break
      case .tanh: unsafe S.kernels.tanh(count, pointer)
      case .sigmoid: unsafe S.kernels.sigmoid(count, pointer)
      case .relu: unsafe S.kernels.relu(count, pointer)
      }
    }
  }

  /// Turns a gradient with respect to activations into one with respect to pre-activations.
  ///
  /// - Parameter outputs: the activation's own values, of this matrix's shape.
  public mutating func backpropagate(through activation: Activation, outputs: Matrix) {
    precondition(outputs.rows == rows && outputs.columns == columns, "\(outputs) behind \(self)")
    let count = count
    unsafe withPointer { gradient in
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
  public mutating func exponentiateShifted(row: Int) -> (maximum: S, sum: Double) {
    precondition(row < rows)
    let columns = columns
    var maximum: S = 0
    var sum = 0.0
    unsafe withPointer { pointer in
      unsafe S.kernels.expShifted(columns, pointer + row * columns, &maximum, &sum)
    }
    return (maximum, sum)
  }

  /// Replaces one row `f` by `σ(f)`.
  ///
  /// - Returns: `Σ log(1 + exp f)` over the row.
  public mutating func sigmoidWithSoftplusSum(row: Int) -> Double {
    precondition(row < rows)
    let columns = columns
    return unsafe withPointer { unsafe S.kernels.softplusSigmoid(columns, $0 + row * columns) }
  }

  /// The sum of the squares of one row.
  public func sumOfSquares(row: Int) -> Double {
    precondition(row < rows)
    return unsafe withPointer { unsafe S.kernels.sumOfSquares(columns, $0 + row * columns) }
  }

  /// Draws `mean + exp(logVariance / 2) ⊙ noise` into this matrix and the standard deviations into `deviation`.
  ///
  /// Source: Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014, section 2.4.
  public mutating func reparameterise(
    mean: Matrix, logVariance: Matrix, noise: Matrix, deviation: inout Matrix
  ) {
    precondition(
      mean.count == logVariance.count && mean.count == noise.count && mean.columns == columns)
    reshape(rows: mean.rows)
    deviation.reshape(rows: mean.rows)
    let count = count
    unsafe withPointer { z in
      unsafe deviation.withPointer { sigma in
        unsafe mean.withPointer { mean in
          unsafe logVariance.withPointer { s in
            unsafe noise.withPointer { noise in
              unsafe S.kernels.reparameterise(count, mean, s, noise, sigma, z)
            }
          }
        }
      }
    }
  }

  /// Adds `Σ values[k] · weight[row: indices[k] − base]` to one row: a product with a sparse row.
  public mutating func gather(
    row: Int, indices: ArraySlice<Int32>, values: ArraySlice<S>, from weight: Matrix, base: Int
  ) {
    precondition(row < rows && weight.columns == columns && indices.count == values.count)
    guard let first = indices.first, let last = indices.last else { return }
    precondition(
      Int(first) >= base && Int(last) - base < weight.rows, "items \(first)…\(last) are not in this shard")
    let columns = columns
    unsafe withPointer { target in
      unsafe weight.withPointer { w in
        unsafe indices.withUnsafeBufferPointer { index in
          unsafe values.withUnsafeBufferPointer { value in
            guard let index = index.baseAddress, let value = value.baseAddress else { return }
            unsafe S.kernels.gather(
              indices.count, index, value, Int32(base), columns, w, target + row * columns)
          }
        }
      }
    }
  }
}
