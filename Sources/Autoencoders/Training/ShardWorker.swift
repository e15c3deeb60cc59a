import Compute
import Foundation

/// One shard of the items in training: its weights, their moments, its part of the batch's logits.
///
/// Everything the wide layers need is in here, so that a step is a few passes over shards that share nothing but what is
/// passed in and out: the last hidden layer in, softmax statistics and a users × hidden gradient out.
struct ShardWorker<S: Scalar>: Sendable {
  var shard: ItemShard<S>
  var inputMoments: AdamMoments<S>
  var outputMoments: AdamMoments<S>
  var biasMoments: AdamMoments<S>

  /// This shard's logits, then ∂loss/∂logits; shape: B × items.
  private var logits: Matrix<S>
  /// This shard's part of ∂loss/∂output; shape: B × D.
  private(set) var outputGradient: Matrix<S>
  /// Per user: the largest logit here, `Σ exp(f − largest)`, and the loss that needs no other shard.
  private(set) var statistics: [ShardStatistics<S>] = []

  private var biasGradient: Matrix<S>
  private var columns = BatchColumns<S>()
  private var segments: [Range<Int>] = []

  /// How many items' gradients are held at once, between the product that makes them and the step that uses them up.
  private static var tileSize: Int { 256 }

  init(_ shard: ItemShard<S>, batchSize: Int) {
    self.shard = shard
    let (count, width) = (shard.items.count, shard.outputWeight.columns)
    inputMoments = AdamMoments(rows: count, columns: shard.inputWeight.columns)
    outputMoments = AdamMoments(rows: count, columns: width)
    biasMoments = AdamMoments(rows: 1, columns: count)
    logits = Matrix(rows: batchSize, columns: count)
    outputGradient = Matrix(rows: batchSize, columns: width)
    biasGradient = Matrix(rows: 1, columns: count)
  }

  /// First pass: the logits of this shard's items, and all of the loss that can be known here.
  ///
  /// - Parameter output: the last hidden layer. Shape: B × D.
  mutating func score(
    output: Matrix<S>, target: BatchRows<S>, likelihood: Likelihood, cells: Cells,
    engine: ProductEngine
  ) {
    logits.reshape(rows: output.rows)
    engine.multiply(output, transposed: shard.outputWeight, into: &logits)
    logits.add(bias: shard.outputBias)
    let base = shard.items.lowerBound
    segments = (0..<output.rows).map { target.segment(ofRow: $0, columns: shard.items) }
    let scale = 1 / S(output.rows)
    statistics = segments.enumerated().map { row, segment in
      let (indices, values) = (target.indices[segment], target.values[segment])
      if cells != .all {
        return ShardStatistics(
          loss: logits.listedCellsLoss(
            row: row, indices: indices, values: values, base: base,
            logistic: likelihood == .bernoulli, scale: scale))
      }
      let dot = logits.dot(row: row, indices: indices, values: values, base: base)
      switch likelihood {
      case .multinomial:
        let (maximum, sum) = logits.exponentiateShifted(row: row)
        return ShardStatistics(maximum: maximum, sum: sum, loss: -dot)
      case .bernoulli:
        return ShardStatistics(loss: logits.sigmoidWithSoftplusSum(row: row) - dot)
      case .gaussian:
        var squares = 0.0
        for value in values { squares += Double(value * value) }
        return ShardStatistics(loss: logits.sumOfSquares(row: row) - 2 * dot + squares)
      }
    }
  }

  /// Second pass: ∂loss/∂logits in place, this shard's part of ∂loss/∂output, and the output weights' update.
  ///
  /// - Parameter normalisers: for each user what turns this shard's `exp(f − largest)` into softmax, and N.
  mutating func learnOutput(
    output: Matrix<S>, target: BatchRows<S>, likelihood: Likelihood, cells: Cells,
    normalisers: [SoftmaxNormaliser], step: AdamStep, biasStep: AdamStep, engine: ProductEngine
  ) {
    if cells == .all {
      differentiate(target: target, likelihood: likelihood, normalisers: normalisers)
    }
    outputGradient.reshape(rows: output.rows)
    engine.multiply(logits, shard.outputWeight, into: &outputGradient)
    biasGradient.setToColumnSums(of: logits)
    biasMoments.update(&shard.outputBias, gradient: biasGradient, biasStep)
    // Made anew for each shard, so that only as many are alive as threads are at work.
    var gradient = Matrix<S>(
      rows: min(Self.tileSize, shard.items.count), columns: output.columns)
    for start in stride(from: 0, to: shard.items.count, by: Self.tileSize) {
      let tile = start..<min(start + Self.tileSize, shard.items.count)
      gradient.reshape(rows: tile.count)
      engine.multiply(transposing: logits, columns: tile, output, into: &gradient)
      outputMoments.update(&shard.outputWeight, rows: tile, gradient: gradient, step)
    }
  }

  private mutating func differentiate(
    target: BatchRows<S>, likelihood: Likelihood, normalisers: [SoftmaxNormaliser]
  ) {
    let scale = 1 / S(logits.rows)
    for row in 0..<logits.rows {
      let values = target.values[segments[row]]
      let factor: S
      let weight: S
      switch likelihood {
      case .multinomial:
        let normaliser = normalisers[row]
        factor = S(normaliser.factor(shardMaximum: Double(statistics[row].maximum))) * scale
        weight = scale
      case .bernoulli: (factor, weight) = (scale, scale)
      case .gaussian: (factor, weight) = (2 * scale, 2 * scale)
      }
      logits.scale(row: row, by: factor)
      logits.scatter(
        row: row, indices: target.indices[segments[row]], values: values,
        base: shard.items.lowerBound, scale: -weight)
    }
  }

  /// Last pass: the input weights' update, item by item, from the users who have the item.
  ///
  /// - Parameter delta: ∂loss/∂(pre-activation) of the first layer. Shape: B × H.
  mutating func learnInput(input: BatchRows<S>, delta: Matrix<S>, step: AdamStep) {
    columns.collect(columns: shard.items, from: input)
    var scratch = Matrix<S>(rows: 1, columns: delta.columns)
    inputMoments.update(
      &shard.inputWeight, sparse: columns, delta: delta, scratch: &scratch, step)
  }
}

/// What a shard tells the others about one user.
struct ShardStatistics<S: Scalar>: Sendable {
  var maximum: S = 0
  var sum = 0.0
  var loss: Double
}

/// One user's softmax over all shards.
struct SoftmaxNormaliser: Sendable {
  /// N, the total of the target.
  let total: Double
  /// `log Σ exp f` over all items.
  let logSumExp: Double

  /// What turns a shard's `exp(f − maximum)` into `N · softmax(f)`.
  func factor(shardMaximum: Double) -> Double {
    total * exp(shardMaximum - logSumExp)
  }
}
