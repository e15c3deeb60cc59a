/// The group of users in a plot.
public enum AuditSource: String, Sendable, CaseIterable, Codable { case train, holdout, synthetic }

/// The data of an audit's plots.
public struct AuditPlots: Sendable, Equatable {
  /// Share of users who have an item, over the items in the order of their popularity among training users.
  public struct PopularityCurve: Sendable, Equatable {
    /// Whose.
    public let source: AuditSource
    /// Ranks from 1, thinned out evenly on a logarithmic scale; the same for every source.
    public let ranks: [Int]
    /// The mean share, from 0 to 1, over the items from this rank up to the next one listed.
    public let shares: [Double]
  }

  /// A histogram.
  public struct Histogram: Sendable, Equatable {
    /// Whose.
    public let source: AuditSource
    /// Bin edges, one more than bins; the same for every source.
    ///
    /// The last bin is closed, the others open above.
    public let edges: [Double]
    /// The share of users in each bin, summing to 1.
    public let shares: [Double]

    /// Creates a histogram.
    public init(source: AuditSource, edges: [Double], shares: [Double]) {
      (self.source, self.edges, self.shares) = (source, edges, shares)
    }
  }

  /// The lift of a pair of items: how much more often they occur together than by chance.
  public struct LiftPoint: Sendable, Equatable {
    /// Ids of the two items.
    public let items: [String]
    /// log₂ lift among training users.
    public let train: Double
    /// log₂ lift among synthetic users.
    public let synthetic: Double
    /// log₂ lift among holdout users, where there are any.
    public let holdout: Double?
  }

  /// Distances from users of one kind to the nearest of another.
  public struct DistanceHistogram: Sendable, Equatable {
    /// Whose distances.
    public let from: AuditSource
    /// To whom.
    public let to: AuditSource
    /// Bin edges from 0 to 1.
    public let edges: [Double]
    /// The share of users in each bin.
    public let shares: [Double]

    /// Creates a histogram.
    public init(from: AuditSource, to: AuditSource, edges: [Double], shares: [Double]) {
      (self.from, self.to, self.edges, self.shares) = (from, to, edges, shares)
    }
  }

  /// A user on the two-dimensional map.
  public struct MapPoint: Sendable, Equatable {
    /// Whose.
    public let source: AuditSource
    /// First coordinate.
    public let x: Double
    /// Second coordinate.
    public let y: Double
  }

  /// One curve for each source.
  public var popularity: [PopularityCurve] = []
  /// One histogram of profile lengths for each source.
  public var lengths: [Histogram] = []
  /// Pairs of the top items.
  public var lifts: [LiftPoint] = []
  /// Distance to the closest record: synthetic to train, synthetic to holdout, holdout to train.
  public var distances: [DistanceHistogram] = []
  /// Train, holdout and synthetic users: kernel principal components of the Jaccard kernel of training users.
  public var map: [MapPoint] = []

  /// Creates plots of nothing.
  public init() {}
}
