/// The order of sums over item shards, the same on any number of threads and processes: a binary tree over the shards'
/// indices.
///
/// The left half of a node of n shards is the largest power of two below n, so that a node of `2ᵏ` shards begins at a multiple
/// of `2ᵏ`. The tree depends only on the number of shards. The owner of a run of shards adds up the largest subtrees in
/// it (``subtrees(of:)``) and passes on one sum for each; ``sum(_:of:adding:)`` combines them, with the same bits
/// however the shards are divided among threads, groups or processes. Any run is possible, with at most 2 log₂ S
/// subtrees; a run that begins and ends at multiples of a large power of two has the fewest.
///
/// `Matrix.gather(_:users:fromShards:base:first:)` has the same order without recursion.
struct ShardTree: Sendable, Equatable {
  /// S, the number of shards.
  let count: Int

  /// The shards under the root.
  var root: Range<Int> { 0..<count }

  /// The halves of a node of more than one shard.
  static func halves(of node: Range<Int>) -> (left: Range<Int>, right: Range<Int>) {
    let middle = node.lowerBound + 1 << (Int.bitWidth - 1 - (node.count - 1).leadingZeroBitCount)
    return (node.lowerBound..<middle, middle..<node.upperBound)
  }

  /// The parent of `node`; `nil` for the root.
  func parent(of node: Range<Int>) -> Range<Int>? {
    var (here, above): (Range<Int>, Range<Int>?) = (root, nil)
    while here != node {
      let (left, right) = Self.halves(of: here)
      (above, here) = (here, node.lowerBound < left.upperBound ? left : right)
    }
    return above
  }

  /// The fewest nodes that make up a run of shards, in order.
  func subtrees(of run: Range<Int>) -> [Range<Int>] {
    func cover(_ node: Range<Int>) -> [Range<Int>] {
      if !node.overlaps(run) { return [] }
      if run.lowerBound <= node.lowerBound && node.upperBound <= run.upperBound { return [node] }
      let (left, right) = Self.halves(of: node)
      return cover(left) + cover(right)
    }
    return cover(root)
  }

  /// The sum under a node.
  ///
  /// - Parameter part: the sum under a node if it is known, as it must be for single shards; otherwise `nil`.
  static func sum<Part>(
    _ node: Range<Int>, of part: (Range<Int>) -> Part?, adding add: (inout Part, Part) -> Void
  ) -> Part {
    if let known = part(node) { return known }
    let (left, right) = halves(of: node)
    var total = sum(left, of: part, adding: add)
    add(&total, sum(right, of: part, adding: add))
    return total
  }
}
