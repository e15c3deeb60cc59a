import Foundation

/// A noisy sum over a random part of the users: each takes part with probability q, independently of the others,
/// contributes a vector of Euclidean norm at most C, and noise N(0, σ²C²) is added to every coordinate of the sum.
///
/// Two data sets are neighbours if one has one user more than the other.
public struct SampledGaussian: Codable, Sendable, Equatable {
  /// q, from 0 to 1.
  public let samplingRate: Double
  /// σ, above 0, in units of C.
  public let noiseMultiplier: Double

  /// Describes a mechanism.
  ///
  /// - Precondition: both numbers are in their ranges.
  public init(samplingRate: Double, noiseMultiplier: Double) {
    precondition(0...1 ~= samplingRate, "a sampling rate of \(samplingRate)")
    precondition(noiseMultiplier > 0 && noiseMultiplier.isFinite, "a noise multiplier of \(noiseMultiplier)")
    self.samplingRate = samplingRate
    self.noiseMultiplier = noiseMultiplier
  }

  /// log A_α, of which 1/(α − 1) is the Rényi divergence of order α between the outputs for neighbours.
  ///
  /// `A_α = E[((1 − q) + q exp((2z − 1) / 2σ²))^α]` with z from N(0, σ²): the larger one of the two directions (Mironov, Talwar &
  /// Zhang, "Rényi differential privacy of the sampled Gaussian mechanism", 2019, theorems 4 and 5). For whole orders
  /// it is a finite sum, for others two series with alternating signs; the trapezoidal rule needs neither. Its error
  /// falls exponentially with the distance of the nearest singularity from the real axis, which is πσ in units of the
  /// step's variable: with steps of σ/2 it is below 10⁻¹⁶.
  ///
  /// - Parameter order: α, above 1.
  public func logMoment(order: Double) -> Double {
    precondition(order > 1, "an order of \(order)")
    let (q, sigma, alpha) = (samplingRate, noiseMultiplier, order)
    if q == 0 { return 0 }
    if q == 1 { return alpha * (alpha - 1) / (2 * sigma * sigma) }
    let (outside, inside) = (log1p(-q), log(q))
    let step = min(0.25, sigma / 2)
    // The integrand lies between two Gaussians at 0 and α/σ, so it is negligible beyond 12 deviations from both.
    let count = Int(((alpha / sigma + 24) / step).rounded(.up))
    var (largest, sum) = (-Double.infinity, 0.0)
    for index in 0...count {
      let t = Double(index) * step - 12
      let ratio = inside + (t - 0.5 / sigma) / sigma
      let larger = max(outside, ratio)
      let term = alpha * (larger + log1p(exp(min(outside, ratio) - larger))) - t * t / 2
      if term > largest {
        sum = sum * exp(largest - term) + 1
        largest = term
      } else {
        sum += exp(term - largest)
      }
    }
    return max(0, largest + log(sum * step) - 0.5 * log(2 * .pi))
  }
}

/// Accumulates the privacy loss of repeated releases of a ``SampledGaussian``, and computes the resulting guarantee.
///
/// Rényi divergences of one order add up over releases, even with adaptive choices, and every order gives an (ε, δ);
/// the smallest ε is used.
public enum RenyiAccountant {
  /// Larger orders are not considered, because they could improve ε by less than a factor of 10⁻⁴.
  private static let largestOrder = 1e5

  /// ε of a number of releases at a δ.
  ///
  /// Source of the conversion: Balle, Barthe, Gaboardi, Hsu & Sato, "Hypothesis testing interpretations and Rényi differential
  /// privacy", AISTATS 2020, theorem 21; in this form Canonne, Kamath & Steinke, NeurIPS 2020, proposition 12.
  ///
  /// - Parameter delta: δ, between 0 and 1.
  public static func epsilon(of mechanism: SampledGaussian, releases: Int, delta: Double) -> Double {
    precondition(0 < delta && delta < 1, "a δ of \(delta)")
    precondition(releases >= 0, "\(releases) releases")
    if releases == 0 || mechanism.samplingRate == 0 { return 0 }
    func epsilon(_ logOrder: Double) -> Double {
      let above = exp(logOrder)
      let order = 1 + above
      return Double(releases) * mechanism.logMoment(order: order) / above + log(above / order) - log(delta * order)
        / above
    }
    // From low orders, which are cheap, up to where ε begins to rise, then closer to both sides of the best. Every
    // order is valid, so a missed minimum costs accuracy but never the guarantee.
    var (best, stride) = ((place: -3.0, value: epsilon(-3)), 0.5)
    while exp(best.place + stride) < largestOrder {
      let next = (place: best.place + stride, value: epsilon(best.place + stride))
      if next.value > best.value { break }
      best = next
    }
    while stride > 1e-3 {
      stride /= 2
      for place in [best.place - stride, best.place + stride] {
        let value = epsilon(place)
        if value < best.value { best = (place, value) }
      }
    }
    return max(0, best.value)
  }

  /// The smallest σ, to a thousandth of a per cent, whose releases stay within ε at a δ.
  ///
  /// - Returns: `nil` if even a σ of 10⁵ is not enough.
  public static func noiseMultiplier(
    for epsilon: Double, delta: Double, samplingRate: Double, releases: Int
  ) -> Double? {
    precondition(epsilon > 0, "an ε of \(epsilon)")
    func isWithin(_ sigma: Double) -> Bool {
      Self.epsilon(
        of: SampledGaussian(samplingRate: samplingRate, noiseMultiplier: sigma), releases: releases, delta: delta)
        <= epsilon
    }
    var (low, high) = (0.5, 1.0)
    while !isWithin(high) {
      (low, high) = (high, 2 * high)
      if high > 1e5 { return nil }
    }
    while low > 1e-2, isWithin(low) { (low, high) = (low / 2, low) }
    while high / low > 1 + 1e-5 {
      let middle = (low * high).squareRoot()
      if isWithin(middle) { high = middle } else { low = middle }
    }
    return high
  }
}
