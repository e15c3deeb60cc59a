public import Compute
public import InteractionData

/// The baseline for ratings: `mean + user offset + item offset`, the offsets being plain averages of what is left over.
///
/// A user or item without ratings has no offset.
public struct MeanRating: RatingPredictor {
  private let mean: Float
  private let userOffsets: [Float]
  private let itemOffsets: [Float]
  private let range: ClosedRange<Float>

  /// Averages the training ratings.
  ///
  /// Shape of `rows`: U × I, with values.
  public init(rows: SparseRows) {
    range = Self.range(of: rows)
    let values = rows.values ?? []
    // Sums in Double: a Float that has reached 2²⁴ loses what is added to it.
    let mean = values.isEmpty ? 0 : values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    self.mean = Float(mean)
    func offsets(_ rows: SparseRows, _ other: (Int32) -> Float) -> [Float] {
      (0..<rows.rowCount).map { row in
        let count = rows.count(ofRow: row)
        let sum = rows.range(ofRow: row).reduce(0.0) { sum, position in
          sum + Double(rows.value(at: position)) - mean - Double(other(rows.indices[position]))
        }
        return count == 0 ? 0 : Float(sum / Double(count))
      }
    }
    let items = offsets(rows.transposed()) { _ in 0 }
    itemOffsets = items
    userOffsets = offsets(rows) { items[Int($0)] }
  }

  /// The predicted rating of every cell, clipped to the range of the training ratings.
  public func predictions(
    for cells: [RatingCell], using processor: Processor
  ) throws -> [Float] {
    cells.map { min(max(mean + userOffsets[$0.user] + itemOffsets[$0.item], range.lowerBound), range.upperBound) }
  }

  /// The smallest and largest rating.
  static func range(of rows: SparseRows) -> ClosedRange<Float> {
    let values = rows.values ?? [1]
    return (values.min() ?? 0)...(values.max() ?? 0)
  }
}

/// A fitted AutoRec with the training ratings it reads: rows of users (U-AutoRec) or of items (I-AutoRec).
///
/// Predictions are clipped to the range of the training ratings; where a test cell's user or item has no training rating at
/// all the prediction is the middle of that range (3 on a scale from 1 to 5, as in the paper).
public struct AutoRecPredictor: RatingPredictor {
  /// Which side has the embeddings.
  public enum Side: Sendable { case users, items }

  private let autoencoder: Autoencoder<PointLatent>
  private let side: Side
  private let rows: SparseRows
  private let known: (rows: [Bool], columns: [Bool])
  private let range: ClosedRange<Float>

  /// Creates a predictor of a network and the ratings.
  ///
  /// - Parameter ratings: U × I; turned over for I-AutoRec.
  public init(_ autoencoder: Autoencoder<PointLatent>, side: Side, ratings: SparseRows) {
    self.autoencoder = autoencoder
    self.side = side
    rows = side == .users ? ratings : ratings.transposed()
    known = (
      (0..<rows.rowCount).map { [rows] in rows.count(ofRow: $0) > 0 },
      rows.columnCounts().map { $0 > 0 }
    )
    range = MeanRating.range(of: ratings)
  }

  /// The predicted rating of every cell, clipped to the range of the training ratings.
  public func predictions(
    for cells: [RatingCell], using processor: Processor
  ) throws -> [Float] {
    let places = cells.map { side == .users ? ($0.user, $0.item) : ($0.item, $0.user) }
    let byRow = Dictionary(grouping: cells.indices) { places[$0].0 }
    let order = byRow.keys.sorted()
    let size = 64
    let blocks = (order.count + size - 1) / size
    let parts = try processor.map(count: blocks) { block in
      let chosen = order[block * size..<min((block + 1) * size, order.count)]
      let scores = try autoencoder.scores(
        for: Profiles(items: rows.selecting(rows: chosen)), using: processor.engine)
      return chosen.enumerated().flatMap { place, row in
        (byRow[row] ?? []).map { ($0, prediction(scores[place, places[$0].1], at: places[$0])) }
      }
    }
    var predictions = [Float](repeating: 0, count: cells.count)
    for (index, value) in parts.joined() { predictions[index] = value }
    return predictions
  }

  private func prediction(_ score: Float, at place: (row: Int, column: Int)) -> Float {
    guard known.rows[place.row], known.columns[place.column] else {
      return (range.lowerBound + range.upperBound) / 2
    }
    return min(max(score, range.lowerBound), range.upperBound)
  }
}
