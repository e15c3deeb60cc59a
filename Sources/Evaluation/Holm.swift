/// Holm's correction of p-values for the number of tests.
///
/// Holm, "A simple sequentially rejective multiple test procedure" (Scandinavian Journal of Statistics 1979).
/// The probability of any false claim among the tests is at most the level, whatever the dependence between them. It is
/// never less powerful than Bonferroni's correction.
public enum Holm {
  /// The number of tests by which the level is divided for each, in the given order: test i is rejected where `pᵢ < α /
  /// count`.
  ///
  /// With the values ascending, the i-th of m, if rejected, has the count `m − i + 1` of its step; all others have the
  /// count at which the procedure stopped. Equal values have equal counts. An interval at level `1 − α / count`
  /// therefore excludes the hypothesis exactly if ``adjusted(_:)`` is below α.
  ///
  /// Serlin, "Confidence intervals and the scientific method: a case for Holm on the range" (Journal of Experimental Education
  /// 1993); Ludbrook, "Multiple inferences using confidence intervals" (Clinical and Experimental Pharmacology and Physiology
  /// 2000).
  public static func counts(_ pValues: [Double], alpha: Double) -> [Int] {
    let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
    var result = [Int](repeating: pValues.count, count: pValues.count)
    var left = pValues.count
    for (rank, index) in order.enumerated() {
      let isEqual = rank > 0 && pValues[order[rank - 1]] == pValues[index]
      let hasStopped = rank > 0 && pValues[order[rank - 1]] * Double(left) >= alpha
      if !isEqual && !hasStopped { left = pValues.count - rank }
      result[index] = left
    }
    return result
  }

  /// The corrected p-values, in the order given: with the values ascending, the i-th of m becomes
  /// `max_{j≤i} min(1, (m − j + 1) · pⱼ)`.
  public static func adjusted(_ pValues: [Double]) -> [Double] {
    // Equal p-values get equal corrected ones by the running maximum, so how the sort orders them does not
    // matter.
    let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
    var result = pValues
    var largest = 0.0
    for (rank, index) in order.enumerated() {
      largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
      result[index] = largest
    }
    return result
  }
}
