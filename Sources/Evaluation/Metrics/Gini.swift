/// The inequality of recommendations over items: the Gini coefficient of how often each item is recommended,
/// from 0 (all equally often) to nearly 1 (all on one item).
///
/// With the counts `x` in ascending order, `Σ_{i=1}^{I} (2i − I − 1) · xᵢ / (I · Σ xᵢ)`. All items count, including
/// those never recommended. One number for all users together, hence without a standard error.
public enum Gini {
  /// The value.
  ///
  /// - Parameter recommendations: how often each item is recommended. Shape: I.
  /// - Returns: a number in [0, 1); 0 if nothing is recommended.
  /// - Complexity: O(I log I).
  public static func value(recommendations: [Int]) -> Double {
    let total = recommendations.reduce(0, +)
    if total == 0 { return 0 }
    let count = recommendations.count
    // Whole numbers throughout, so that the sum is exact: |weight · x| stays below I × users × k.
    var sum = 0
    for (position, value) in zip(1..., recommendations.sorted()) { sum += (2 * position - count - 1) * value }
    return Double(sum) / (Double(count) * Double(total))
  }
}
