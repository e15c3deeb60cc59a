import Foundation

/// Normalised discounted cumulative gain with the truncated ideal:
/// `Σ_{j≤k} hⱼ / log₂(j+1)` divided by `Σ_{j≤min(k,n)} 1 / log₂(j+1)`.
///
/// Järvelin & Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (TOIS 2002), with gains of 0 and
/// 1, and the ideal list cut at `k` like the list itself, as in Liang et al. (WWW 2018, section 4.2). Two
/// other forms are in circulation and give other numbers: an ideal over all `n` items (lower), and an ideal
/// made of the list's own hits (wrong, because one hit at rank 1 then scores 1, whatever was missed).
public enum NDCG: AccuracyMetric {
  /// The value for one user, in [0, 1].
  public static func value(of list: JudgedList, at k: Int) -> Double {
    var gain = 0.0
    for (rank, hit) in zip(1..., list.hits.prefix(k)) where hit { gain += discount(rank) }
    if gain == 0 { return 0 }
    let best = min(k, list.heldOutCount)
    var ideal = ideals[min(best, tabulated)]
    for rank in tabulated..<max(tabulated, best) { ideal += discount(rank + 1) }
    return gain / ideal
  }

  /// The number of ranks whose discounts are looked up, because they are needed for every user in every epoch.
  private static let tabulated = 1000
  private static let discounts = (0...tabulated).map { 1 / log2(Double($0 + 1)) }
  /// The sum of the first discounts, by their number.
  private static let ideals = discounts.dropFirst().reduce(into: [0.0]) { $0.append($0[$0.count - 1] + $1) }

  private static func discount(_ rank: Int) -> Double {
    rank <= tabulated ? discounts[rank] : 1 / log2(Double(rank + 1))
  }
}
