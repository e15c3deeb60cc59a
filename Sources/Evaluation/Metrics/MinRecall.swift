/// The share of what could be found among the first `k`: `H_k / min(k, n)`.
///
/// The "Recall@k" of Liang, Krishnan, Hoffman & Jebara, "Variational Autoencoders for Collaborative
/// Filtering" (WWW 2018, section 4.2), and of the papers that follow it (RecVAE, EASE). Never below
/// ``Recall``; the same where `n ≤ k`.
public enum MinRecall: AccuracyMetric {
  /// The value for one user, in [0, 1].
  public static func value(of list: JudgedList, at k: Int) -> Double {
    Double(list.hitCount(at: k)) / Double(min(k, list.heldOutCount))
  }
}
