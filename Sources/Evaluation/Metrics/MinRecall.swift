/// The share of the possible hits among the first `k`: `H_k / min(k, n)`.
///
/// The "Recall@k" of Liang, Krishnan, Hoffman & Jebara, "Variational Autoencoders for Collaborative
/// Filtering" (WWW 2018, section 4.2), and of the papers that follow it (RecVAE, EASE). It is never below ``Recall``,
/// and equal if `n ≤ k`.
public enum MinRecall: AccuracyMetric {
  /// The value for one user, in [0, 1].
  public static func value(of list: JudgedList, at k: Int) -> Double {
    Double(list.hitCount(at: k)) / Double(min(k, list.heldOutCount))
  }
}
