/// Average precision at `k`: `Σ_{j≤k} hⱼ · (H_j / j)` divided by `min(k, n)`.
///
/// Its mean over users is MAP@k. The form of CDAE (Wu et al., WSDM 2016) and RecBole. Others divide by `n`,
/// or by the number of hits, and give other numbers.
public enum MeanAveragePrecision: AccuracyMetric {
  /// The value for one user, in [0, 1].
  public static func value(of list: JudgedList, at k: Int) -> Double {
    var (hits, sum) = (0, 0.0)
    for (rank, hit) in zip(1..., list.hits.prefix(k)) where hit {
      hits += 1
      sum += Double(hits) / Double(rank)
    }
    return sum / Double(min(k, list.heldOutCount))
  }
}
