public import Compute
import Foundation

/// N(0, I), with the divergence in closed form: `½ Σ (σ² + μ² − 1 − log σ²)`.
///
/// Source: Kingma & Welling, "Auto-encoding variational Bayes", ICLR 2014, appendix B.
public struct StandardNormal: Prior, Equatable {
  /// The standard normal distribution.
  public init() {}

  /// None of its own.
  public func parameters(latent: Int) -> [Parameter] { [] }

  /// What the draw has computed on its way.
  public func divergences<S: Scalar>(
    _ trace: inout LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>
  ) -> [Double] { trace.divergences }

  /// From above to below.
  public func backward<S: Scalar>(
    _ trace: LatentTrace<S>, head: Matrix<S>, _ parameters: ArraySlice<Matrix<S>>, gradient: consuming Matrix<S>,
    weights: [Double], into delta: inout Matrix<S>
  ) -> [Matrix<S>] {
    delta.backpropagateGaussian(
      gradient: gradient, head: head, noise: trace.noise, deviation: trace.deviation, weights: weights)
    return []
  }

  /// The closed form, where there is one.
  public func exactDivergences(
    _ codes: GaussianLatent.Codes, _ parameters: ArraySlice<Matrix<Float>>
  ) -> [Double]? {
    (0..<codes.mean.rows).map { row in
      zip(codes.mean[row: row], codes.logVariance[row: row]).reduce(0) { sum, pair in
        let (mean, logVariance) = (Double(pair.0), Double(pair.1))
        return sum + 0.5 * (exp(logVariance) + mean * mean - 1 - logVariance)
      }
    }
  }

  /// By the formula.
  public func logDensities(of latents: Matrix<Float>, _ parameters: ArraySlice<Matrix<Float>>) -> [Double] {
    (0..<latents.rows).map { row in
      -0.5 * latents[row: row].reduce(Double(latents.columns) * log(2 * Double.pi)) { $0 + Double($1) * Double($1) }
    }
  }

  /// By its own definition.
  public func draw(
    count: Int, latent: Int, _ parameters: ArraySlice<Matrix<Float>>, using random: inout RandomSource
  ) -> Matrix<Float> {
    var latents = Matrix<Float>(rows: count, columns: latent)
    random.fillGaussian(&latents)
    return latents
  }

  /// What it is made of.
  public func components(latent: Int, _ parameters: ArraySlice<Matrix<Float>>) -> [GaussianComponent] {
    let zeros = [Double](repeating: 0, count: latent)
    return [GaussianComponent(weight: 1, mean: zeros, variance: zeros.map { $0 + 1 })]
  }
}
