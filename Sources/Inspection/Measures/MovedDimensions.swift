import Autoencoders
import Compute
import Evaluation
import InteractionData

extension LatentInspector {
  /// What moving dimensions does to items.
  struct Moves {
    /// Of the active dimensions, by index.
    var up: [Int: [MovedItem]] = [:]
    var down: [Int: [MovedItem]] = [:]
    var heat: ItemHeat
  }

  /// Decodes both ends of every active dimension, the others at their means.
  func moveDimensions<Latent>(_ model: Autoencoder<Latent>, _ moments: ColumnMoments) throws -> Moves {
    let active = moments.order.filter { moments.variances[$0] > options.activeThreshold }
    let ends = try processor.map(count: active.count) { place in
      try moved(model, active[place], moments)
    }
    var moves = Moves(heat: ItemHeat(dimensions: [], items: [], changes: []))
    for (dimension, end) in zip(active, ends) {
      moves.up[dimension] = end.up.map(\.entry)
      moves.down[dimension] = end.down.map(\.entry)
    }
    let shown = Array(active.prefix(options.shownDimensions))
    var columns: [Int] = []
    for end in ends.prefix(shown.count) {
      for item in (end.up.prefix(2) + end.down.prefix(1)).map(\.item) where !columns.contains(item) {
        columns.append(item)
      }
    }
    let changes = try processor.map(count: shown.count) { [columns] place in
      let shares = sharesAtEnds(model, shown[place], moments)
      return columns.map { Double(shares[1, $0]) - Double(shares[0, $0]) }
    }
    moves.heat = ItemHeat(
      dimensions: shown.map { $0 + 1 }, items: columns.map { titles?.name(of: $0) ?? items[$0] }, changes: changes)
    return moves
  }

  private struct Strongest {
    var up: [(item: Int, entry: MovedItem)] = []
    var down: [(item: Int, entry: MovedItem)] = []
  }

  private func moved<Latent>(
    _ model: Autoencoder<Latent>, _ dimension: Int, _ moments: ColumnMoments
  ) throws -> Strongest {
    let shares = sharesAtEnds(model, dimension, moments)
    let changes = zip(shares[row: 1], shares[row: 0]).map { $0 - $1 }
    func strongest(_ values: [Float]) throws -> [(item: Int, entry: MovedItem)] {
      try topK(values[...], k: options.strongestItems).filter { $0.score > 0 }.map { found in
        let (low, high) = (Double(shares[0, found.item]), Double(shares[1, found.item]))
        return (
          found.item,
          MovedItem(item: items[found.item], title: titles?.title(of: found.item), low: low, high: high)
        )
      }
    }
    return Strongest(up: try strongest(changes), down: try strongest(changes.map { -$0 }))
  }

  /// The items' shares with one dimension at its mean minus and plus c deviations; shape: 2 × I.
  private func sharesAtEnds<Latent>(
    _ model: Autoencoder<Latent>, _ dimension: Int, _ moments: ColumnMoments
  ) -> Matrix<Float> {
    let step = options.deviations * moments.aggregateVariance(dimension).squareRoot()
    var ends = Matrix<Float>(rows: 2, columns: moments.means.count)
    for (row, sign) in [-1.0, 1.0].enumerated() {
      for column in 0..<ends.columns { ends[row, column] = Float(moments.means[column]) }
      ends[row, dimension] = Float(moments.means[dimension] + sign * step)
    }
    var shares = model.decode(ends, using: processor.engine)
    model.design.likelihood.turnIntoShares(&shares)
    return shares
  }
}
