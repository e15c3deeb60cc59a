/// The share of the held-out items found among the first `k`: `H_k / n`.
///
/// This is the definition of information retrieval, RecBole, LightGCN and CDAE. With more than `k` held-out items it
/// cannot reach 1; ``MinRecall`` can. Both are often called "Recall@k", so compare only equal keys.
public enum Recall: AccuracyMetric {
  /// The value for one user, in [0, 1].
  public static func value(of list: JudgedList, at k: Int) -> Double {
    Double(list.hitCount(at: k)) / Double(list.heldOutCount)
  }
}
