/// One over the rank of the first hit, or 0 if none of the first `k` ranks hits.
///
/// Its mean over users is MRR@k. Hits after the first do not count; summing over all of them would be ARHR,
/// which can exceed 1.
public enum ReciprocalRank: AccuracyMetric {
  /// The value for one user, in [0, 1].
  public static func value(of list: JudgedList, at k: Int) -> Double {
    list.hits.prefix(k).firstIndex(of: true).map { 1 / Double($0 + 1) } ?? 0
  }
}
