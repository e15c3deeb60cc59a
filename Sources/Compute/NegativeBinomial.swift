import CGSL
import Foundation

/// The negative binomial distribution of counts 0, 1, 2, …, by its mean m and shape r.
///
/// `P(k) = Γ(r + k) / (k! Γ(r)) · (r / (r + m))^r · (m / (r + m))^k`, variance `m + m² / r`. An infinite shape is the Poisson
/// distribution, the limit for counts whose variance equals their mean.
public struct NegativeBinomial: Codable, Sendable, Equatable {
  /// m, 0 or more.
  public let mean: Double
  /// r, above 0; `nil` for an infinite one.
  public let shape: Double?

  /// Creates a distribution.
  ///
  /// - Precondition: the mean is finite and not negative, the shape positive.
  public init(mean: Double, shape: Double?) {
    precondition(mean.isFinite && mean >= 0, "a mean of \(mean)")
    precondition(shape.map { $0.isFinite && $0 > 0 } ?? true, "a shape of \(shape ?? .infinity)")
    self.mean = mean
    self.shape = shape
  }

  /// The most likely distribution for counts given as a histogram: `histogram[k]` is the number of times that k
  /// occurred.
  ///
  /// For every shape the most likely mean is the sample mean m, and the shape is the root of the derivative of the
  /// log-likelihood, `Σ_k T(k) / (r + k) − n log(1 + m / r)`, where T(k) is the number of counts above k. (The usual
  /// form has differences of digamma functions; for whole numbers they are these sums, which do not cancel.) It exists
  /// if the variance exceeds the mean. Source: Anscombe, Biometrika 37 (1950).
  ///
  /// - Precondition: the histogram has at least one count and no negative values.
  /// - Throws: ``GSLError`` when the root is not found.
  public init(fitting histogram: [Int]) throws {
    precondition(histogram.allSatisfy { $0 >= 0 }, "a negative frequency")
    let total = histogram.reduce(0, +)
    precondition(total > 0, "no count to fit a distribution to")
    let n = Double(total)
    let sum = histogram.enumerated().reduce(0.0) { $0 + Double($1.offset) * Double($1.element) }
    let mean = sum / n
    let squares = histogram.enumerated().reduce(0.0) { result, pair in
      let distance = Double(pair.offset) - mean
      return result + distance * distance * Double(pair.element)
    }
    guard mean > 0, squares / n > mean else {
      self.init(mean: mean, shape: nil)
      return
    }
    var tails: [Double] = []
    var left = total
    for frequency in histogram {
      left -= frequency
      if left == 0 { break }
      tails.append(Double(left))
    }
    let score = { (logShape: Double) in
      let r = exp(logShape)
      return tails.enumerated().reduce(0.0) { $0 + $1.element / (r + Double($1.offset)) } - n * log1p(mean / r)
    }
    // The score is positive for small shapes and negative beyond the root.
    let start = log(mean * mean / (squares / n - mean))
    var (low, high) = (start - 1, start + 1)
    while score(low) < 0 && low > -60 { low -= 1 }
    while score(high) > 0 && high < 60 { high += 1 }
    // Beyond a shape of 10²⁶ times the mean, the distribution cannot be distinguished from the Poisson.
    guard high < 60 else {
      self.init(mean: mean, shape: nil)
      return
    }
    self.init(mean: mean, shape: exp(try RootFinder.root(in: low...high, of: score)))
  }

  /// The variance.
  public var variance: Double { mean + (shape.map { mean * mean / $0 } ?? 0) }

  /// log P(k).
  public func logProbability(_ k: Int) -> Double {
    if k < 0 { return -.infinity }
    if mean == 0 { return k == 0 ? 0 : -.infinity }
    let count = Double(k)
    let factorial = gsl_sf_lngamma(count + 1)
    guard let r = shape else { return count * log(mean) - mean - factorial }
    return gsl_sf_lngamma(r + count) - gsl_sf_lngamma(r) - factorial - r * log1p(mean / r)
      + count * log(mean / (r + mean))
  }

  /// Draws a count.
  public func draw(using random: inout RandomSource) -> Int {
    if mean == 0 { return 0 }
    guard let shape else { return random.poisson(mean: mean) }
    return random.negativeBinomial(probability: shape / (shape + mean), successes: shape)
  }
}
