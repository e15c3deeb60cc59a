import Compute

/// One shard of the items in training: its weights, their moments, its part of the batch's logits.
///
/// Everything the wide layers need is in here, so that a step is a few passes over shards that share nothing but what is
/// passed in and out: the last hidden layer in, softmax statistics and a users × hidden gradient out.
///
/// A shard is worked through in tiles of items, small enough that a tile's weights, its logits and their gradient stay in
/// the cache from the product that makes them to the loop that uses them up.
struct ShardWorker<S: Scalar>: Sendable {
  private(set) var shard: ItemShard<S>
  private(set) var inputMoments: AdamMoments<S>
  private(set) var outputMoments: AdamMoments<S>
  private(set) var biasMoments: AdamMoments<S>

  /// The logits of the shard's items, then ∂loss/∂logits, tile by tile.
  private(set) var tiles: [LogitTile<S>]
  /// This shard's part of ∂loss/∂output; shape: B × D.
  private(set) var outputGradient: Matrix<S>

  private var biasGradient: Matrix<S>
  private var columns = BatchColumns<S>()

  init(_ shard: ItemShard<S>, batchSize: Int, precision: ProductPrecision) {
    self.shard = shard
    let (count, width) = (shard.items.count, shard.outputWeight.columns)
    inputMoments = AdamMoments(rows: count, columns: shard.inputWeight.columns)
    outputMoments = AdamMoments(rows: count, columns: width)
    biasMoments = AdamMoments(rows: 1, columns: count)
    tiles = LogitTile<S>.ranges(items: count, precision: precision).map {
      LogitTile(items: $0, of: shard, batchSize: batchSize, precision: precision)
    }
    outputGradient = Matrix(rows: batchSize, columns: width)
    biasGradient = Matrix(rows: 1, columns: count)
  }

  /// Restores stored weights and moments.
  mutating func restore(_ shard: ItemShard<S>, first: ItemShard<S>, second: ItemShard<S>) {
    self.shard = shard
    inputMoments = AdamMoments(first: first.inputWeight, second: second.inputWeight)
    outputMoments = AdamMoments(first: first.outputWeight, second: second.outputWeight)
    biasMoments = AdamMoments(first: first.outputBias, second: second.outputBias)
    for index in tiles.indices { tiles[index].follow(shard) }
  }

  /// First pass: the logits of this shard's items, and all of the loss that can be known here.
  ///
  /// - Parameter output: the last hidden layer. Shape: B × D.
  mutating func score(
    output: DecoderOutput<S>, objective: OutputLoss<S>, scratch: inout ThreadScratch<S>
  ) {
    for index in tiles.indices {
      tiles[index].score(shard, output: output, objective: objective, scratch: &scratch)
    }
  }

  /// Second pass: ∂loss/∂logits in place, this shard's part of ∂loss/∂output, and the output weights' update.
  ///
  /// - Parameters:
  ///   - normalisers: for each user what turns a tile's `exp(f − largest)` into softmax, and N.
  ///   - steps: `nil` where the output weights stand still.
  mutating func learnOutput(
    output: DecoderOutput<S>, objective: OutputLoss<S>, normalisers: [SoftmaxNormaliser],
    steps: (penalised: AdamStep, plain: AdamStep)?, scratch: inout ThreadScratch<S>
  ) {
    outputGradient.reshape(rows: output.exact.rows)
    biasGradient.clear()
    for index in tiles.indices {
      tiles[index].differentiate(
        shard, output: output, objective: objective, normalisers: normalisers, outputGradient: &outputGradient,
        biasGradient: &biasGradient, scratch: &scratch)
      guard let steps else { continue }
      outputMoments.update(
        &shard.outputWeight, rows: tiles[index].items, gradient: scratch.weightGradient, steps.penalised)
      tiles[index].follow(shard)
    }
    if let steps { biasMoments.update(&shard.outputBias, gradient: biasGradient, steps.plain) }
  }

  /// Last pass: the input weights' update, item by item, from the users who have the item.
  ///
  /// - Parameter delta: ∂loss/∂(pre-activation) of the first layer. Shape: B × H.
  mutating func learnInput(
    input: BatchRows<S>, delta: Matrix<S>, scratch: inout ThreadScratch<S>, step: AdamStep
  ) {
    columns.collect(columns: shard.items, from: input)
    scratch.row.reshape(rows: 1, columns: delta.columns)
    inputMoments.update(
      &shard.inputWeight, sparse: columns, delta: delta, scratch: &scratch.row, step)
  }
}
