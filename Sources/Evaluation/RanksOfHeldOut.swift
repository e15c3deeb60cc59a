public import Compute
public import InteractionData

extension Evaluator {
  /// The mean of one metric over users: bit by bit what ``evaluate(_:on:itemPopularity:trainingUsers:metrics:processor:)`` gives
  /// for it, but without lists.
  ///
  /// The place of a held-out item in a list is one more than the number of items ahead of it. To count these takes one pass
  /// of comparisons for each held-out item, which is cheaper than to select and sort the best, unless a user has many.
  ///
  /// - Returns: `nil` for a metric that is not of single lists, and if items are divided among processes.
  /// - Throws: ``EvaluationError``; whatever the recommender throws.
  public func mean(
    of metric: Metric, by recommender: some Recommender, on users: HeldOutUsers, processor: Processor
  ) throws -> Double? {
    guard case .list(let value) = metric.kind.measure, let length = metric.cutoff else { return nil }
    if (recommender as? any DividedRecommender)?.communicator != nil { return nil }
    try check(users, itemCount: recommender.itemCount)
    let blocks = blocks(of: users.userIDs.count, itemCount: recommender.itemCount)
    let values = try processor.map(count: blocks.count) { block in
      let range = blocks[block]
      var scores = try self.scores(of: recommender, users, range, using: processor.engine)
      return try range.map { user in
        let judged = try judgedList(of: user, users, &scores, row: user - range.lowerBound, length)
        return value(judged, length)
      }
    }
    return MetricScore(metric, mean: values.flatMap(\.self)).value
  }

  /// With more held-out items than this, a list is faster.
  private static let mostCounted = 64

  /// Which ranks of a user's list are hits; the scores of excluded items are lost.
  private func judgedList(
    of user: Int, _ users: HeldOutUsers, _ scores: inout Matrix<Float>, row: Int, _ length: Int
  ) throws -> JudgedList {
    let heldOut = users.heldOut.indices(ofRow: user)
    if heldOut.count > Self.mostCounted {
      let list = try list(of: user, users, scores[row: row], length)
      return JudgedList(hits: list.map { contains(heldOut, Int32($0.item)) }, heldOutCount: heldOut.count)
    }
    if let item = scores.firstNaN(row: row) {
      throw EvaluationError.notANumber(user: users.userIDs[user], item: item)
    }
    let excluded = users.excluded(user)
    scores.set(row: row, columns: excluded, to: -.infinity)
    var hits = [Bool](repeating: false, count: min(length, scores.columns - excluded.count))
    for item in heldOut {
      var ahead = scores.countAhead(row: row, column: Int(item))
      if scores[row, Int(item)] == -.infinity {
        // Excluded items on its left seem to be ties.
        ahead -= excluded.partitioningIndex { $0 >= item } - excluded.startIndex
      }
      if ahead < hits.count { hits[ahead] = true }
    }
    return JudgedList(hits: hits, heldOutCount: heldOut.count)
  }
}
