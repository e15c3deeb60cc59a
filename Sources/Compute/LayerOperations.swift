/// Gates, swish and layer normalisation, forward and back, row by row.
extension Matrix {
  /// Becomes `a ⊙ σ(c)` of rows `[a | c]` (b × 2n); `gates` becomes σ(c).
  @specialized(where S == Float)
  public mutating func setToGated(_ halves: Matrix, gates: inout Matrix) {
    let width = halves.columns / 2
    reshape(rows: halves.rows, columns: width)
    gates.reshape(rows: halves.rows, columns: width)
    let rows = rows
    unsafe halves.withPointer { x in
      unsafe gates.withMutablePointer { gates in
        unsafe withMutablePointer { y in
          for row in 0..<rows {
            let (x, gate, y) = unsafe (x + 2 * row * width, gates + row * width, y + row * width)
            unsafe gate.update(from: x + width, count: width)
            unsafe S.kernels.sigmoid(width, gate)
            for k in 0..<width { unsafe y[k] = unsafe x[k] * gate[k] }
          }
        }
      }
    }
  }

  /// Becomes the gradient with respect to rows `[a | c]` from the one with respect to `a ⊙ σ(c)`.
  @specialized(where S == Float)
  public mutating func backpropagateGate(_ gradient: Matrix, halves: Matrix, gates: Matrix) {
    let (width, rows) = (gradient.columns, gradient.rows)
    precondition(halves.columns == 2 * width && halves.rows == rows && gates.columns == width && gates.rows == rows)
    reshape(rows: rows, columns: 2 * width)
    unsafe withMutablePointer { delta in
      unsafe gradient.withPointer { g in
        unsafe halves.withPointer { x in
          unsafe gates.withPointer { gates in
            for row in 0..<rows {
              let (g, gate) = unsafe (g + row * width, gates + row * width)
              let (x, delta) = unsafe (x + 2 * row * width, delta + 2 * row * width)
              for k in 0..<width {
                unsafe delta[k] = unsafe g[k] * gate[k]
                unsafe delta[width + k] = unsafe g[k] * x[k] * gate[k] * (1 - gate[k])
              }
            }
          }
        }
      }
    }
  }

  /// Becomes `x ⊙ σ(x)`; `gates` becomes σ(x).
  @specialized(where S == Float)
  public mutating func setToSwish(_ input: Matrix, gates: inout Matrix) {
    let count = input.count
    reshape(rows: input.rows, columns: input.columns)
    gates.reshape(rows: input.rows, columns: input.columns)
    unsafe input.withPointer { x in
      unsafe gates.withMutablePointer { gate in
        unsafe withMutablePointer { y in
          unsafe gate.update(from: x, count: count)
          unsafe S.kernels.sigmoid(count, gate)
          for k in 0..<count { unsafe y[k] = unsafe x[k] * gate[k] }
        }
      }
    }
  }

  /// Converts a gradient with respect to `x ⊙ σ(x)` to one with respect to x.
  @specialized(where S == Float)
  public mutating func backpropagateSwish(input: Matrix, gates: Matrix) {
    precondition(input.count == count && gates.count == count, "\(input) behind \(self)")
    let count = count
    unsafe withMutablePointer { delta in
      unsafe input.withPointer { x in
        unsafe gates.withPointer { gate in
          for k in 0..<count { unsafe delta[k] *= unsafe gate[k] * (1 + x[k] * (1 - gate[k])) }
        }
      }
    }
  }

  /// Becomes `x̂ ⊙ weight + bias`, with `x̂ = (x − mean) / √(variance + ε)` over each row; the variance divides by n.
  ///
  /// - Parameter kept: becomes `[x̂ | 1 / √(variance + ε)]`, b × (n + 1).
  @specialized(where S == Float)
  public mutating func setToNormalised(
    _ input: Matrix, weight: Matrix, bias: Matrix, epsilon: Double, kept: inout Matrix
  ) {
    let (rows, width) = (input.rows, input.columns)
    precondition(weight.count == width && bias.count == width && width > 0)
    reshape(rows: rows, columns: width)
    kept.reshape(rows: rows, columns: width + 1)
    unsafe input.withPointer { x in
      unsafe weight.withPointer { weight in
        unsafe bias.withPointer { bias in
          unsafe kept.withMutablePointer { kept in
            unsafe withMutablePointer { y in
              for row in 0..<rows {
                let (x, y, kept) = unsafe (x + row * width, y + row * width, kept + row * (width + 1))
                var (sum, squares) = (0.0, 0.0)
                for k in 0..<width { sum += unsafe Double(x[k]) }
                let mean = sum / Double(width)
                for k in 0..<width {
                  let deviation = unsafe Double(x[k]) - mean
                  squares += deviation * deviation
                }
                let inverse = S(1 / (squares / Double(width) + epsilon).squareRoot())
                for k in 0..<width {
                  unsafe kept[k] = unsafe (x[k] - S(mean)) * inverse
                  unsafe y[k] = unsafe kept[k] * weight[k] + bias[k]
                }
                unsafe kept[width] = inverse
              }
            }
          }
        }
      }
    }
  }

  /// Converts a gradient with respect to a normalised row to one with respect to the original row, and sets the
  /// gradients of weight and bias, rows added in order.
  ///
  /// - Parameter kept: the values kept by ``setToNormalised(_:weight:bias:epsilon:kept:)``.
  @specialized(where S == Float)
  public mutating func backpropagateNormalisation(
    kept: Matrix, weight: Matrix, weightGradient: inout Matrix, biasGradient: inout Matrix
  ) {
    let (rows, width) = (rows, columns)
    precondition(kept.rows == rows && kept.columns == width + 1 && weight.count == width)
    precondition(weightGradient.count == width && biasGradient.count == width)
    weightGradient.clear()
    biasGradient.clear()
    unsafe withMutablePointer { delta in
      unsafe kept.withPointer { kept in
        unsafe weight.withPointer { weight in
          unsafe weightGradient.withMutablePointer { dWeight in
            unsafe biasGradient.withMutablePointer { dBias in
              for row in 0..<rows {
                let (delta, kept) = unsafe (delta + row * width, kept + row * (width + 1))
                var (sum, product) = (0.0, 0.0)
                for k in 0..<width {
                  unsafe dWeight[k] += unsafe delta[k] * kept[k]
                  unsafe dBias[k] += unsafe delta[k]
                  unsafe delta[k] *= unsafe weight[k]
                  sum += unsafe Double(delta[k])
                  product += unsafe Double(delta[k] * kept[k])
                }
                let (mean, slope) = (S(sum / Double(width)), S(product / Double(width)))
                for k in 0..<width {
                  unsafe delta[k] = unsafe (delta[k] - mean - kept[k] * slope) * kept[width]
                }
              }
            }
          }
        }
      }
    }
  }
}
