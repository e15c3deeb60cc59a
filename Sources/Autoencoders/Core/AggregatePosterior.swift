public import Compute
import Foundation
public import InteractionData

/// The first two moments of the aggregate posterior q(z), the even mixture of some users' posteriors, for comparison
/// with those of the prior without any data.
///
/// They do not determine q(z): it is a mixture with as many components as users, and a Gaussian with these moments is a
/// different distribution. In dimension k they are `m = mean μ` and `v = Var(μ) + mean σ²`, and the divergence is that
/// of `N(m, v)` from the Gaussian with the prior's mean and variance, which is the prior itself if that is N(0, I).
public struct AggregatePosterior: Sendable, Equatable {
  /// The largest number of dimensions of a latent space for measures that need a covariance over all of them.
  ///
  /// Their memory grows with its square and their time with its cube: about a second here, minutes and gigabytes at
  /// 8,000. A wider space would also need more users than most data have, since the covariance has full rank only with
  /// more users than dimensions.
  public static let mostCorrelatedDimensions = 1000

  /// The number of users.
  public let users: Int
  /// m, the mean; shape: L.
  public let mean: [Double]
  /// The variance of the posterior means over users; shape: L.
  public let spreadOfMeans: [Double]
  /// The mean posterior variance; shape: L.
  public let meanVariance: [Double]
  /// The Gaussian with the prior's mean and variances.
  public let prior: GaussianComponent

  /// v, the variance of a draw; shape: L.
  public var variance: [Double] { zip(spreadOfMeans, meanVariance).map(+) }

  /// The KL divergence of each dimension from the prior's, in nats; shape: L.
  public var divergences: [Double] {
    zip(mean, variance).enumerated().map { k, moments in
      prior.divergence(
        ofMean: moments.0, variance: moments.1, logVariance: log(max(moments.1, .leastNormalMagnitude)), dimension: k)
    }
  }

  /// The KL divergence of the moments from those of the prior, summed over dimensions, in nats: 0 is a perfect match of
  /// the moments.
  public var divergence: Double { divergences.reduce(0, +) }

  /// The number of active dimensions: those whose posterior means have a variance above 0.01.
  ///
  /// Source: Burda, Grosse & Salakhutdinov, ICLR 2016, section 4.1.
  public var activeUnits: Int { activeDimensions.count }

  /// The active dimensions, counted from 0.
  package var activeDimensions: [Int] {
    spreadOfMeans.indices.filter { spreadOfMeans[$0] > PosteriorState.activeThreshold }
  }

  /// Over the active dimensions, the mean of posterior variance ÷ (posterior variance + variance of the means); 1 if
  /// none is active.
  package var noiseShare: Double {
    let shares = activeDimensions.map { meanVariance[$0] / (meanVariance[$0] + spreadOfMeans[$0]) }
    return shares.isEmpty ? 1 : Statistics.mean(shares)
  }
}

extension Autoencoder where Latent == GaussianLatent {
  /// The moments of the aggregate posterior of some users, computed block by block in a fixed order.
  ///
  /// - Precondition: there is at least one user.
  public func aggregatePosterior(of profiles: Profiles, processor: Processor) throws -> AggregatePosterior {
    let users = profiles.items.rowCount
    precondition(users > 0, "an aggregate posterior needs at least one user")
    let latent = design.latent
    let size = 256
    let sums = try mapCodes(of: profiles, inBlocksOf: size, processor: processor) { _, codes in
      var sums = [Double](repeating: 0, count: 3 * latent)
      for row in 0..<codes.mean.rows {
        for k in 0..<latent {
          let mean = Double(codes.mean[row, k])
          sums[k] += mean
          sums[latent + k] += mean * mean
          sums[2 * latent + k] += exp(Double(codes.logVariance[row, k]))
        }
      }
      return sums
    }
    var total = [Double](repeating: 0, count: 3 * latent)
    for block in sums { for index in total.indices { total[index] += block[index] / Double(users) } }
    let mean = Array(total[..<latent])
    return AggregatePosterior(
      users: users, mean: mean,
      spreadOfMeans: zip(mean, total[latent..<2 * latent]).map { max(0, $1 - $0 * $0) },
      meanVariance: Array(total[(2 * latent)...]), prior: prior.moments)
  }
}
