import Compute

/// A run of neighbouring shards in training, all in this process.
///
/// Sums come as one part for each of ``subtrees``; whoever holds all parts puts them together with ``ShardTree``.
struct ShardRun<S: Scalar>: Sendable {
  /// The largest subtrees in the run, in order.
  let subtrees: [Range<Int>]
  private let tree: ShardTree
  /// The shards' indices.
  private let indices: Range<Int>
  private let processor: Processor
  private let precision: ProductPrecision
  private var workers: [ShardWorker<S>]
  private var kept: [ItemShard<S>]?
  /// Working memory, one for each thread.
  private var scratch: [ShardScratch<S>]
  /// Memory for parts of ∂loss/∂output, while none is needed.
  private var spare: [Matrix<S>] = []
  /// The last hidden layer as the rounded products read it.
  private var rounded = BFloat16Matrix(rows: 0, columns: 0)

  /// - Parameters:
  ///   - tree: that of all shards.
  ///   - first: the index of the first of these.
  init(
    _ shards: [ItemShard<S>], of tree: ShardTree, from first: Int, batchSize: Int, precision: ProductPrecision,
    processor: Processor
  ) {
    self.tree = tree
    indices = first..<first + shards.count
    subtrees = tree.subtrees(of: indices)
    self.processor = processor
    self.precision = precision
    workers = shards.map { ShardWorker($0, batchSize: batchSize, precision: precision) }
    scratch = (0..<processor.threads).map { _ in ShardScratch(engine: processor.engine) }
  }

  @specialized(where S == Float)
  mutating func gather(_ input: BatchRows<S>, kept isKept: Bool) throws -> [Matrix<S>] {
    let products = ShardProducts(isKept ? kept ?? [] : workers.map(\.shard), from: indices.lowerBound)
    return try subtrees.map { node in
      try inPieces(of: input.rowCount) { rows, _ in products.gather(input, rows: rows, under: node) }
    }
  }

  @specialized(where S == Float)
  mutating func score(_ output: Matrix<S>, _ loss: OutputLoss<S>) throws -> [[LogitStatistics<S>]] {
    if precision == .bfloat16 { rounded.round(output) }
    try processor.forEach(&workers, scratch: &scratch) { [rounded] _, worker, scratch in
      worker.score(output, rounded, loss, &scratch)
    }
    let (workers, first) = (workers, indices.lowerBound)
    let pieces = UserPieces.ranges(of: output.rows)
    return try subtrees.map { node in
      try processor.map(count: pieces.count) { piece in
        pieces[piece].map { row in
          ShardTree.sum(
            node, of: { $0.count == 1 ? workers[$0.lowerBound - first].statistics[row] : nil }, adding: { $0.add($1) })
        }
      }.flatMap(\.self)
    }
  }

  @specialized(where S == Float)
  mutating func learnOutput(
    _ output: Matrix<S>, _ loss: OutputLoss<S>, _ softmax: [SoftmaxNormaliser], _ steps: AdamSteps?
  ) throws -> [Matrix<S>] {
    let parts = Guarded(GradientParts(tree: tree, run: indices, spare: spare))
    spare = []
    try processor.forEach(&workers, scratch: &scratch) { [rounded, indices] index, worker, scratch in
      let shard = indices.lowerBound + index
      var (node, part) = (shard..<shard + 1, parts.withLock { $0.empty() })
      worker.learnOutput(output, rounded, loss, softmax, steps, into: &part, &scratch)
      // The other order of the two summands would give the same bits.
      while let sibling = parts.withLock({ $0.sibling(of: node, orKeep: part) }) {
        part.add(sibling.part)
        node = sibling.parent
        parts.withLock { $0.spare.append(sibling.part) }
      }
    }
    let finished = parts.withLock { $0 }
    let sums = try subtrees.map { node in
      try inPieces(of: output.rows) { rows, scratch in
        var sum = Matrix<S>(rows: rows.count, columns: output.columns)
        finished.sum(rows, under: node, into: &sum, level: 0, &scratch.levels)
        return sum
      }
    }
    spare = finished.spare + finished.parts.values
    return sums
  }

  @specialized(where S == Float)
  mutating func learnInput(_ input: BatchRows<S>, delta: Matrix<S>, _ step: AdamStep) throws {
    try processor.forEach(&workers, scratch: &scratch) { _, worker, scratch in
      worker.learnInput(input, delta: delta, step, &scratch)
    }
  }

  /// The logits of this run's items; shape: B × items.
  func logits(of output: Matrix<S>) -> Matrix<S> {
    ShardProducts(workers.map(\.shard), from: indices.lowerBound).logits(of: output, using: processor.engine)
  }

  mutating func keepInput() { kept = workers.map(\.shard.firstLayer) }

  /// The numbers of this run's shards.
  var state: ShardState<S> {
    get {
      ShardState(
        weights: workers.map(\.shard), first: workers.map { $0.moments(\.first) },
        second: workers.map { $0.moments(\.second) }, kept: kept)
    }
    set {
      kept = newValue.kept
      for index in workers.indices {
        workers[index].restore(newValue.weights[index], first: newValue.first[index], second: newValue.second[index])
      }
    }
  }

  /// One matrix with a row for each user, computed piece by piece.
  private mutating func inPieces(
    of users: Int, _ rows: @Sendable (_ rows: Range<Int>, _ scratch: inout ShardScratch<S>) -> Matrix<S>
  ) throws -> Matrix<S> {
    let ranges = UserPieces.ranges(of: users)
    var pieces = [Matrix<S>](repeating: Matrix(rows: 0, columns: 0), count: ranges.count)
    try processor.forEach(&pieces, scratch: &scratch) { index, piece, scratch in piece = rows(ranges[index], &scratch) }
    var all = Matrix<S>(rows: 0, columns: 0)
    all.setRows(to: pieces)
    return all
  }
}

/// Parts of ∂loss/∂output (B × D), added up along the tree while the shards of a run make them.
///
/// Neighbours are added in place within branches, the smallest subtrees of which there are no more than ``mostBranches``. So the
/// memory does not grow with the number of shards: a part for each branch, and those that wait for a neighbour. The branches
/// are added up at the end, a few rows at a time.
struct GradientParts<S: Scalar>: Sendable {
  static var mostBranches: Int { 32 }

  let tree: ShardTree
  let run: Range<Int>
  /// Memory for parts.
  var spare: [Matrix<S>]
  /// What has been added up, by node.
  private(set) var parts: [Range<Int>: Matrix<S>] = [:]

  init(tree: ShardTree, run: Range<Int>, spare: [Matrix<S>]) { (self.tree, self.run, self.spare) = (tree, run, spare) }

  /// The number of shards in a branch, a power of two.
  static func branch(shards: Int) -> Int {
    var size = 1
    while size * mostBranches < shards { size *= 2 }
    return size
  }

  /// How many parts there are at once, at most.
  static func most(shards: Int, threads: Int) -> Int {
    let levels = branch(shards: shards).trailingZeroBitCount
    return min(shards, mostBranches + threads * (1 + levels))
  }

  /// Memory for a part.
  mutating func empty() -> Matrix<S> { spare.popLast() ?? Matrix(rows: 0, columns: 0) }

  /// The part of the other half of a node's parent, to be added to the node's own; where it is not there yet, or the branch
  /// ends here, `part` is kept.
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

  /// Some rows of the sum under a node.
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
    // Taken out while it is filled: two places of one array cannot be changed at once.
    var other = Matrix<S>(rows: 0, columns: 0)
    swap(&other, &levels[level])
    other.reshape(rows: rows.count, columns: sum.columns)
    self.sum(rows, under: right, into: &other, level: level + 1, &levels)
    sum.add(other)
    swap(&other, &levels[level])
  }
}
