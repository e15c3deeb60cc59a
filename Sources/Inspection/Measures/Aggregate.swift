import Autoencoders
import Compute
import Foundation

extension LatentInspector {
  /// Everything that only a distribution has.
  func distribution(
    _ model: Autoencoder<GaussianLatent>, _ codes: GaussianLatent.Codes, drawn: Matrix<Float>,
    _ found: CodeFindings
  ) throws -> DistributionFindings {
    let (prior, width) = (model.prior, codes.mean.columns)
    let dimensions = (0..<width).map { index in posterior(codes, found.dimensions[index], prior.moments) }
    var (divergence, error) = (dimensions.reduce(0) { $0 + $1.divergence }, 0.0)
    if prior.components.count > 1 {
      let estimated = prior.divergences(codes, seed: seed)
      (divergence, error) = (Statistics.mean(estimated.values), estimated.error)
    }
    let noise = zip(dimensions, found.dimensions).filter { $1.isActive }.map { posterior, code in
      posterior.posteriorVariance / (posterior.posteriorVariance + code.variance)
    }
    let noiseShare = noise.isEmpty ? 1 : Statistics.mean(noise)
    return DistributionFindings(
      dimensions: dimensions, divergence: divergence, divergenceError: error,
      bounds: try bounds(model, prior, codes), aggregate: try aggregate(codes, drawn, prior, dimensions, found),
      collapsedShare: Double(dimensions.count(where: \.isCollapsed)) / Double(max(1, width)),
      noiseShare: noiseShare,
      state: PosteriorState(active: found.activeUnits, divergence: divergence, noiseShare: noiseShare))
  }

  private func posterior(
    _ codes: GaussianLatent.Codes, _ code: DimensionFindings, _ prior: GaussianComponent
  ) -> PosteriorFindings {
    let (means, logVariances) = (codes.mean.column(code.number - 1), codes.logVariance.column(code.number - 1))
    let divergences = prior.divergences(means, logVariances, dimension: code.number - 1)
    let variance = Statistics.mean(logVariances.map { exp($0) })
    let collapsed =
      Double(divergences.count { $0 < options.collapseEpsilon }) / Double(max(1, divergences.count))
    return PosteriorFindings(
      number: code.number, divergence: Statistics.mean(divergences), posteriorVariance: variance,
      aggregateMean: code.mean, aggregateVariance: code.variance + variance,
      aggregateDivergence: prior.divergence(
        ofMean: code.mean, variance: code.variance + variance, logVariance: log(code.variance + variance),
        dimension: code.number - 1),
      collapsedUsers: collapsed, isCollapsed: collapsed >= 1 - options.collapseDelta)
  }

  private func aggregate(
    _ codes: GaussianLatent.Codes, _ drawn: Matrix<Float>, _ prior: FittedPrior, _ dimensions: [PosteriorFindings],
    _ found: CodeFindings
  ) throws -> AggregateFindings {
    let users = sample(options.informationUsers, of: codes.mean.rows)
    let mixture = GaussianMixture(codes, users: users)
    let informations = try processor.map(count: users.count) { place in
      mixture.information(of: drawn[row: users[place]].map { Double($0) }, from: place)
    }
    // At the same draws as the information, where it is estimated: what log q(z|x) varies by then cancels.
    let divergence = Statistics.mean(
      prior.divergences(codes.selecting(users), at: drawn.selecting(rows: users)))
    var covariance = try covariance(of: codes.mean, means: found.dimensions.map(\.mean))
    for index in dimensions.indices { covariance[index, index] += dimensions[index].posteriorVariance }
    let information = Estimate(informations)
    return AggregateFindings(
      users: users.count, mutualInformation: information, informationLimit: log(Double(max(1, users.count))),
      marginalDivergence: divergence - information.value,
      totalCorrelation: try TotalCorrelation.gaussian(covariance: covariance),
      meanOffset: Statistics.mean(zip(dimensions, prior.mean).map { abs($0.aggregateMean - $1) }),
      meanVariance: Statistics.mean(dimensions.map(\.aggregateVariance)))
  }
}

/// The posteriors of some users as an equal mixture: the aggregate posterior q(z).
struct GaussianMixture: Sendable {
  private let count: Int
  private let width: Int
  /// Component after component; shape: U × L.
  private let means: [Double]
  private let precisions: [Double]
  /// ½ Σ log σ² of each; shape: U.
  private let halfLogDeterminants: [Double]

  init(_ codes: GaussianLatent.Codes, users: [Int]) {
    count = users.count
    width = codes.mean.columns
    means = users.flatMap { codes.mean[row: $0].map { Double($0) } }
    precisions = users.flatMap { codes.logVariance[row: $0].map { exp(-Double($0)) } }
    halfLogDeterminants = users.map { user in
      0.5 * codes.logVariance[row: user].reduce(0.0) { $0 + Double($1) }
    }
  }

  /// log q(z|x) − log q(z) for a z drawn from one component; at most ln U, since that component is part of the mixture.
  ///
  /// The constants of the two densities cancel.
  func information(of z: [Double], from own: Int) -> Double {
    let (z, means, precisions) = (z.span, means.span, precisions.span)
    var densities: [Double] = []
    densities.reserveCapacity(count)
    for component in 0..<count {
      let start = component &* width
      var sum = 0.0
      for column in 0..<width {
        let difference = z[column] - means[start &+ column]
        sum += difference * difference * precisions[start &+ column]
      }
      densities.append(-0.5 * sum - halfLogDeterminants[component])
    }
    let all = logSumExp(densities) - log(Double(count))
    return densities[own] - all
  }
}
