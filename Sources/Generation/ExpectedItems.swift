package import Compute
import Foundation

/// The expected number of users who have each item, added up user by user from their logits, without drawing anything.
///
/// N draws without replacement with weights p are the first N of arrivals at exponential times with rates p. When N
/// items are expected to have arrived, item i has done so with probability `1 − exp(−c pᵢ)`, where c solves
/// `Σ (1 − exp(−c pᵢ)) = N`: this approximates its chance of being among the N. For independent draws, the expected
/// count is `N pᵢ`. Source: Rosén, "Asymptotic theory for successive sampling with varying probabilities without
/// replacement, I", Ann. Math. Stat. 43, 1972.
package struct ExpectedItems {
  /// The expected number of users with each item, or of its draws for ``ItemLaw/multinomial``; shape: I.
  package private(set) var sums: [Double]
  /// exp((f − max f) / T) of one user; shape: 1 × I.
  private var weights: Matrix<Float>

  /// Creates a sum over no users.
  package init(items: Int) {
    sums = [Double](repeating: 0, count: items)
    weights = Matrix(rows: 1, columns: items)
  }

  private var items: Int { weights.columns }

  /// Adds a user with `count` items.
  ///
  /// - Throws: `DataError` when a logit is not a number.
  package mutating func add(
    _ count: Int, logits: Matrix<Float>, row: Int, temperature: Temperature = .one, law: ItemLaw = .withoutReplacement
  ) throws {
    if count <= 0 { return }
    if law == .withoutReplacement && count >= items {
      for item in sums.indices { sums[item] += 1 }
      return
    }
    weights.copyRows(row..<row + 1, of: logits)
    let total = try weights.exponentiate(row: 0, temperature: temperature)
    switch law {
    case .withoutReplacement:
      let rate = rate(count, total: total)
      let span = weights[row: 0].span
      for item in 0..<items { sums[item] += Self.arrival(rate * Double(span[item])) }
    case .multinomial:
      let rate = Double(count) / total
      let span = weights[row: 0].span
      for item in 0..<items { sums[item] += rate * Double(span[item]) }
    }
  }

  /// c, in units of the weights: by Newton's method on log c, with bisection where that leaves the bracket.
  ///
  /// - Precondition: `count` is above 0 and below the number of items.
  private func rate(_ count: Int, total: Double) -> Double {
    let span = weights[row: 0].span
    let wanted = Double(count)
    // Σ (1 − exp(−c p)) ≤ c, so c ≥ N. No weight is below e⁻⁸⁷, where the kernel clips, so the upper end includes all
    // items.
    var (low, high) = (log(wanted / total), log(wanted / total) + 100)
    var place = low
    for _ in 0..<100 {
      let rate = exp(place)
      var (sum, slope) = (0.0, 0.0)
      for item in 0..<items {
        let x = rate * Double(span[item])
        let arrived = Self.arrival(x)
        sum += arrived
        slope += x * (1 - arrived)
      }
      let missing = wanted - sum
      if abs(missing) <= 1e-6 * wanted { break }
      if missing > 0 { low = place } else { high = place }
      let next = place + missing / slope
      place = next > low && next < high ? next : (low + high) / 2
    }
    return exp(place)
  }

  /// 1 − e⁻ˣ, without the loss of digits where x is small.
  ///
  /// The series is exact to 2 · 10⁻⁸ there. It is for nearly all items of a large catalogue, and takes a fraction of
  /// the time of `expm1`.
  private static func arrival(_ x: Double) -> Double {
    if x >= 0.1 { return 1 - exp(-x) }
    let third = 1.0 / 6 - x * (1.0 / 24 - x * (1.0 / 120))
    return x * (1 - x * (0.5 - x * third))
  }
}
