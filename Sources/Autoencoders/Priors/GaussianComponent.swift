import Foundation

/// A Gaussian with diagonal covariance, a component of a prior.
public struct GaussianComponent: Sendable, Equatable {
  /// Its weight.
  public let weight: Double
  /// Shape: L.
  public let mean: [Double]
  /// Shape: L.
  public let variance: [Double]
  let precision: [Double]
  let logVariance: [Double]

  /// Describes a component.
  ///
  /// - Precondition: there is a variance for each mean.
  public init(weight: Double = 1, mean: [Double], variance: [Double]) {
    precondition(mean.count == variance.count, "\(mean.count) means with \(variance.count) variances")
    (self.weight, self.mean, self.variance) = (weight, mean, variance)
    (precision, logVariance) = (variance.map { 1 / $0 }, variance.map { log($0) })
  }

  /// N(0, I) in a number of dimensions.
  public static func standard(dimensions: Int) -> GaussianComponent {
    let zeros = [Double](repeating: 0, count: dimensions)
    return GaussianComponent(mean: zeros, variance: zeros.map { $0 + 1 })
  }

  /// The divergence of `N(mean, variance)` from this Gaussian in one dimension, in nats:
  /// `½ (v/v₀ + (m − m₀)²/v₀ − 1 − log v/v₀)`.
  public func divergence(ofMean mean: Double, variance: Double, logVariance: Double, dimension k: Int) -> Double {
    let distance = mean - self.mean[k]
    return 0.5
      * (variance * precision[k] + distance * distance * precision[k] - 1 - (logVariance - self.logVariance[k]))
  }

  /// `log weight + log N(z)` minus the log-density of another Gaussian at its own draw `z = μ + σ ⊙ ε`; the constants
  /// cancel.
  ///
  /// - Parameter logVariances: log σ²; all three are of shape L.
  func logRatio(_ z: [Double], noise: [Double], logVariances: [Double]) -> Double {
    var sum = 0.0
    for k in mean.indices {
      let distance = z[k] - mean[k]
      sum += 0.5 * (noise[k] * noise[k] - distance * distance * precision[k] + logVariances[k] - logVariance[k])
    }
    return log(weight) + sum
  }

  /// `log weight + log N(z)`, in nats.
  func logDensity(_ z: some Sequence<Double>) -> Double {
    var sum = Double(mean.count) * log(2 * Double.pi)
    for (k, value) in z.enumerated() {
      let distance = value - mean[k]
      sum += distance * distance * precision[k] + logVariance[k]
    }
    return log(weight) - 0.5 * sum
  }
}

/// `log Σ exp`, without overflow; −∞ for no numbers.
package func logSumExp(_ values: some Collection<Double>) -> Double {
  guard let largest = values.max(), largest > -.infinity else { return -.infinity }
  return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
}
