import Compute

/// The target of a batch's logits, for the loss and its gradient shard by shard.
struct OutputLoss<S: Scalar>: Sendable {
  /// The clean values of the batch.
  let target: BatchRows<S>
  private let rule: any OutputLikelihood.Type
  /// Whether only the cells listed in ``target`` count; the loss of a cell then does not depend on others.
  private let isListed: Bool

  init(target: BatchRows<S>, likelihood: Likelihood, cells: LossCells) {
    self.target = target
    rule = likelihood.rule
    isListed = cells != .all
  }

  /// Computes the loss of one user's logits in a shard, and leaves the basis of the gradient in them.
  ///
  /// - Parameters:
  ///   - logits: with the bias; shape: B × items. If only some cells count, the row already becomes the gradient.
  ///   - base: the shard's first item.
  ///   - segment: the places of the user's entries of this shard in ``target``.
  @specialized(where S == Float)
  func measure(_ logits: inout Matrix<S>, row: Int, base: Int, segment: Range<Int>) -> LogitStatistics<S> {
    if isListed {
      return LogitStatistics(
        loss: logits.listedCellsLoss(
          row: row, of: target, entries: segment, base: base, logistic: rule.isLogistic,
          scale: 1 / S(target.rowCount)))
    }
    let product = logits.dot(row: row, with: target, entries: segment, base: base)
    return rule.measure(&logits, row: row, product: product, values: target.values.span.extracting(segment))
  }

  /// The factor that converts each row left by ``measure(_:row:base:segment:)`` to ∂loss/∂logits, without the target.
  ///
  /// - Parameter normalisers: the softmax of every user; empty for likelihoods without one.
  @specialized(where S == Float)
  func factors(_ statistics: [LogitStatistics<S>], normalisers: [SoftmaxNormaliser]) -> [S] {
    if isListed { return [S](repeating: 1, count: statistics.count) }
    let scale = 1 / S(statistics.count)
    return statistics.enumerated().map { row, statistics in
      rule.factor(statistics, normalisers.isEmpty ? nil : normalisers[row]) * scale
    }
  }

  /// The target's part of ∂loss/∂logits, in a row that has been multiplied by its factor
  /// (``factors(_:normalisers:)``).
  @specialized(where S == Float)
  func subtractTarget(from logits: inout Matrix<S>, row: Int, base: Int, segment: Range<Int>) {
    if isListed { return }
    logits.scatter(
      target, entries: segment, base: base, scale: -(S(rule.targetFactor) / S(target.rowCount)), toRow: row)
  }

  /// The softmax of every user, from the statistics over all shards; empty for likelihoods without one.
  @specialized(where S == Float)
  func normalisers(_ statistics: [LogitStatistics<S>]) -> [SoftmaxNormaliser] {
    guard rule.needsNormaliser && !isListed else { return [] }
    return statistics.enumerated().map { row, statistics in
      SoftmaxNormaliser(statistics, target: target.values[target.offsets[row]..<target.offsets[row + 1]])
    }
  }
}
