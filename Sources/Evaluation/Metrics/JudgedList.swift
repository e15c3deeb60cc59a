/// One user's ranked list for the accuracy metrics: the ranks that hit, and the number of held-out items.
///
/// Symbols, as in the formulas of every metric: `hⱼ ∈ {0, 1}` is the hit at rank `j` (counted from 1),
/// `H_k = Σ_{j≤k} hⱼ`, `n` the number of held-out items.
public struct JudgedList: Sendable, Equatable {
  /// Whether the item at each rank is held out, best rank first.
  ///
  /// It may be shorter than a cut-off; missing ranks count as misses.
  public let hits: [Bool]
  /// The number of held-out items `n`.
  public let heldOutCount: Int

  /// Creates a judged list.
  ///
  /// - Precondition: `heldOutCount` is positive and at least the number of hits.
  public init(hits: [Bool], heldOutCount: Int) {
    precondition(heldOutCount > 0, "a user with nothing held out has no value")
    precondition(hits.count { $0 } <= heldOutCount, "more hits than held-out items")
    self.hits = hits
    self.heldOutCount = heldOutCount
  }

  /// The hits among the first `k` ranks, `H_k`.
  public func hitCount(at k: Int) -> Int { hits.prefix(k).count { $0 } }
}

/// A metric of one user's list; a model's value is the mean over users.
///
/// Every value lies in [0, 1] and larger is better.
public protocol AccuracyMetric: SendableMetatype {
  /// The value at a cut-off.
  ///
  /// - Precondition: `k` is positive.
  static func value(of list: JudgedList, at k: Int) -> Double
}
