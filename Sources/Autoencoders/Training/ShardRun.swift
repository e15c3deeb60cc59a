import Compute

/// A run of adjacent shards in training, all in this process.
///
/// Sums are returned as one part for each of ``subtrees``; the owner of all parts combines them with ``ShardTree``.
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
  /// Unused memory for parts of ∂loss/∂output.
  private var spare: [Matrix<S>] = []
  /// The last hidden layer, rounded for products.
  private var rounded = BFloat16Matrix(rows: 0, columns: 0)

  /// - Parameters:
  ///   - tree: the tree of all shards.
  ///   - first: the index of the run's first shard.
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
    let width = workers.first?.shard.inputWeight.columns ?? 0
    return try subtrees.map { node in
      let layer = products.inputLayer(under: node)
      return try inPieces(of: input.rowCount, columns: width, as: .gather) { rows, _ in layer.sums(rows, of: input) }
    }
  }

  @specialized(where S == Float)
  mutating func score(_ output: Matrix<S>, _ loss: OutputLoss<S>) throws -> [[LogitStatistics<S>]] {
    if precision == .bfloat16 { rounded.round(output) }
    try processor.forEach(&workers, scratch: &scratch, as: .logits) { [rounded] _, worker, scratch in
      worker.score(output, rounded, loss, &scratch)
    }
    let (workers, first) = (workers, indices.lowerBound)
    let pieces = UserPieces.rows(of: output.rows)
    return try subtrees.map { node in
      try processor.map(count: pieces.count, as: .statistics) { piece in
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
    try processor.forEach(&workers, scratch: &scratch, as: .outputUpdate) { [rounded, indices] index, worker, scratch in
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
      try inPieces(of: output.rows, columns: output.columns, as: .outputGradient) { rows, scratch in
        var sum = Matrix<S>(rows: rows.count, columns: output.columns)
        finished.sum(rows, under: node, into: &sum, level: 0, &scratch.levels)
        return sum
      }
    }
    spare = finished.spare + finished.parts.values
    return sums
  }

  /// Each user's ‖∂loss/∂logits‖² after ``learnOutput(_:_:_:_:)``.
  func squares() -> [[Double]] {
    let (squares, first) = (workers.map(\.squares), indices.lowerBound)
    return subtrees.map { node in
      ShardTree.sum(
        node, of: { $0.count == 1 ? squares[$0.lowerBound - first] : nil },
        adding: { sum, more in for (row, value) in more.enumerated() { sum[row] += value } })
    }
  }

  @specialized(where S == Float)
  mutating func learnOutput(_ output: Matrix<S>, shares: [Double], _ steps: AdamSteps, noise: UpdateNoise) throws {
    var shared = output
    for (row, share) in shares.enumerated() { shared.scale(row: row, by: S(share)) }
    try processor.forEach(&workers, scratch: &scratch, as: .outputUpdate) { [shared] _, worker, scratch in
      worker.learnOutput(shared, shares: shares, steps, noise: noise, &scratch)
    }
  }

  @specialized(where S == Float)
  mutating func learnInput(_ input: [DividedRows<S>], delta: Matrix<S>, _ step: AdamStep, noise: UpdateNoise?) throws {
    try processor.forEach(&workers, scratch: &scratch, as: .inputUpdate) { _, worker, scratch in
      worker.learnInput(input, delta: delta, step, noise: noise, &scratch)
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
    of users: Int, columns: Int, as pass: Pass,
    _ rows: @Sendable (_ rows: Range<Int>, _ scratch: inout ShardScratch<S>) -> Matrix<S>
  ) throws -> Matrix<S> {
    let ranges = UserPieces.rows(of: users)
    var pieces = ranges
    var all = Matrix<S>(rows: users, columns: columns)
    try processor.forEach(&pieces, scratch: &scratch, filling: &all, rows: ranges, as: pass) { _, piece, scratch in
      rows(piece, &scratch)
    }
    return all
  }
}
