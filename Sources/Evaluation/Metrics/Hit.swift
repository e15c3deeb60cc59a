/// Whether any of the first `k` ranks hits: 1 if `H_k > 0`, else 0.
///
/// Its mean over users is the hit rate. With one held-out item (leave one out) it equals ``Recall``.
public enum Hit: AccuracyMetric {
  /// The value for one user, in [0, 1].
  public static func value(of list: JudgedList, at k: Int) -> Double {
    list.hitCount(at: k) > 0 ? 1 : 0
  }
}
