import Foundation

/// A mixture of K Gaussians with diagonal covariance in L dimensions: `p(z) = Σ_c π_c N(z; m_c, diag exp t_c)`.
public struct GaussianMixture<S: Scalar>: Sendable {
  /// π = softmax of these; shape: 1 × K.
  public let logits: Matrix<S>
  /// Shape: K × L.
  public let means: Matrix<S>
  /// t, clipped to ``Matrix/logVarianceRange``; shape: K × L.
  public let logVariances: Matrix<S>
  /// log π_c.
  private let logWeights: [Double]
  /// 1 / variance, K × L; NaN in the parameters is kept.
  private let precisions: Matrix<S>
  /// log π_c and all other terms of log p that do not depend on z.
  private let constants: [Double]

  /// Creates a mixture from its parameters.
  @specialized(where S == Float)
  public init(logits: Matrix<S>, means: Matrix<S>, logVariances: Matrix<S>) {
    precondition(logits.count == means.rows && means.rows == logVariances.rows && means.columns == logVariances.columns)
    (self.logits, self.means, self.logVariances) = (logits, means, logVariances)
    let values = logits.elements.map { Double($0) }
    let largest = values.max() ?? 0
    let sum: Double = values.reduce(0) { $0 + exp($1 - largest) }
    let total = largest + log(sum)
    logWeights = values.map { $0 - total }
    let held = logVariances.elements.map { Self.held($0) }
    precisions = Matrix(
      rows: means.rows, columns: means.columns, elements: held.map { S(exp(-Double($0))) })
    let width = means.columns
    constants = logWeights.enumerated().map { component, weight in
      let sum = held[component * width..<(component + 1) * width].reduce(0.0) { $0 + Double($1) }
      return weight - 0.5 * (sum + Double(width) * log(2 * Double.pi))
    }
  }

  /// π; shape: K.
  public var weights: [Double] { logWeights.map { exp($0) } }

  /// The variances of one component; shape: L.
  public func variances(_ component: Int) -> [Double] {
    logVariances[row: component].map { exp(Double(Self.held($0))) }
  }

  private static func held(_ logVariance: S) -> S {
    let range = Matrix<S>.logVarianceRange
    return Swift.min(Swift.max(logVariance, S(range.lowerBound)), S(range.upperBound))
  }

  /// log p of every row of `latents` (B × L); `responsibilities` becomes p(c | z), B × K.
  @specialized(where S == Float)
  public func logDensities(of latents: Matrix<S>, responsibilities: inout Matrix<S>) -> [Double] {
    let (rows, count, width) = (latents.rows, means.rows, means.columns)
    precondition(latents.columns == width, "\(latents) in \(width) dimensions")
    responsibilities.reshape(rows: rows, columns: count)
    var densities = [Double](repeating: 0, count: rows)
    var terms = [Double](repeating: 0, count: count)
    unsafe latents.withPointer { z in
      unsafe means.withPointer { means in
        unsafe precisions.withPointer { precisions in
          unsafe responsibilities.withMutablePointer { shares in
            for row in 0..<rows {
              let z = unsafe z + row * width
              for component in 0..<count {
                let (m, p) = unsafe (means + component * width, precisions + component * width)
                var sum = 0.0
                for k in 0..<width {
                  let distance = unsafe z[k] - m[k]
                  sum += unsafe Double(distance * distance * p[k])
                }
                terms[component] = constants[component] - 0.5 * sum
              }
              let largest = terms.max() ?? 0
              var total = 0.0
              for component in 0..<count { total += exp(terms[component] - largest) }
              densities[row] = largest + log(total)
              for component in 0..<count {
                unsafe shares[row * count + component] = S(exp(terms[component] - densities[row]))
              }
            }
          }
        }
      }
    }
    return densities
  }

  /// The backward pass through `−Σ weight · log p(z)` over the rows of `latents`.
  ///
  /// - Parameters:
  ///   - responsibilities: the result of ``logDensities(of:responsibilities:)``.
  ///   - weights: one for each row.
  ///   - gradient: the part of z is added to it; shape: B × L.
  /// - Returns: the gradients of logits, means and log-variances; zero for a clipped log-variance.
  @specialized(where S == Float)
  public func backpropagate(
    _ latents: Matrix<S>, responsibilities: Matrix<S>, weights: [Double], addingTo gradient: inout Matrix<S>
  ) -> (logits: Matrix<S>, means: Matrix<S>, logVariances: Matrix<S>) {
    let (rows, count, width) = (latents.rows, means.rows, means.columns)
    precondition(gradient.rows == rows && gradient.columns == width && responsibilities.columns == count)
    precondition(weights.count == rows)
    var logits = Matrix<S>(rows: 1, columns: count)
    var (dMeans, dLogVariances) = (Matrix<S>(rows: count, columns: width), Matrix<S>(rows: count, columns: width))
    let range = Matrix<S>.logVarianceRange
    let (low, high) = (S(range.lowerBound), S(range.upperBound))
    let own = self.weights
    unsafe latents.withPointer { z in
      unsafe means.withPointer { means in
        unsafe precisions.withPointer { precisions in
          unsafe logVariances.withPointer { logVariances in
            unsafe responsibilities.withPointer { shares in
              unsafe gradient.withMutablePointer { gradient in
                unsafe logits.withMutablePointer { logits in
                  unsafe dMeans.withMutablePointer { dMeans in
                    unsafe dLogVariances.withMutablePointer { dLogVariances in
                      for row in 0..<rows {
                        let (z, g, weight) = unsafe (z + row * width, gradient + row * width, weights[row])
                        for component in 0..<count {
                          let share = unsafe shares[row * count + component]
                          unsafe logits[component] += S(weight * (own[component] - Double(share)))
                          let factor = S(weight) * share
                          let start = component * width
                          for k in 0..<width {
                            let distance = unsafe z[k] - means[start + k]
                            let slope = unsafe factor * distance * precisions[start + k]
                            unsafe g[k] += slope
                            unsafe dMeans[start + k] -= slope
                            let t = unsafe logVariances[start + k]
                            if t >= low && t <= high {
                              unsafe dLogVariances[start + k] -= (slope * distance - factor) * S(0.5)
                            }
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    return (logits, dMeans, dLogVariances)
  }
}

extension GaussianMixture {
  /// The squared norm of each row's share of the result of ``backpropagate(_:responsibilities:weights:addingTo:)``, all
  /// three gradients together.
  ///
  /// - Complexity: O(B · K · L).
  @specialized(where S == Float)
  public func squaredNorms(_ latents: Matrix<S>, responsibilities: Matrix<S>, weights: [Double]) -> [Double] {
    let (count, width, own) = (means.rows, means.columns, self.weights)
    let range = Matrix<S>.logVarianceRange
    let (low, high) = (S(range.lowerBound), S(range.upperBound))
    return weights.enumerated().map { row, weight in
      var sum = 0.0
      for component in 0..<count {
        let share = Double(responsibilities[row, component])
        let logit = weight * (own[component] - share)
        var slopes = 0.0
        for k in 0..<width {
          let distance = Double(latents[row, k] - means[component, k])
          let slope = distance * Double(precisions[component, k])
          slopes += slope * slope
          let t = logVariances[component, k]
          if t >= low && t <= high { slopes += 0.25 * (slope * distance - 1) * (slope * distance - 1) }
        }
        sum += logit * logit + weight * weight * share * share * slopes
      }
      return sum
    }
  }
}

/// The density of a diagonal Gaussian head `[mean | log-variance]` (B × 2L) at its own draws.
extension Matrix {
  /// `log q(z) = −½ Σ (ε² + s + log 2π)` of every row, for `z = mean + σ ⊙ ε`.
  @specialized(where S == Float)
  public func logDensitiesOfDraws(noise: Matrix) -> [Double] {
    let (rows, width) = (rows, columns / 2)
    precondition(noise.rows >= rows && noise.columns == width)
    let range = Self.logVarianceRange
    let (low, high) = (S(range.lowerBound), S(range.upperBound))
    var densities = [Double](repeating: 0, count: rows)
    unsafe withPointer { head in
      unsafe noise.withPointer { noise in
        for row in 0..<rows {
          let (s, noise) = unsafe (head + (2 * row + 1) * width, noise + row * width)
          var sum = Double(width) * log(2 * Double.pi)
          for k in 0..<width {
            sum += unsafe Double(noise[k] * noise[k]) + Double(Swift.min(Swift.max(s[k], low), high))
          }
          densities[row] = -0.5 * sum
        }
      }
    }
    return densities
  }

  /// Adds the gradient of `Σ weight · log q(z)` at the rows' own draws to that of the head: `−½ weight` for every
  /// log-variance that is not clipped.
  @specialized(where S == Float)
  public mutating func addGradientOfDrawDensities(head: Matrix, weights: [Double]) {
    let (rows, columns, width) = (rows, columns, columns / 2)
    precondition(head.rows == rows && head.columns == columns && weights.count == rows)
    let range = Self.logVarianceRange
    let (low, high) = (S(range.lowerBound), S(range.upperBound))
    unsafe withMutablePointer { delta in
      unsafe head.withPointer { head in
        for row in 0..<rows {
          let half = S(0.5 * weights[row])
          for k in row * columns + width..<(row + 1) * columns {
            let s = unsafe head[k]
            if s >= low && s <= high { unsafe delta[k] -= half }
          }
        }
      }
    }
  }
}
