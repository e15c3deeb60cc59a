/// The data of the figures of one latent space, in display order.
public struct LatentPlots: Sendable, Equatable {
  /// The distribution of every dimension's codes, and of its posterior variances, in the model's order; shape: L.
  public let spreads: [DimensionSpread]
  /// Densities of z in the most active dimensions, to be drawn over the prior's.
  public let densities: [DimensionDensity]
  /// The users on their first two principal components.
  public let map: UserMap
  /// The most active dimensions × the items they move most.
  public let heat: ItemHeat
}

/// Quantiles 0.05, 0.25, 0.5, 0.75 and 0.95 over the users.
public struct DimensionSpread: Sendable, Equatable {
  /// Counted from 1.
  public let number: Int
  /// Of the codes (the means of the posteriors).
  public let codes: [Double]
  /// Of the variances of the posteriors; `nil` for points.
  public let variances: [Double]?
}

/// How often z falls between two numbers.
public struct DimensionDensity: Sendable, Equatable {
  /// Counted from 1.
  public let number: Int
  /// The left end of the first bin.
  public let lower: Double
  /// The width of a bin.
  public let width: Double
  /// The density in each bin; times the width they sum to the share of draws within the bins.
  public let densities: [Double]
  /// The prior's density in each bin; `nil` where it is N(0, 1).
  public let prior: [Double]?
}

/// Users in two dimensions.
public struct UserMap: Sendable, Equatable {
  /// The share of the codes' variance on each axis.
  public let explained: [Double]
  /// One point for each user shown.
  public let points: [UserPoint]
  /// The dimensions whose values the points carry, most active first.
  public let dimensions: [Int]
  /// How many users there are in all, shown or not.
  public let users: Int
}

/// A user on the map.
public struct UserPoint: Sendable, Equatable {
  /// The user's id.
  public let user: String
  /// On the first principal component.
  public let x: Double
  /// On the second.
  public let y: Double
  /// The code's values in the dimensions of the map.
  public let values: [Double]
  /// The strongest true taste, where the truth is known.
  public let taste: String?
}

/// How the most active dimensions move items.
public struct ItemHeat: Sendable, Equatable {
  /// The dimensions, counted from 1, most active first: the rows.
  public let dimensions: [Int]
  /// The items by title or else id: the columns.
  public let items: [String]
  /// The change of an item's share from low end to high end, dimension by dimension; shape: dimensions × items.
  public let changes: [[Double]]
}
