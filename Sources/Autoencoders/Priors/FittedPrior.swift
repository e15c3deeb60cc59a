public import Compute
import Foundation

/// The prior of a model with its learned parameters: the one place where bounds, inspection, sampling and reports get it.
public struct FittedPrior: Sendable {
  /// What kind of prior it is.
  public let kind: any Prior
  /// L.
  public let dimensions: Int
  private let parameters: ArraySlice<Matrix<Float>>

  init(_ kind: any Prior, dimensions: Int, parameters: ArraySlice<Matrix<Float>>) {
    self.kind = kind
    self.dimensions = dimensions
    self.parameters = parameters
  }

  /// Whether it is N(0, I), whose divergence is known exactly and against which some diagnostics are defined.
  public var isStandardNormal: Bool { kind is StandardNormal }

  /// The Gaussians it is made of; one for N(0, I).
  public var components: [GaussianComponent] { kind.components(latent: dimensions, parameters) }

  /// Its mean; shape: L.
  public var mean: [Double] { moments.mean }

  /// Its variance in each dimension; shape: L.
  public var variance: [Double] { moments.variance }

  private var moments: (mean: [Double], variance: [Double]) {
    var (mean, second) = ([Double](repeating: 0, count: dimensions), [Double](repeating: 0, count: dimensions))
    for component in components {
      for k in 0..<dimensions {
        mean[k] += component.weight * component.mean[k]
        second[k] += component.weight * (component.variance[k] + component.mean[k] * component.mean[k])
      }
    }
    return (mean, zip(second, mean).map { max(0, $0 - $1 * $1) })
  }

  /// P(z_k ≤ value) for one dimension.
  public func below(_ value: Double, dimension k: Int) -> Double {
    components.reduce(0) {
      $0 + $1.weight * Statistics.normalBelow((value - $1.mean[k]) / $1.variance[k].squareRoot())
    }
  }

  /// Draws latent vectors; shape: count × L.
  public func draw(count: Int, using random: inout RandomSource) -> Matrix<Float> {
    kind.draw(count: count, latent: dimensions, parameters, using: &random)
  }

  /// log p(z) of every row (B × L), in nats.
  public func logDensities(of latents: Matrix<Float>) -> [Double] { kind.logDensities(of: latents, parameters) }

  /// Each posterior's divergence in closed form; `nil` where this prior has none.
  public func exactDivergences(_ codes: GaussianLatent.Codes) -> [Double]? {
    kind.exactDivergences(codes, parameters)
  }

  /// Each posterior's divergence in nats: exact where there is a closed form, else `log q(z|x) − log p(z)` at one draw, which
  /// is right on average over draws.
  ///
  /// - Parameter latents: a draw from each posterior; shape: B × L.
  public func divergences(_ codes: GaussianLatent.Codes, at latents: Matrix<Float>) -> [Double] {
    exactDivergences(codes) ?? zip(codes.logDensities(of: latents), logDensities(of: latents)).map(-)
  }
}

extension GaussianLatent.Codes {
  /// log q(z|x) of every row at its own z (B × L), in nats.
  public func logDensities(of latents: Matrix<Float>) -> [Double] {
    (0..<mean.rows).map { row in
      var sum = Double(mean.columns) * log(2 * Double.pi)
      for k in 0..<mean.columns {
        let (distance, s) = (Double(latents[row, k]) - Double(mean[row, k]), Double(logVariance[row, k]))
        sum += distance * distance * exp(-s) + s
      }
      return -0.5 * sum
    }
  }
}
