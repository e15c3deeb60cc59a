import Compute

/// Parts of ∂loss/∂output (B × D), summed along the tree while the shards of a run compute them.
///
/// Neighbours are added in place within branches, the smallest subtrees of which there are at most ``mostBranches``. So
/// the memory does not grow with the number of shards: it holds a part for each branch, and those that wait for a
/// neighbour. The branches are added up at the end, a few rows at a time.
struct GradientParts<S: Scalar>: Sendable {
  static var mostBranches: Int { 8 }

  let tree: ShardTree
  let run: Range<Int>
  /// Memory for parts.
  var spare: [Matrix<S>]
  /// The sums so far, by node.
  private(set) var parts: [Range<Int>: Matrix<S>] = [:]

  init(tree: ShardTree, run: Range<Int>, spare: [Matrix<S>]) { (self.tree, self.run, self.spare) = (tree, run, spare) }

  /// The number of shards in a branch, a power of two.
  static func branch(shards: Int) -> Int {
    var size = 1
    while size * mostBranches < shards { size *= 2 }
    return size
  }

  /// The maximum number of parts at once.
  static func most(shards: Int, threads: Int) -> Int {
    let levels = branch(shards: shards).trailingZeroBitCount
    return min(shards, mostBranches + threads * (1 + levels))
  }

  /// Memory for a part.
  mutating func empty() -> Matrix<S> { spare.popLast() ?? Matrix(rows: 0, columns: 0) }

  /// The part of a node's sibling, to be added to the node's own; if it is not available yet, or the branch ends here,
  /// `part` is kept.
  mutating func sibling(of node: Range<Int>, orKeep part: Matrix<S>) -> (part: Matrix<S>, parent: Range<Int>)? {
    if let parent = tree.parent(of: node), parent.count <= Self.branch(shards: tree.count),
      run.lowerBound <= parent.lowerBound && parent.upperBound <= run.upperBound
    {
      let (left, right) = ShardTree.halves(of: parent)
      if let other = parts.removeValue(forKey: node == left ? right : left) { return (other, parent) }
    }
    parts[node] = part
    return nil
  }

  /// Sets `sum` to some rows of the sum under a node.
  ///
  /// - Parameter levels: working memory, a matrix for each level of the tree.
  func sum(
    _ rows: Range<Int>, under node: Range<Int>, into sum: inout Matrix<S>, level: Int, _ levels: inout [Matrix<S>]
  ) {
    if let part = parts[node] { return sum.copyRows(rows, of: part) }
    let (left, right) = ShardTree.halves(of: node)
    self.sum(rows, under: left, into: &sum, level: level, &levels)
    if let part = parts[right] { return sum.add(part, rows: rows) }
    if levels.count == level { levels.append(Matrix(rows: 0, columns: 0)) }
    // Moved out while it is filled, because two elements of one array cannot be changed at once.
    var other = Matrix<S>(rows: 0, columns: 0)
    swap(&other, &levels[level])
    other.reshape(rows: rows.count, columns: sum.columns)
    self.sum(rows, under: right, into: &other, level: level + 1, &levels)
    sum.add(other)
    swap(&other, &levels[level])
  }
}
