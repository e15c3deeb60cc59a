import Autoencoders

/// How thoroughly, and with which thresholds, latent spaces are inspected.
///
/// What rests on a sample of users says so in its findings; the samples come from the seed.
public struct InspectionOptions: Sendable, Equatable, Codable {
  /// The largest number of users encoded.
  public var maximumUsers = 20_000
  /// The largest number of users for the bounds, which decode ``draws`` points each.
  public var boundUsers = 1_000
  /// S, the largest number of draws in an importance-weighted bound.
  public var draws = 50
  /// The largest number of users in the estimate of the mutual information, which grows with its square.
  public var informationUsers = 2_000
  /// The number of draws from the prior that are decoded and compared with real profiles.
  public var priorDraws = 500
  /// The number of points on each side of the discrepancy and of the nearest-neighbour shares.
  public var discrepancyPoints = 500
  /// A dimension is active when its codes vary more than this.
  public var activeThreshold = PosteriorState.activeThreshold
  /// ε of the (ε, δ)-collapse, in nats.
  public var collapseEpsilon = 0.01
  /// δ of the (ε, δ)-collapse.
  public var collapseDelta = 0.01
  /// c: by how many standard deviations a dimension is moved to find its items.
  public var deviations = 2.0
  /// How many items are named for each end of a dimension.
  public var strongestItems = 5
  /// The largest number of users on a map.
  public var mapUsers = 2_000
  /// The number of dimensions in the heat map, and of densities.
  public var shownDimensions = 12

  /// Creates the defaults.
  public init() {}
}
