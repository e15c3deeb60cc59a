import Compute
import Foundation

/// The mutual information gap between codes and tastes.
///
/// For each taste: the information that its best dimension has about it, less that of the second best, over the taste's
/// entropy; then the mean over tastes. Source: Chen et al., NeurIPS 2018, equation 6. Both sides are cut into 20 bins of equal
/// width, and entropies are of the counts: no correction for their bias, about (bins − 1)² ÷ 2U nats, which the difference
/// of two informations largely cancels.
enum InformationGap {
  static let bins = 20

  static func gap(codes: Matrix<Double>, tastes: Matrix<Double>) -> Double {
    let dimensions = (0..<codes.columns).map { binned(codes.column($0)) }
    let gaps = (0..<tastes.columns).compactMap { index -> Double? in
      let taste = binned(tastes.column(index))
      let entropy = information(taste, taste)
      guard entropy > 0 else { return nil }
      let found = dimensions.map { information($0, taste) }.sorted(by: >)
      return ((found.first ?? 0) - (found.dropFirst().first ?? 0)) / entropy
    }
    return Statistics.mean(gaps)
  }

  /// The bin of each value; all in one where they do not vary.
  private static func binned(_ values: [Double]) -> [Int] {
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    guard high > low else { return values.map { _ in 0 } }
    return values.map { min(bins - 1, Int(Double(bins) * ($0 - low) / (high - low))) }
  }

  /// The mutual information of two lists of bins, in nats.
  private static func information(_ a: [Int], _ b: [Int]) -> Double {
    var joint = [Double](repeating: 0, count: bins * bins)
    for (x, y) in zip(a, b) { joint[x * bins + y] += 1 / Double(a.count) }
    var (left, right) = ([Double](repeating: 0, count: bins), [Double](repeating: 0, count: bins))
    for x in 0..<bins {
      for y in 0..<bins {
        left[x] += joint[x * bins + y]
        right[y] += joint[x * bins + y]
      }
    }
    var sum = 0.0
    for x in 0..<bins {
      for y in 0..<bins where joint[x * bins + y] > 0 {
        sum += joint[x * bins + y] * log(joint[x * bins + y] / (left[x] * right[y]))
      }
    }
    return sum
  }
}
