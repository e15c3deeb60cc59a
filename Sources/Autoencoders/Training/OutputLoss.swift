import Compute

/// The target of a batch's logits, for the loss and its gradient shard by shard.
struct OutputLoss<S: Scalar>: Sendable {
  /// The clean values of each block of users.
  private let target: [BatchRows<S>]
  /// The same by item shards.
  let divided: [DividedRows<S>]
  private let rule: any OutputLikelihood.Type
  /// Whether only the cells listed in ``target`` count; the loss of a cell then does not depend on others.
  private let isListed: Bool

  init(target: [BatchRows<S>], divided: [DividedRows<S>], likelihood: Likelihood, cells: LossCells) {
    (self.target, self.divided) = (target, divided)
    rule = likelihood.rule
    isListed = cells != .all
  }

  /// Computes the loss of one user's logits in a shard, and leaves the basis of the gradient in them.
  ///
  /// - Parameters:
  ///   - logits: with the bias; shape: B × items. If only some cells count, the row already becomes the gradient.
  ///   - own: the entries of the target in this shard.
  @specialized(where S == Float)
  func measure(_ logits: inout Matrix<S>, row: Int, target own: BatchRows<S>) -> LogitStatistics<S> {
    let entries = own.range(ofRow: row)
    if isListed {
      return LogitStatistics(
        loss: logits.listedCellsLoss(
          row: row, of: own, entries: entries, logistic: rule.isLogistic, scale: 1 / S(own.rowCount)))
    }
    let product = logits.dot(row: row, with: own, entries: entries)
    return rule.measure(&logits, row: row, product: product, values: own.values.span.extracting(entries))
  }

  /// The factor that converts each row left by ``measure(_:row:target:)`` to ∂loss/∂logits, without the target.
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
  ///
  /// - Parameters:
  ///   - own: the entries of the target in this shard.
  ///   - user: the row of `own`.
  @specialized(where S == Float)
  func subtract(_ own: BatchRows<S>, ofUser user: Int, from logits: inout Matrix<S>, row: Int) {
    if isListed { return }
    logits.scatter(
      own, entries: own.range(ofRow: user), scale: -(S(rule.targetFactor) / S(own.rowCount)), toRow: row)
  }

  /// The softmax of every user, from the statistics over all shards; empty for likelihoods without one.
  @specialized(where S == Float)
  func normalisers(_ statistics: [LogitStatistics<S>]) -> [SoftmaxNormaliser] {
    guard rule.needsNormaliser && !isListed else { return [] }
    let users = target.flatMap { block in (0..<block.rowCount).map { block.values[block.range(ofRow: $0)] } }
    return zip(statistics, users).map { SoftmaxNormaliser($0, target: $1) }
  }
}
