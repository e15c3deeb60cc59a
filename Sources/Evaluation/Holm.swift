/// Holm's correction of p-values for the number of tests.
///
/// Holm, "A simple sequentially rejective multiple test procedure" (Scandinavian Journal of Statistics 1979).
/// The chance of even one false claim among the tests stays below the level, whatever the dependence between
/// them; never less powerful than Bonferroni's correction.
public enum Holm {
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
