/// The share of the held-out items found among the first `k`: `H_k / n`.
///
/// The definition of information retrieval, and of RecBole, LightGCN and CDAE. With more than `k` items held
/// out it cannot reach 1; ``MinRecall`` can. The two are often both printed as "Recall@k": only equal keys
/// may be compared.
public enum Recall: AccuracyMetric {
  /// The value for one user, in [0, 1].
  public static func value(of list: JudgedList, at k: Int) -> Double {
    Double(list.hitCount(at: k)) / Double(list.heldOutCount)
  }
}
