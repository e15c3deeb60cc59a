import Compute

/// Whether users are nearer to training users than to as many others: P(d to train < d to holdout) + ½ P(equal).
///
/// Training users are cut into groups as large as the holdout and the share is the mean over the groups. The error is that
/// of a label drawn by a coin for every record that is somebody's nearest: what the share would do if train and holdout were
/// told apart at random, with records that are nearest to many counted for what they are.
struct ClosestRecordShare: Sendable {
  let value: Double
  let standardError: Double

  init?(_ users: SparseRows, train: SparseRows, holdout: SparseRows, seed: Seed, _ processor: Processor) throws {
    let size = min(train.rowCount, holdout.rowCount)
    if size == 0 || users.rowCount == 0 { return nil }
    let groups = train.rowCount / size
    var random = seed.stream(for: AuditDraw.closestRecordGroups)
    let order = random.permutation(train.rowCount)
    var group = [Int](repeating: -1, count: train.rowCount)
    for (place, row) in order.prefix(groups * size).enumerated() { group[row] = place % groups }
    let seen = try Self.nearest(users, JaccardIndex(train), group, groups, processor)
    let others = try Self.nearest(
      users, JaccardIndex(holdout.drawing(size, seed, .closestRecordHoldout)), [Int](repeating: 0, count: size), 1,
      processor)
    var weights = [Double](repeating: 0, count: train.rowCount + size)
    let unit = 1 / Double(users.rowCount * groups)
    var sum = 0.0
    for (near, other) in zip(seen, others) {
      for candidate in near {
        let isEqual = candidate.similarity == other[0].similarity
        let isTrain = candidate.similarity > other[0].similarity
        sum += isEqual ? 0.5 : isTrain ? 1 : 0
        if isTrain { weights[candidate.row] += unit }
        if !isEqual && !isTrain { weights[train.rowCount + other[0].row] += unit }
      }
    }
    value = sum * unit
    standardError = 0.5 * weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  struct Neighbour: Sendable {
    var similarity: Float
    var row: Int
  }

  /// For each user and group of rows the nearest row, the first of equals.
  private static func nearest(
    _ users: SparseRows, _ index: JaccardIndex, _ group: [Int], _ groups: Int, _ processor: Processor
  ) throws -> [[Neighbour]] {
    try index.map(users, processor, start: { [[Neighbour]]() }) { result, _, similarities in
      var best = [Neighbour](repeating: Neighbour(similarity: -1, row: 0), count: groups)
      for row in similarities.indices where group[row] >= 0 && similarities[row] > best[group[row]].similarity {
        best[group[row]] = Neighbour(similarity: similarities[row], row: row)
      }
      result.append(best)
    }.flatMap(\.self)
  }
}

/// The distance to the nearest training user over that to the second nearest; small where a profile sits next to one person.
enum NeighbourRatio {
  /// The ratios; 1 where both distances are 0, since no user is singled out.
  static func values(nearestTwo: [[Float]]) -> [Double] {
    nearestTwo.map { near in
      let (first, second) = (1 - Double(near[0]), 1 - Double(near[1]))
      return second > 0 ? first / second : 1
    }
  }
}
