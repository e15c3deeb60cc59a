/// The sums of a sparse layer whose weights are cut into shards.
extension Matrix {
  /// Every row becomes the sum `Σ value · weight[column]` over the entries of one user in adjacent shards.
  ///
  /// The entries of a shard are added in order, and the sums of shards along the tree whose nodes of up to 2ᵏ shards
  /// begin at multiples of 2ᵏ (`ShardTree` in Autoencoders). A shard without entries adds nothing, not even a zero. So
  /// the bits do not depend on the division of the shards, if each run is a node of the tree.
  ///
  /// - Parameters:
  ///   - users: the rows of `batch`, as many as this matrix has.
  ///   - weights: the weights of the shards; all have this matrix's width, and all but the last as many rows as the first.
  ///   - base: the first column of the first shard.
  ///   - first: the index of the first shard.
  @specialized(where S == Float)
  public mutating func gather(
    _ batch: BatchRows<S>, users: Range<Int>, fromShards weights: [Matrix], base: Int, first: Int
  ) {
    let (count, columns, height) = (rows, columns, weights.first?.rows ?? 0)
    precondition(users.count == count && users.upperBound <= batch.rowCount, "users \(users) in \(self)")
    precondition(
      weights.allSatisfy { $0.columns == columns } && weights.dropLast().allSatisfy { $0.rows == height }
        && weights.last.map { $0.rows <= height } ?? true, "shards of different shapes")
    clear()
    if count == 0 { return }
    var sums = PendingSums(
      users.map { user in
        let entries = batch.range(ofRow: user)
        return batch.firstPosition(in: entries, notBelow: base)..<entries.upperBound
      }, shards: weights.count)
    // Rows are scattered in memory, so those of the next users are fetched while a user's sum is computed.
    let ahead = 3
    var entries = [Range<Int>](repeating: 0..<0, count: count)
    var waiting = Matrix(rows: max(0, sums.depth - 1) * count, columns: columns)
    unsafe withMutablePointer { target in
      unsafe waiting.withMutablePointer { waiting in
        /// The place of a user's sum of some shards: the first is in this matrix.
        func row(_ user: Int, _ level: Int) -> UnsafeMutablePointer<S> {
          unsafe level == 0 ? target + user * columns : waiting + ((level - 1) * count + user) * columns
        }
        func join(_ user: Int) {
          sums.levels[user] -= 1
          let level = sums.levels[user]
          unsafe S.kernels.axpy(columns, 1, row(user, level), row(user, level - 1))
        }
        // Shard by shard, because the weights of one stay in the cache from user to user.
        for (place, weight) in weights.enumerated() {
          let shard = base + place * height..<base + place * height + weight.rows
          unsafe weight.withPointer { weight in
            unsafe batch.withAllPointers { indices, values in
              for user in 0..<count { entries[user] = unsafe sums.entries(of: user, below: shard.upperBound, indices) }
              func fetch(_ user: Int) {
                let next = entries[user]
                unsafe S.kernels.fetch(
                  next.count, indices + next.lowerBound, Int32(shard.lowerBound), columns, weight)
              }
              for user in 0..<min(ahead, count) { fetch(user) }
              for user in 0..<count {
                if user + ahead < count { fetch(user + ahead) }
                let own = entries[user]
                if own.isEmpty { continue }
                while sums.isComplete(user, before: first + place) { join(user) }
                unsafe S.kernels.gather(
                  own.count, indices + own.lowerBound, values + own.lowerBound, Int32(shard.lowerBound), columns,
                  weight, row(user, sums.levels[user]))
                sums.push(first + place, for: user)
              }
            }
          }
        }
        for user in 0..<count { while sums.levels[user] > 1 { join(user) } }
      }
    }
  }
}

/// Which sums of some users wait for their neighbours in the tree.
private struct PendingSums {
  /// The most sums that wait at once: one for each level of the tree.
  let depth: Int
  /// The number of waiting sums of each user.
  var levels: [Int]
  /// A shard in each of them.
  ///
  /// For later shards any is as good, because the sum is a whole node.
  private var shards: [Int]
  /// The entries of each user that have not been added.
  private var left: [Range<Int>]

  init(_ entries: [Range<Int>], shards count: Int) {
    depth = count == 0 ? 0 : 1 + Int.bitWidth - (count - 1).leadingZeroBitCount
    levels = [Int](repeating: 0, count: entries.count)
    shards = [Int](repeating: 0, count: entries.count * depth)
    left = entries
  }

  /// Takes a user's next entries, those in columns below `end`.
  mutating func entries(of user: Int, below end: Int, _ columns: UnsafePointer<Int32>) -> Range<Int> {
    let (start, limit) = (left[user].lowerBound, left[user].upperBound)
    var stop = start
    while stop < limit, unsafe Int(columns[stop]) < end { stop += 1 }
    left[user] = stop..<limit
    return start..<stop
  }

  /// Whether no later shard belongs to the smallest node with the last two sums.
  func isComplete(_ user: Int, before shard: Int) -> Bool {
    guard levels[user] > 1 else { return false }
    let last = user * depth + levels[user] - 1
    let height = Int.bitWidth - (shards[last - 1] ^ shards[last]).leadingZeroBitCount
    return (shards[last] ^ shard) >> height != 0
  }

  mutating func push(_ shard: Int, for user: Int) {
    precondition(levels[user] < depth, "the shards are not a node of the tree")
    shards[user * depth + levels[user]] = shard
    levels[user] += 1
  }
}
