import Foundation

/// A mixture of three Gaussians in each dimension, one of which is different for every row: `p(z_k) = w₀ N(0, 1) + w₁
/// N(m_k, exp s_k) + w₂ N(0, exp t)`, and `p(z) = Π_k p(z_k)`.
///
/// The mixture is per dimension, which is a different density from a mixture of three Gaussians in L dimensions.
/// Source: Shenbin et al., "RecVAE", WSDM 2020, section 3.3, and the authors' code.
public struct CompositeGaussian: Sendable, Equatable {
  /// w₀, the share of N(0, 1).
  public var standard: Double
  /// w₁, the share of the row's own Gaussian.
  public var own: Double
  /// w₂, the share of the wide one.
  public var wide: Double
  /// t.
  public var wideLogVariance: Double

  /// Describes a mixture.
  ///
  /// - Precondition: the shares are positive and sum to 1.
  public init(standard: Double, own: Double, wide: Double, wideLogVariance: Double) {
    precondition(
      min(standard, own, wide) > 0 && abs(standard + own + wide - 1) < 1e-9, "shares must be positive and add up to 1")
    (self.standard, self.own, self.wide, self.wideLogVariance) = (standard, own, wide, wideLogVariance)
  }

  /// log p of every row of `latents` (B × L), in nats; `slopes` becomes `−∂ log p / ∂z`, B × L.
  ///
  /// - Parameter owns: `[m | s]` of every row, B × 2L, s clipped to ``Matrix/logVarianceRange``.
  @specialized(where S == Float)
  public func logDensities<S: Scalar>(of latents: Matrix<S>, owns: Matrix<S>, slopes: inout Matrix<S>) -> [Double] {
    let (rows, width) = (latents.rows, latents.columns)
    precondition(owns.rows == rows && owns.columns == 2 * width, "\(owns) for \(latents)")
    slopes.reshape(rows: rows, columns: width)
    let range = Matrix<S>.logVarianceRange
    let (low, high) = (S(range.lowerBound), S(range.upperBound))
    let (a, b, c) = (S(log(standard)), S(log(own)), S(log(wide)))
    var densities = [Double](repeating: 0, count: rows)
    unsafe latents.withPointer { z in
      unsafe owns.withPointer { owns in
        unsafe slopes.withMutablePointer { slopes in
          for row in 0..<rows {
            let mean = unsafe owns + 2 * row * width
            densities[row] = unsafe S.kernels.composite(
              width, low, high, a, b, c, S(wideLogVariance), z + row * width, mean, mean + width, slopes + row * width)
          }
        }
      }
    }
    return densities
  }
}
