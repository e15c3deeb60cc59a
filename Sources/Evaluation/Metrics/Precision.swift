/// The share of the first `k` ranks that hit: `H_k / k`.
///
/// Always divided by `k`, also where fewer than `k` items could be ranked.
public enum Precision: AccuracyMetric {
  /// The value for one user, in [0, 1].
  public static func value(of list: JudgedList, at k: Int) -> Double {
    Double(list.hitCount(at: k)) / Double(k)
  }
}
