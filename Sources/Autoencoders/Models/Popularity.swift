public import Compute
public import InteractionData

/// The baseline: an item's score is the number of training users who have it, for every user.
public struct Popularity: Recommender {
  /// How many training users have each item; shape: I.
  public let counts: [Float]

  /// Counts the training rows.
  public init(rows: SparseRows) { counts = rows.columnCounts().map(Float.init) }

  /// Takes counts from a model file.
  public init(counts: [Float]) { self.counts = counts }

  /// The number of items.
  public var itemCount: Int { counts.count }

  /// A score for every user and item, the same for every user; shape: B × I.
  public func scores(
    for profiles: Profiles, using engine: ProductEngine
  ) throws -> Matrix<Float> {
    var scores = Matrix<Float>(rows: profiles.items.rowCount, columns: counts.count)
    scores.setRows(to: Matrix(rows: 1, columns: counts.count, elements: counts))
    return scores
  }
}
