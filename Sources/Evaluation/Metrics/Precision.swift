/// The share of the first `k` ranks that hit: `H_k / k`.
///
/// It is always divided by `k`, even if fewer than `k` items could be ranked.
public enum Precision: AccuracyMetric {
  /// The value for one user, in [0, 1].
  public static func value(of list: JudgedList, at k: Int) -> Double {
    Double(list.hitCount(at: k)) / Double(k)
  }
}
