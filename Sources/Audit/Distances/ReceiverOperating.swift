import Compute

import Foundation

/// How well a score tells positives from negatives.
enum ReceiverOperating {
  /// The area under the curve, P(positive > negative) + ½ P(equal); `nil` when one side is empty.
  ///
  /// The standard error is that of DeLong, DeLong and Clarke-Pearson (Biometrics 1988).
  static func area(positives: [Double], negatives: [Double]) -> (value: Double, standardError: Double)? {
    if positives.isEmpty || negatives.isEmpty { return nil }
    let (up, down) = (positives.sorted(), negatives.sorted())
    let wins = positives.map { place($0, in: down) }
    let losses = negatives.map { 1 - place($0, in: up) }
    let value = wins.reduce(0, +) / Double(wins.count)
    func variance(_ values: [Double]) -> Double {
      if values.count < 2 { return 0.25 }
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1) / Double(values.count)
    }
    return (value, (variance(wins) + variance(losses)).squareRoot())
  }

  /// The largest share of positives found by a threshold that accepts at most the share `rate` of negatives.
  static func found(positives: [Double], negatives: [Double], rate: Double) -> (value: Double, standardError: Double)? {
    if positives.isEmpty || negatives.isEmpty { return nil }
    let allowed = Int((rate * Double(negatives.count) + 1e-9).rounded(.down))
    let sorted = negatives.sorted(by: >)
    // Everything above the first negative that may not be accepted; the threshold itself never splits ties.
    let value =
      allowed < sorted.count
      ? Double(positives.count { $0 > sorted[allowed] }) / Double(positives.count) : 1
    let spread = value * (1 - value) / Double(positives.count) + rate * (1 - rate) / Double(negatives.count)
    return (value, spread.squareRoot())
  }

  /// The share of sorted numbers below `x`, equal ones counted half.
  private static func place(_ x: Double, in sorted: [Double]) -> Double {
    let (from, to) = (sorted.partitioningIndex { $0 >= x }, sorted.partitioningIndex { $0 > x })
    return 0.5 * Double(from + to) / Double(sorted.count)
  }
}
