public import Compute

/// Statistics of the posteriors of an epoch's users during training, with dropout and changing weights.
///
/// `doppel inspect` measures the same on clean rows and final weights.
public struct LatentEpoch: Codable, Sendable, Equatable {
  /// The mean divergence of each dimension from N(0, 1), whatever the prior, in nats; shape: L.
  public var divergences: [Double]
  /// The number of dimensions whose means vary by more than ``PosteriorState/activeThreshold``.
  public var activeUnits: Int
  /// The mean variance of a posterior, over users and dimensions.
  public var posteriorVariance: Double
  /// Over the active dimensions, the mean share of posterior noise in the variance; 1 without any.
  public var noiseShare: Double

  /// The state of the posteriors.
  public var state: PosteriorState {
    PosteriorState(active: activeUnits, divergence: divergences.reduce(0, +), noiseShare: noiseShare)
  }

  /// Creates statistics from the sums of an epoch.
  ///
  /// - Returns: `nil` when nothing was added, as for points.
  public init?(_ moments: GaussianMoments) {
    guard moments.count > 0 else { return nil }
    divergences = moments.divergences
    let noise = moments.posteriorVariances
    let active = zip(moments.meanVariances, noise).filter { $0.0 > PosteriorState.activeThreshold }
    activeUnits = active.count
    posteriorVariance = Statistics.mean(noise)
    noiseShare = active.isEmpty ? 1 : Statistics.mean(active.map { $0.1 / ($0.0 + $0.1) })
  }
}
