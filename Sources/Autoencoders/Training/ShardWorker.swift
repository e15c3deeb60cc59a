import Compute

/// One shard of the items in training: its weights, their moments, its part of the batch's logits.
///
/// It contains everything that the wide layers need, so that a step is a few passes over shards that share only their
/// inputs and outputs: the last hidden layer in, statistics of the logits and a users × hidden gradient out. A shard is
/// narrow enough that its weights, its logits and their gradient stay in the cache from the product that computes them
/// to the loop that uses them.
///
/// With ``ProductPrecision/bfloat16`` the logits exist in full precision only while their shard is processed; values
/// kept between the two passes, and the inputs of the products, are rounded. The arithmetic is the same in both cases.
struct ShardWorker<S: Scalar>: Sendable {
  private(set) var shard: ItemShard<S>
  private var inputMoments: AdamMoments<S>
  private var outputMoments: AdamMoments<S>
  private var biasMoments: AdamMoments<S>

  /// The statistics for the other shards; one for each user.
  private(set) var statistics: [LogitStatistics<S>] = []
  /// The logits, then ∂loss/∂logits; shape: B × items, empty if ``rounded`` is used.
  private var exact: Matrix<S>
  /// The same if products are rounded.
  private var rounded = BFloat16Matrix(rows: 0, columns: 0)
  /// The output weights for rounded products; shape: items × D, empty if ``exact`` is used.
  private var weight = BFloat16Matrix(rows: 0, columns: 0)
  /// The entries of the batch's target in this shard, with items counted from its first.
  private var target = BatchRows<S>()
  private let precision: ProductPrecision

  private var biasGradient: Matrix<S>
  private var columns = BatchColumns<S>()

  init(_ shard: ItemShard<S>, batchSize: Int, precision: ProductPrecision) {
    self.shard = shard
    self.precision = precision
    let count = shard.items.count
    // A shard that waits for stored numbers has none yet.
    inputMoments = AdamMoments(rows: shard.inputWeight.rows, columns: shard.inputWeight.columns)
    outputMoments = AdamMoments(rows: shard.outputWeight.rows, columns: shard.outputWeight.columns)
    biasMoments = AdamMoments(rows: 1, columns: shard.outputBias.columns)
    exact = Matrix(rows: precision == .float32 ? batchSize : 0, columns: count)
    biasGradient = Matrix(rows: 1, columns: count)
    roundWeights()
  }

  /// The first or second moments, in the shape of the weights.
  func moments(_ part: (AdamMoments<S>) -> Matrix<S>) -> ItemShard<S> {
    ItemShard(
      items: shard.items, inputWeight: part(inputMoments), outputWeight: part(outputMoments),
      outputBias: part(biasMoments))
  }

  /// Restores stored weights and moments.
  mutating func restore(_ shard: ItemShard<S>, first: ItemShard<S>, second: ItemShard<S>) {
    self.shard = shard
    inputMoments = AdamMoments(first: first.inputWeight, second: second.inputWeight)
    outputMoments = AdamMoments(first: first.outputWeight, second: second.outputWeight)
    biasMoments = AdamMoments(first: first.outputBias, second: second.outputBias)
    roundWeights()
  }

  /// Right after the step that changed them, the output weights are in the cache; rounding them in each of the two
  /// passes would read them from memory again.
  private mutating func roundWeights() {
    if precision == .bfloat16 { weight.round(shard.outputWeight) }
  }

  /// First pass: the logits of this shard's items, and the part of the loss that depends only on this shard.
  ///
  /// After the product, all loops process one row before the next, so that it stays in the first-level cache.
  ///
  /// - Parameter output: the last hidden layer, exact and rounded; shape: B × D.
  mutating func score(
    _ output: Matrix<S>, _ roundedOutput: BFloat16Matrix, _ loss: OutputLoss<S>, _ scratch: inout ShardScratch<S>
  ) {
    let (rows, bias) = (output.rows, shard.outputBias)
    target.set(toRunFrom: shard.items.lowerBound, of: loss.divided)
    let target = target
    func measure(_ logits: inout Matrix<S>, row: Int) -> LogitStatistics<S> {
      logits.add(row: 0, of: bias, toRow: row)
      return loss.measure(&logits, row: row, target: target)
    }
    switch precision {
    case .float32:
      exact.reshape(rows: rows)
      scratch.engine.multiply(output, transposed: shard.outputWeight, into: &exact)
      statistics = (0..<rows).map { measure(&exact, row: $0) }
    case .bfloat16:
      scratch.logits.reshape(rows: rows, columns: shard.items.count)
      scratch.engine.multiply(roundedOutput, transposed: weight, into: &scratch.logits)
      rounded.reshape(rows: rows, columns: shard.items.count)
      statistics = (0..<rows).map { row in
        defer { rounded.round(row: row, of: scratch.logits, toRow: row) }
        return measure(&scratch.logits, row: row)
      }
    }
  }

  /// Second pass: ∂loss/∂logits in place, this shard's part of ∂loss/∂output (B × D), and the output weights' update.
  ///
  /// - Parameters:
  ///   - softmax: for each user the factor that converts a shard's `exp(f − largest)` to softmax, and N.
  ///   - steps: `nil` if the output weights are fixed.
  mutating func learnOutput(
    _ output: Matrix<S>, _ roundedOutput: BFloat16Matrix, _ loss: OutputLoss<S>, _ softmax: [SoftmaxNormaliser],
    _ steps: AdamSteps?, into part: inout Matrix<S>, _ scratch: inout ShardScratch<S>
  ) {
    let engine = scratch.engine
    part.reshape(rows: output.rows, columns: output.columns)
    scratch.weightGradient.reshape(rows: shard.items.count, columns: output.columns)
    biasGradient.clear()
    let factors = loss.factors(statistics, normalisers: softmax)
    func finish(_ logits: inout Matrix<S>, row: Int, user: Int) {
      loss.subtract(target, ofUser: user, from: &logits, row: row)
      biasGradient.add(row: row, of: logits, toRow: 0)
    }
    switch precision {
    case .float32:
      for (row, factor) in factors.enumerated() {
        if factor != 1 { exact.scale(row: row, by: factor) }
        finish(&exact, row: row, user: row)
      }
      engine.multiply(exact, shard.outputWeight, into: &part)
      if steps != nil { engine.multiply(transposing: exact, output, into: &scratch.weightGradient) }
    case .bfloat16:
      for (row, factor) in factors.enumerated() {
        rounded.widen(row: row, scaledBy: factor, into: &scratch.row)
        finish(&scratch.row, row: 0, user: row)
        rounded.round(row: 0, of: scratch.row, toRow: row)
      }
      engine.multiply(rounded, weight, into: &part)
      if steps != nil { engine.multiply(transposing: rounded, roundedOutput, into: &scratch.weightGradient) }
    }
    guard let steps else { return }
    outputMoments.update(&shard.outputWeight, gradient: scratch.weightGradient, steps.penalised)
    biasMoments.update(&shard.outputBias, gradient: biasGradient, steps.plain)
    roundWeights()
  }

  /// Each user's ‖∂loss/∂logits‖² in this shard, after the second pass; not available for rounded logits.
  var squares: [Double] { (0..<exact.rows).map { exact.sumOfSquares(row: $0) } }

  /// The output weights' update from the gradient left by the second pass, with each user's part multiplied by a share,
  /// plus noise.
  ///
  /// - Parameter shared: the last hidden layer with every row multiplied by the user's share; shape: B × D.
  mutating func learnOutput(
    _ shared: Matrix<S>, shares: [Double], _ steps: AdamSteps, noise: UpdateNoise, _ scratch: inout ShardScratch<S>
  ) {
    scratch.weightGradient.reshape(rows: shard.items.count, columns: shared.columns)
    biasGradient.clear()
    if shares.isEmpty {
      scratch.weightGradient.clear()
    } else {
      scratch.engine.multiply(transposing: exact, shared, into: &scratch.weightGradient)
    }
    for (row, share) in shares.enumerated() { biasGradient.add(row: row, of: exact, scale: S(share), toRow: 0) }
    noise.draws(for: .outputWeight).add(to: &scratch.weightGradient, from: shard.items.lowerBound * shared.columns)
    noise.draws(for: .outputBias).add(to: &biasGradient, from: shard.items.lowerBound)
    outputMoments.update(&shard.outputWeight, gradient: scratch.weightGradient, steps.penalised)
    biasMoments.update(&shard.outputBias, gradient: biasGradient, steps.plain)
  }

  /// Last pass: the input weights' update, item by item, from the users who have the item.
  ///
  /// - Parameters:
  ///   - delta: ∂loss/∂(pre-activation) of the first layer. Shape: B × H.
  ///   - noise: added to the gradient; `nil` for none.
  mutating func learnInput(
    _ input: [DividedRows<S>], delta: Matrix<S>, _ step: AdamStep, noise: UpdateNoise?, _ scratch: inout ShardScratch<S>
  ) {
    scratch.input.set(toRunFrom: shard.items.lowerBound, of: input)
    columns.collect(scratch.input, columns: shard.items.count)
    if let noise {
      inputMoments.update(
        &shard.inputWeight, sparse: columns, delta: delta, noise: noise.draws(for: .inputWeight),
        from: shard.items.lowerBound * delta.columns, scratch: &scratch.row, step)
    } else {
      scratch.row.reshape(rows: 1, columns: delta.columns)
      inputMoments.update(&shard.inputWeight, sparse: columns, delta: delta, scratch: &scratch.row, step)
    }
  }
}

/// The buffers of a thread that processes shards, reused from one shard to the next.
struct ShardScratch<S: Scalar>: Sendable {
  let engine: ProductEngine
  /// ∂loss/∂weight of a shard; shape: items × D.
  var weightGradient = Matrix<S>(rows: 0, columns: 0)
  /// A shard's logits, if it keeps them rounded; shape: B × items.
  var logits = Matrix<S>(rows: 0, columns: 0)
  /// A single row: of the first layer's gradient (1 × H), or of rounded logits (1 × items).
  var row = Matrix<S>(rows: 1, columns: 0)
  /// The entries of the batch's input in a shard, with items counted from its first.
  var input = BatchRows<S>()
  /// For sums along the tree.
  var levels: [Matrix<S>] = []

  init(engine: ProductEngine) { self.engine = engine }
}
