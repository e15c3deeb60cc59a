public import Autoencoders
public import Compute
import Foundation
public import InteractionData

/// A Gaussian with full covariance, fitted to codes after training (ex-post density estimation).
///
/// It is the only source for an autoencoder. The density is not part of the model: it is fitted to the codes after
/// training. For a variational autoencoder, it has the moments of the aggregate posterior: the covariance of the means,
/// plus the mean variance on the diagonal. Source: Ghosh et al., "From variational to deterministic autoencoders", ICLR
/// 2020, section 4.
public struct FittedGaussian<Latent: LatentSpace>: LatentSource {
  /// The mean; shape: 1 × L.
  public let mean: Matrix<Float>
  /// C with `C Cᵀ` the covariance, lower triangular; shape: L × L.
  public let factor: Matrix<Float>
  /// The ridge added to the diagonal of the covariance to make it positive definite, as with fewer users than dimensions;
  /// otherwise 0.
  public let ridge: Double

  /// Fits the density to the codes of some users.
  ///
  /// - Parameter variances: the variance of each code around its centre (B × L), `nil` for points.
  /// - Throws: `GSLError` when no ridge makes the covariance positive definite, as for codes that are not numbers.
  private init(
    _ model: Autoencoder<Latent>, _ profiles: Profiles, _ processor: Processor,
    variances: @escaping @Sendable (Latent.Codes) -> Matrix<Float>?
  ) throws {
    let users = profiles.items.rowCount
    precondition(users > 0, "a fitted density needs at least one user")
    let latent = model.design.latent
    let size = 256
    let first = profiles.selecting(0..<min(users, size))
    let pilot = try model.mapCodes(of: first, inBlocksOf: size, processor: processor) { Latent.center(of: $1) }[0]
    var shift = Matrix<Float>(rows: 1, columns: latent)
    shift.setToColumnSums(of: pilot)
    shift.scale(row: 0, by: -1 / Float(pilot.rows))
    let n = Double(users)
    var sum = [Double](repeating: 0, count: latent)
    var covariance = Matrix<Double>(rows: latent, columns: latent)
    // A block leaves an L × L matrix, so that those of all users would not fit in memory.
    for part in (0..<users).blocks(of: 16 * size) {
      let some = profiles.selecting(part)
      let blocks = try model.mapCodes(of: some, inBlocksOf: size, processor: processor) { [shift] _, codes in
        // The mean is subtracted first, because single precision would lose small variances beside large means.
        var centres = Latent.center(of: codes)
        centres.add(bias: shift)
        var sums = Matrix<Float>(rows: 1, columns: latent)
        var products = Matrix<Float>(rows: latent, columns: latent)
        var own = sums
        sums.setToColumnSums(of: centres)
        processor.engine.multiply(transposing: centres, centres, into: &products)
        if let variances = variances(codes) { own.setToColumnSums(of: variances) }
        return (sums, products, own)
      }
      for (sums, products, own) in blocks {
        for i in 0..<latent {
          sum[i] += Double(sums[0, i]) / n
          covariance[i, i] += Double(own[0, i]) / n
          for j in 0...i { covariance[i, j] += Double(products[i, j]) / n }
        }
      }
    }
    for i in 0..<latent { for j in 0...i { covariance[i, j] -= sum[i] * sum[j] } }
    mean = Matrix(
      rows: 1, columns: latent, elements: (0..<latent).map { Float(sum[$0] - Double(shift[0, $0])) })
    (factor, ridge) = try Self.factor(covariance)
  }

  /// The Cholesky factor, with the smallest ridge that works.
  private static func factor(_ covariance: Matrix<Double>) throws -> (Matrix<Float>, Double) {
    let size = covariance.rows
    let scale = (0..<size).reduce(0) { $0 + covariance[$1, $1] } / Double(max(1, size))
    // Constant codes need no draw.
    if scale == 0 { return (Matrix(rows: size, columns: size), 0) }
    var ridge = 0.0
    while true {
      var raised = covariance
      for i in 0..<size { raised[i, i] += ridge }
      do {
        let factor = try raised.choleskyFactor()
        // Products of codes are in single precision, so a smaller remainder of a direction is rounding, not variance.
        let least = (0..<size).reduce(Double.infinity) { min($0, factor[$1, $1] * factor[$1, $1]) }
        if least > scale * 1e-6 || ridge >= scale {
          return (Matrix(rows: size, columns: size, elements: factor.elements.map { Float($0) }), ridge)
        }
      } catch {
        if !(ridge < scale) { throw error }
      }
      ridge = ridge == 0 ? scale * 1e-7 : ridge * 10
    }
  }

  /// Draws `z = m + C ε`.
  public func draw(users: Range<Int>, seed: Seed, engine: ProductEngine) -> LatentDraws {
    let noise = SamplingStream.noise(users: users, dimensions: mean.columns, seed: seed)
    var vectors = Matrix<Float>(rows: users.count, columns: mean.columns)
    engine.multiply(noise, transposed: factor, into: &vectors)
    vectors.add(bias: mean)
    return LatentDraws(vectors: vectors)
  }
}

extension FittedGaussian where Latent == PointLatent {
  /// Fits the density to the points of some users.
  ///
  /// - Throws: `GSLError` for codes without a covariance.
  /// - Precondition: there is at least one user.
  public init(to model: Autoencoder<PointLatent>, over profiles: Profiles, processor: Processor) throws {
    try self.init(model, profiles, processor) { _ in nil }
  }
}

extension FittedGaussian where Latent == GaussianLatent {
  /// Fits the density to the aggregate posterior of some users.
  ///
  /// - Throws: `GSLError` for codes without a covariance.
  /// - Precondition: there is at least one user.
  public init(to model: Autoencoder<GaussianLatent>, over profiles: Profiles, processor: Processor) throws {
    try self.init(model, profiles, processor) { codes in
      Matrix(
        rows: codes.mean.rows, columns: codes.mean.columns, elements: codes.logVariance.elements.map { exp($0) })
    }
  }

  /// The KL divergence of the density from the Gaussian with a prior's mean and covariance, in nats: `½ (tr Σ₀⁻¹Σ + (m
  /// − m₀)ᵀ Σ₀⁻¹ (m − m₀) − L − log det Σ + log det Σ₀)`.
  ///
  /// For the prior N(0, I), that Gaussian is the prior itself. The divergence is then at least
  /// `AggregatePosterior/divergence`, which treats each dimension separately; the excess comes from correlated
  /// dimensions, which a prior with independent ones cannot draw. For a mixture, only the moments are compared: 0 does
  /// not mean that the codes have its shape.
  ///
  /// - Throws: `GSLError` when the prior's covariance is not positive definite.
  public func divergence(from prior: FittedPrior) throws -> Double {
    // Σ₀ = P Pᵀ: P⁻¹ C and P⁻¹ (m − m₀) are the factor and the mean after a transformation that turns Σ₀ into I.
    let reference = try prior.covariance.choleskyFactor()
    var (whitened, distance) = (factor, mean)
    for i in 0..<mean.columns {
      for j in 0...i {
        var value = Double(factor[i, j])
        for k in j..<i { value -= reference[i, k] * Double(whitened[k, j]) }
        whitened[i, j] = Float(value / reference[i, i])
      }
      var value = Double(mean[0, i]) - prior.mean[i]
      for k in 0..<i { value -= reference[i, k] * Double(distance[0, k]) }
      distance[0, i] = Float(value / reference[i, i])
    }
    return (0..<mean.columns).reduce(0.0) { sum, i in
      let diagonal = max(Double(factor[i, i]), .leastNormalMagnitude)
      return sum + 0.5 * (whitened.sumOfSquares(row: i) + Double(distance[0, i] * distance[0, i]) - 1) - log(diagonal)
        + log(reference[i, i])
    }
  }
}

extension PosteriorSummary {
  /// Summarises the aggregate posterior of some users, by dimension and jointly; without the joint divergence with more
  /// than `AggregatePosterior.mostCorrelatedDimensions`.
  ///
  /// - Throws: `GSLError` for codes without a covariance.
  /// - Precondition: there is at least one user.
  package init(of model: Autoencoder<GaussianLatent>, over users: Profiles, processor: Processor) throws {
    let posterior = try model.aggregatePosterior(of: users, processor: processor)
    let isNarrow = posterior.mean.count <= AggregatePosterior.mostCorrelatedDimensions
    let fitted = try isNarrow ? FittedGaussian(to: model, over: users, processor: processor) : nil
    self.init(posterior, jointDivergence: try fitted?.divergence(from: model.prior))
  }
}
