import Autoencoders
import Compute
import Evaluation
import InteractionData

extension LatentInspector {
  /// What decoding draws from a prior gives, next to decoding users and to the users themselves.
  func priorDraws<Latent>(
    _ model: Autoencoder<Latent>, _ centers: Matrix<Float>, _ prior: FittedPrior
  ) throws -> PriorDrawFindings {
    let rows = profiles.items
    let lengths = (0..<rows.rowCount).map { Double(rows.count(ofRow: $0)) }
    let length = max(1, Int(Statistics.quantiles(lengths, at: [0.5])[0].rounded()))
    let real = RealProfiles(rows)
    var random = stream(.prior)
    let points = prior.draw(count: options.priorDraws, using: &random)
    let users = sample(options.priorDraws, of: centers.rows)
    let nearest = try processor.map(count: users.count) { index in
      real.similarityOfNearest(to: rows.indices(ofRow: users[index]), skipping: users[index])
    }
    return PriorDrawFindings(
      prior: try decoded(model, points, length: length, real),
      codes: try decoded(model, centers.selecting(rows: users), length: length, real),
      realNearest: Statistics.mean(nearest), length: length, draws: points.rows)
  }

  private func decoded<Latent>(
    _ model: Autoencoder<Latent>, _ points: Matrix<Float>, length: Int, _ real: RealProfiles
  ) throws -> DecodedProfiles {
    let blocks = (0..<points.rows).blocks(of: Self.decodedBlock)
    let parts = try processor.map(count: blocks.count) { index in
      var logits = model.decode(points.selecting(rows: blocks[index]), using: processor.engine)
      let lists = try (0..<logits.rows).map { row in
        try topK(logits[row: row], k: length).map { Int32($0.item) }.sorted()
      }
      model.design.likelihood.turnIntoShares(&logits)
      var sum = [Double](repeating: 0, count: logits.columns)
      for row in 0..<logits.rows {
        for (column, share) in logits[row: row].enumerated() { sum[column] += Double(share) }
      }
      return (nearest: lists.map { real.similarityOfNearest(to: $0[...], skipping: nil) }, lists: lists, sum: sum)
    }
    var shares = [Double](repeating: 0, count: items.count)
    for part in parts { for (column, value) in part.sum.enumerated() { shares[column] += value } }
    let total = max(shares.reduce(0, +), .leastNormalMagnitude)
    return DecodedProfiles(
      nearest: Statistics.mean(parts.flatMap(\.nearest)),
      popularityDistance: 0.5 * zip(shares, real.shares).reduce(0) { $0 + abs($1.0 / total - $1.1) },
      coverage: Double(Set(parts.flatMap(\.lists).joined()).count) / Double(max(1, items.count)))
  }
}

/// Real profiles, indexed for nearest-neighbour search.
private struct RealProfiles {
  private let rows: SparseRows
  /// Who has each item.
  private let users: SparseRows
  /// The share of each item in all interactions; shape: I.
  let shares: [Double]

  init(_ rows: SparseRows) {
    self.rows = rows
    users = rows.transposed()
    shares = rows.columnCounts().map { Double($0) / Double(max(1, rows.nonZeroCount)) }
  }

  /// The largest Jaccard similarity, |a ∩ b| ÷ |a ∪ b|, of any real profile.
  func similarityOfNearest(to items: ArraySlice<Int32>, skipping own: Int?) -> Double {
    var common = [Int32](repeating: 0, count: rows.rowCount)
    for item in items { for user in users.indices(ofRow: Int(item)) { common[Int(user)] += 1 } }
    var best = 0.0
    for (user, shared) in common.enumerated() where shared > 0 && user != own {
      best = max(best, Double(shared) / Double(items.count + rows.count(ofRow: user) - Int(shared)))
    }
    return best
  }
}
