import Communication
public import Compute
public import InteractionData

/// A fitted AutoRec with the training ratings it reads: rows of users (U-AutoRec) or of items (I-AutoRec).
///
/// Predictions are clipped to the range of the training ratings; if a test cell's user or item has no training rating,
/// the prediction is the middle of that range (3 on a scale from 1 to 5, as in the paper).
public struct AutoRecPredictor: RatingPredictor {
  /// The side of the matrix that is encoded.
  public enum Side: Sendable { case users, items }

  private let autoencoder: Autoencoder<PointLatent>
  private let side: Side
  private let rows: SparseRows
  private let known: (rows: [Bool], columns: [Bool])
  private let range: ClosedRange<Float>

  /// Creates a predictor of a network and the ratings.
  ///
  /// - Parameter ratings: U × I; transposed for I-AutoRec.
  public init(_ autoencoder: Autoencoder<PointLatent>, side: Side, ratings: SparseRows) {
    self.autoencoder = autoencoder
    self.side = side
    rows = side == .users ? ratings : ratings.transposed()
    known = (
      (0..<rows.rowCount).map { [rows] in rows.count(ofRow: $0) > 0 },
      rows.columnCounts().map { $0 > 0 }
    )
    range = Mean.range(of: ratings)
  }

  /// The predicted rating of every cell, clipped to the range of the training ratings.
  public func predictions(
    for cells: [RatingCell], using processor: Processor
  ) throws -> [Float] {
    let places = cells.map { side == .users ? ($0.user, $0.item) : ($0.item, $0.user) }
    let byRow = Dictionary(grouping: cells.indices) { places[$0].0 }
    let order = byRow.keys.sorted()
    let blocks = order.rounds(of: 64)
    if let communicator = autoencoder.communicator {
      return try shared(blocks, places, byRow, among: communicator, processor)
    }
    let parts = try processor.map(count: blocks.count) { block in
      let chosen = blocks[block]
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

  /// The same if each process scores some of the columns: it predicts the cells in them, and all predictions are
  /// combined.
  private func shared(
    _ blocks: [[Int]], _ places: [(row: Int, column: Int)], _ byRow: [Int: [Int]], among communicator: any Communicator,
    _ processor: Processor
  ) throws -> [Float] {
    let own = autoencoder.ownItems
    var mine: [(cell: Int32, value: Float)] = []
    for round in blocks.rounds(of: processor.threadsEverywhere) {
      let scores = try autoencoder.ownScores(
        for: round.map { Profiles(items: rows.selecting(rows: $0)) }, using: processor)
      for (chosen, scores) in zip(round, scores) {
        for (place, row) in chosen.enumerated() {
          for cell in byRow[row] ?? [] where own.contains(places[cell].column) {
            let score = scores[place, places[cell].column - own.lowerBound]
            mine.append((Int32(cell), prediction(score, at: places[cell])))
          }
        }
      }
    }
    let cells = try communicator.gather(mine.map(\.cell))
    let values = try communicator.gather(mine.map(\.value), counts: cells.map(\.count))
    var predictions = [Float](repeating: 0, count: places.count)
    for (cell, value) in zip(cells.joined(), values) { predictions[Int(cell)] = value }
    return predictions
  }

  private func prediction(_ score: Float, at place: (row: Int, column: Int)) -> Float {
    guard known.rows[place.row], known.columns[place.column] else {
      return (range.lowerBound + range.upperBound) / 2
    }
    return min(max(score, range.lowerBound), range.upperBound)
  }
}
