import Autoencoders
import Compute
import Foundation

extension LatentInspector {
  /// Everything that only a distribution has.
  func distribution(
    _ model: Autoencoder<GaussianLatent>, _ codes: GaussianLatent.Codes, drawn: Matrix<Float>,
    _ found: CodeFindings
  ) throws -> DistributionFindings {
    let width = codes.mean.columns
    let dimensions = (0..<width).map { index in posterior(codes, found.dimensions[index]) }
    let divergence = dimensions.reduce(0) { $0 + $1.divergence }
    let noise = zip(dimensions, found.dimensions).filter { $1.isActive }.map { posterior, code in
      posterior.posteriorVariance / (posterior.posteriorVariance + code.variance)
    }
    let noiseShare = noise.isEmpty ? 1 : Statistics.mean(noise)
    return DistributionFindings(
      dimensions: dimensions, divergence: divergence, bounds: try bounds(model, codes),
      aggregate: try aggregate(codes, drawn, dimensions, found),
      collapsedShare: Double(dimensions.count(where: \.isCollapsed)) / Double(max(1, width)),
      noiseShare: noiseShare,
      state: PosteriorState(active: found.activeUnits, divergence: divergence, noiseShare: noiseShare))
  }

  private func posterior(_ codes: GaussianLatent.Codes, _ code: DimensionFindings) -> PosteriorFindings {
    let logVariances = codes.logVariance.column(code.number - 1)
    let divergences = Divergence.ofColumn(codes.mean.column(code.number - 1), logVariances)
    let variance = Statistics.mean(logVariances.map { exp($0) })
    let collapsed =
      Double(divergences.count { $0 < options.collapseEpsilon }) / Double(max(1, divergences.count))
    return PosteriorFindings(
      number: code.number, divergence: Statistics.mean(divergences), posteriorVariance: variance,
      aggregateMean: code.mean, aggregateVariance: code.variance + variance,
      aggregateDivergence: Divergence.gaussian(mean: code.mean, variance: code.variance + variance),
      collapsedUsers: collapsed, isCollapsed: collapsed >= 1 - options.collapseDelta)
  }

  private func aggregate(
    _ codes: GaussianLatent.Codes, _ drawn: Matrix<Float>, _ dimensions: [PosteriorFindings],
    _ found: CodeFindings
  ) throws -> AggregateFindings {
    let users = sample(options.informationUsers, of: codes.mean.rows)
    let mixture = GaussianMixture(codes, users: users)
    let informations = try processor.map(count: users.count) { place in
      mixture.information(of: drawn[row: users[place]].map { Double($0) }, from: place)
    }
    let divergence = Statistics.mean(
      users.map { user in
        Divergence.ofColumn(
          codes.mean[row: user].map { Double($0) }, codes.logVariance[row: user].map { Double($0) }
        ).reduce(0, +)
      })
    var covariance = try covariance(of: codes.mean, means: found.dimensions.map(\.mean))
    for index in dimensions.indices { covariance[index, index] += dimensions[index].posteriorVariance }
    let information = Estimate(informations)
    return AggregateFindings(
      users: users.count, mutualInformation: information, informationLimit: log(Double(max(1, users.count))),
      marginalDivergence: divergence - information.value,
      totalCorrelation: try TotalCorrelation.gaussian(covariance: covariance),
      meanOffset: Statistics.mean(dimensions.map { abs($0.aggregateMean) }),
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
    let all = ImportanceWeighting.logSumExp(densities[...]) - log(Double(count))
    return densities[own] - all
  }
}
