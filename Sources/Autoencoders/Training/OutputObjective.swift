import Compute
import Foundation

/// The target of a batch's logits, with the loss and its gradient.
struct OutputObjective<S: Scalar>: Sendable {
  /// The clean values of the batch.
  let target: BatchRows<S>
  let likelihood: Likelihood
  let cells: Cells

  /// Takes the loss of one user's logits in a tile, and replaces them by the terms of the gradient.
  ///
  /// - Parameters:
  ///   - logits: with the bias; shape: B × items. The row becomes `exp(f − largest)`, `σ(f)` or stays; where only some cells
  ///     count it is the gradient already.
  ///   - base: the tile's first item.
  ///   - segment: where the user's entries in this tile are in ``target``.
  func measure(_ logits: inout Matrix<S>, row: Int, base: Int, segment: Range<Int>) -> TileStatistics<S> {
    let (indices, values) = (target.indices[segment], target.values[segment])
    if cells != .all {
      return TileStatistics(
        loss: logits.listedCellsLoss(
          row: row, indices: indices, values: values, base: base, logistic: likelihood == .bernoulli,
          scale: 1 / S(target.rowCount)))
    }
    let dot = logits.dot(row: row, indices: indices, values: values, base: base)
    switch likelihood {
    case .multinomial:
      let (maximum, sum) = logits.exponentiateShifted(row: row)
      return TileStatistics(maximum: maximum, sum: sum, loss: -dot)
    case .bernoulli:
      return TileStatistics(loss: logits.sigmoidWithSoftplusSum(row: row) - dot)
    case .gaussian:
      var squares = 0.0
      for value in values { squares += Double(value * value) }
      return TileStatistics(loss: logits.sumOfSquares(row: row) - 2 * dot + squares)
    }
  }

  /// What turns each row that ``measure(_:row:base:segment:)`` left into ∂loss/∂logits, but for the target.
  ///
  /// - Parameter normalisers: every user's softmax, for the multinomial likelihood.
  func factors(_ statistics: [TileStatistics<S>], normalisers: [SoftmaxNormaliser]) -> [S] {
    if cells != .all { return [S](repeating: 1, count: statistics.count) }
    let scale = 1 / S(statistics.count)
    return switch likelihood {
    case .multinomial:
      zip(statistics, normalisers).map { S($1.factor(maximum: Double($0.maximum))) * scale }
    case .bernoulli: [S](repeating: scale, count: statistics.count)
    case .gaussian: [S](repeating: 2 * scale, count: statistics.count)
    }
  }

  /// The target's part of ∂loss/∂logits, in a row that has been multiplied by its factor
  /// (``factors(_:normalisers:)``).
  func subtractTarget(from logits: inout Matrix<S>, row: Int, base: Int, segment: Range<Int>) {
    if cells != .all { return }
    let scale = 1 / S(target.rowCount)
    let weight = likelihood == .gaussian ? 2 * scale : scale
    logits.scatter(
      row: row, indices: target.indices[segment], values: target.values[segment], base: base, scale: -weight)
  }

  /// Every user's softmax over all tiles; empty for likelihoods without one.
  func normalisers(_ tiles: [[TileStatistics<S>]], processor: Processor) throws -> [SoftmaxNormaliser] {
    guard likelihood == .multinomial && cells == .all else { return [] }
    let users = 64  // at a time: an exponential for each tile is little work
    return try processor.map(count: (target.rowCount + users - 1) / users) { block in
      (block * users..<min(target.rowCount, (block + 1) * users)).map { row in
        let maximum = tiles.reduce(-Double.infinity) { max($0, Double($1[row].maximum)) }
        var sum = 0.0
        for tile in tiles { sum += tile[row].sum * exp(Double(tile[row].maximum) - maximum) }
        var total = 0.0
        for value in target.values[target.offsets[row]..<target.offsets[row + 1]] { total += Double(value) }
        return SoftmaxNormaliser(total: total, logSumExp: maximum + log(sum))
      }
    }.flatMap(\.self)
  }
}

/// What a tile tells the others about one user.
struct TileStatistics<S: Scalar>: Sendable {
  /// The largest logit.
  var maximum: S = 0
  /// `Σ exp(f − maximum)`.
  var sum = 0.0
  /// The loss that needs no other tile.
  var loss: Double
}

/// One user's softmax over all tiles of all shards.
struct SoftmaxNormaliser: Sendable {
  /// N, the total of the target.
  let total: Double
  /// `log Σ exp f` over all items.
  let logSumExp: Double

  /// What turns a tile's `exp(f − maximum)` into `N · softmax(f)`.
  func factor(maximum: Double) -> Double {
    total * exp(maximum - logSumExp)
  }
}
