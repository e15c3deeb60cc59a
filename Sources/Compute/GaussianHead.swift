/// The arithmetic of a diagonal Gaussian stored in one matrix `[mean | log-variance]`, B × 2L.
///
/// Source: Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014, section 2.4 and appendix B.
extension Matrix {
  /// The range to which log-variances are clipped, both in the draw and in the divergence: outside it, `exp` is
  /// meaningless long before `Float` overflows at 88.
  public static var logVarianceRange: ClosedRange<Double> { -10...10 }

  /// Draws `z = mean + σ ⊙ noise` (or `z = mean` without noise) from this head.
  ///
  /// - Parameters:
  ///   - noise: B × L draws from N(0, 1), or `nil` at evaluation.
  ///   - deviation: becomes σ, B × L.
  ///   - latent: becomes z, B × L.
  /// - Returns: for each row the divergence from N(0, I), `½ Σ (σ² + mean² − 1 − log σ²)`, and the number of clipped
  ///   log-variances.
  @specialized(where S == Float)
  public func drawGaussian(
    noise: Matrix?, deviation: inout Matrix, latent: inout Matrix
  ) -> (divergences: [Double], held: Int) {
    let width = columns / 2
    precondition(latent.columns == width && deviation.columns == width)
    precondition(noise.map { $0.rows == rows && $0.columns == width } ?? true)
    latent.reshape(rows: rows)
    deviation.reshape(rows: rows)
    let (low, high) = (S(Self.logVarianceRange.lowerBound), S(Self.logVarianceRange.upperBound))
    var held: Int64 = 0
    var divergences: [Double] = []
    divergences.reserveCapacity(rows)
    unsafe withPointer { head in
      unsafe deviation.withMutablePointer { sigma in
        unsafe latent.withMutablePointer { z in
          for row in 0..<rows {
            let (start, mean) = unsafe (row * width, head + row * columns)
            func run(_ noise: UnsafePointer<S>?) -> Double {
              unsafe S.kernels.gaussianForward(
                width, low, high, mean, mean + width, noise, sigma + start, z + start, &held)
            }
            let divergence =
              if let noise { unsafe noise.withPointer { unsafe run($0 + start) } } else { run(nil) }
            divergences.append(divergence)
          }
        }
      }
    }
    return (divergences, Int(held))
  }

  /// Becomes the gradient with respect to the head from the one with respect to z.
  ///
  /// `∂/∂mean = g + β·mean` and `∂/∂s = ½ g⊙ε⊙σ + ½β(σ² − 1)`; the latter is zero where the log-variance was clipped.
  ///
  /// - Parameter weights: β, each row's weight of the divergence, already divided by the number of users in the batch.
  @specialized(where S == Float)
  public mutating func backpropagateGaussian(
    gradient: Matrix, head: Matrix, noise: Matrix, deviation: Matrix, weights: [Double]
  ) {
    let width = gradient.columns
    precondition(columns == 2 * width && head.columns == columns && head.rows == gradient.rows)
    precondition(noise.rows == gradient.rows && deviation.rows == gradient.rows && weights.count == gradient.rows)
    reshape(rows: gradient.rows)
    let (low, high) = (S(Self.logVarianceRange.lowerBound), S(Self.logVarianceRange.upperBound))
    let (rows, columns) = (rows, columns)
    unsafe withMutablePointer { delta in
      unsafe gradient.withPointer { g in
        unsafe head.withPointer { head in
          unsafe noise.withPointer { noise in
            unsafe deviation.withPointer { sigma in
              for row in 0..<rows {
                let (start, full) = (row * width, row * columns)
                unsafe S.kernels.gaussianBackward(
                  width, low, high, S(weights[row]), head + full, head + full + width, noise + start,
                  sigma + start, g + start, delta + full, delta + full + width)
              }
            }
          }
        }
      }
    }
  }

  /// This matrix of means plus `exp(logVariance / 2) ⊙ noise`, all of the same shape.
  @specialized(where S == Float)
  public func addingScaledNoise(_ noise: Matrix, logVariance: Matrix) -> Matrix {
    precondition(noise.count == count && logVariance.count == count && noise.columns == columns)
    var result = self
    var deviation = self
    var held: Int64 = 0
    unsafe withPointer { mean in
      unsafe logVariance.withPointer { s in
        unsafe noise.withPointer { noise in
          unsafe result.withMutablePointer { z in
            unsafe deviation.withMutablePointer { sigma in
              _ = unsafe S.kernels.gaussianForward(
                count, -.infinity, .infinity, mean, s, noise, sigma, z, &held)
            }
          }
        }
      }
    }
    return result
  }
}

/// Gaussian heads as two matrices.
extension Matrix {
  /// The left and the right half of the columns, which are the means and the log-variances of a head.
  public var halves: (left: Matrix, right: Matrix) {
    @specialized(where S == Float) get {
      let width = columns / 2
      var (left, right) = ([S](), [S]())
      for row in 0..<rows {
        let values = self[row: row]
        left += values.prefix(width)
        right += values.suffix(width)
      }
      return (Matrix(rows: rows, columns: width, elements: left), Matrix(rows: rows, columns: width, elements: right))
    }
  }

  /// Places two matrices of the same shape side by side.
  @specialized(where S == Float)
  public init(halves left: Matrix, _ right: Matrix) {
    precondition(left.rows == right.rows && left.columns == right.columns, "\(left) beside \(right)")
    let elements = (0..<left.rows).flatMap { left[row: $0] + right[row: $0] }
    self.init(rows: left.rows, columns: 2 * left.columns, elements: elements)
  }
}
