public import Compute
import Foundation

/// The prior of a model with its learned parameters: the single source for bounds, inspection, sampling and reports.
public struct FittedPrior: Sendable, CustomStringConvertible {
  /// Its components; one for N(0, I).
  public let components: [GaussianComponent]
  /// The Gaussian with its mean and its variance in each dimension; the prior itself if it is one Gaussian.
  ///
  /// Measures of single dimensions, such as their divergences, are computed against it.
  public let moments: GaussianComponent

  /// L.
  public var dimensions: Int { moments.mean.count }
  /// Its mean; shape: L.
  public var mean: [Double] { moments.mean }
  /// Its variance in each dimension; shape: L.
  public var variance: [Double] { moments.variance }

  /// Creates a prior from Gaussians whose weights sum to 1.
  ///
  /// - Precondition: there is at least one.
  public init(_ components: [GaussianComponent]) {
    precondition(!components.isEmpty, "a prior of nothing")
    self.components = components
    guard components.count > 1 else {
      moments = components[0]
      return
    }
    let zeros = [Double](repeating: 0, count: components[0].mean.count)
    var (mean, second) = (zeros, zeros)
    for component in components {
      for k in zeros.indices {
        mean[k] += component.weight * component.mean[k]
        second[k] += component.weight * (component.variance[k] + component.mean[k] * component.mean[k])
      }
    }
    moments = GaussianComponent(mean: mean, variance: zip(second, mean).map { max(0, $0 - $1 * $1) })
  }

  /// N(0, I): the default prior of a variational autoencoder, and the reference for points, which have no prior.
  public static func standardNormal(dimensions: Int) -> FittedPrior { FittedPrior([.standard(dimensions: dimensions)]) }

  /// Whether it is N(0, I).
  public var isStandardNormal: Bool { self.components == [.standard(dimensions: dimensions)] }

  /// Its description: `N(0, I)`, or `a mixture of 10 Gaussians`.
  public var description: String {
    if isStandardNormal { return "N(0, I)" }
    return components.count == 1 ? "a Gaussian" : "a mixture of \(components.count) Gaussians"
  }

  /// Its covariance; shape: L × L.
  public var covariance: Matrix<Double> {
    var covariance = Matrix<Double>(rows: dimensions, columns: dimensions)
    for component in components {
      let distance = zip(component.mean, mean).map(-)
      for i in 0..<dimensions {
        covariance[i, i] += component.weight * component.variance[i]
        for j in 0..<dimensions { covariance[i, j] += component.weight * distance[i] * distance[j] }
      }
    }
    return covariance
  }

  /// P(z_k ≤ value) for one dimension.
  public func below(_ value: Double, dimension k: Int) -> Double {
    components.reduce(0) {
      $0 + $1.weight * Statistics.normalBelow((value - $1.mean[k]) / $1.variance[k].squareRoot())
    }
  }

  /// P(z_k ≥ value) for one dimension.
  public func above(_ value: Double, dimension k: Int) -> Double {
    components.reduce(0) {
      $0 + $1.weight * Statistics.normalBelow(($1.mean[k] - value) / $1.variance[k].squareRoot())
    }
  }

  /// Draws latent vectors; shape: count × L.
  public func draw(count: Int, using random: inout RandomSource) -> Matrix<Float> {
    var drawn = Matrix<Float>(rows: count, columns: dimensions)
    random.fillGaussian(&drawn)
    for row in 0..<count {
      let component = components.count == 1 ? components[0] : choose(random.fineUniform())
      for k in 0..<dimensions {
        drawn[row, k] = Float(component.mean[k] + component.variance[k].squareRoot() * Double(drawn[row, k]))
      }
    }
    return drawn
  }

  /// The component for a number between 0 and 1.
  private func choose(_ place: Double) -> GaussianComponent {
    var left = place
    for component in components.dropLast() {
      if left < component.weight { return component }
      left -= component.weight
    }
    return components[components.count - 1]
  }

  /// log p(z) of every row (B × L), in nats.
  public func logDensities(of latents: Matrix<Float>) -> [Double] {
    (0..<latents.rows).map { row in logSumExp(components.map { $0.logDensity(latents[row: row].map { Double($0) }) }) }
  }

  /// Draws from one posterior, each with `log p(z) − log q(z|x)` in nats.
  ///
  /// - Parameters:
  ///   - row: the row of the posterior.
  ///   - noise: draws from N(0, I); shape: S × L.
  /// - Returns: `z = μ + σ ⊙ ε`, S × L, and S ratios.
  public func weigh(
    _ noise: Matrix<Float>, from codes: GaussianLatent.Codes, row: Int
  ) -> (latents: Matrix<Float>, logRatios: [Double]) {
    let mean = codes.mean[row: row].map { Double($0) }
    let logVariances = codes.logVariance[row: row].map { Double($0) }
    let deviations = logVariances.map { exp($0 / 2) }
    var latents = Matrix<Float>(rows: noise.rows, columns: noise.columns)
    let ratios = (0..<noise.rows).map { draw in
      let noise = noise[row: draw].map { Double($0) }
      let z = mean.indices.map { mean[$0] + deviations[$0] * noise[$0] }
      for (k, value) in z.enumerated() { latents[draw, k] = Float(value) }
      return logSumExp(components.map { $0.logRatio(z, noise: noise, logVariances: logVariances) })
    }
    return (latents, ratios)
  }
}

/// Divergences of posteriors from a prior.
extension FittedPrior {
  /// Each posterior's divergence in nats, in closed form; `nil` for a mixture, which has no closed form.
  public func exactDivergences(_ codes: GaussianLatent.Codes) -> [Double]? {
    guard components.count == 1 else { return nil }
    return (0..<codes.mean.rows).map { row in
      (0..<dimensions).reduce(0) { sum, k in
        let s = Double(codes.logVariance[row, k])
        return sum
          + moments.divergence(ofMean: Double(codes.mean[row, k]), variance: exp(s), logVariance: s, dimension: k)
      }
    }
  }

  /// Each posterior's divergence in nats: exact if there is a closed form, otherwise `log q(z|x) − log p(z)` at one
  /// draw, which is unbiased.
  ///
  /// - Parameter latents: a draw from each posterior; shape: B × L.
  public func divergences(_ codes: GaussianLatent.Codes, at latents: Matrix<Float>) -> [Double] {
    exactDivergences(codes) ?? zip(codes.logDensities(of: latents), logDensities(of: latents)).map(-)
  }

  /// The number of draws from each posterior for an estimated divergence.
  public static let draws = 16

  /// Each posterior's divergence in nats, and the sampling error of their mean.
  ///
  /// Exact with an error of 0 if there is a closed form; otherwise the mean over ``draws`` draws, the same at every
  /// call with the same seed.
  ///
  /// - Returns: the divergences, and the standard error of their mean over draws, not over users.
  public func divergences(_ codes: GaussianLatent.Codes, seed: Seed) -> (values: [Double], error: Double) {
    if let exact = exactDivergences(codes) { return (exact, 0) }
    let found = (0..<codes.mean.rows).map { row in
      var random = seed.stream(for: BoundDraw.divergence, row)
      var noise = Matrix<Float>(rows: Self.draws, columns: dimensions)
      random.fillGaussian(&noise)
      let ratios = weigh(noise, from: codes, row: row).logRatios
      return (-Statistics.mean(ratios), Statistics.standardError(ratios))
    }
    let squares = found.reduce(0) { $0 + $1.1 * $1.1 }
    return (found.map(\.0), squares.squareRoot() / Double(max(1, found.count)))
  }
}

extension GaussianLatent.Codes {
  /// log q(z|x) of every row at its own z (B × L), in nats.
  public func logDensities(of latents: Matrix<Float>) -> [Double] {
    (0..<mean.rows).map { row in
      let own = GaussianComponent(
        mean: mean[row: row].map { Double($0) }, variance: logVariance[row: row].map { exp(Double($0)) })
      return own.logDensity(latents[row: row].map { Double($0) })
    }
  }
}
