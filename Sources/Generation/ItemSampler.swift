import Compute
import FileFormats
import Foundation

/// Draws items in proportion to `π = softmax(f / T)`, for one user after another, with its own buffers.
///
/// Without replacement, an item is found by inverting the cumulative weights, and drawn again if the user already has
/// it: this gives draws in proportion to π among the items not drawn yet, the law of Plackett and Luce. Unless the
/// drawn items hold nearly all of the probability, this costs one `exp` per item and a search per draw. If repeats
/// become frequent, the rest comes from the Gumbel top-n trick: keys `fᵢ / T − log(−log Uᵢ)` for the items left, the n
/// largest of them. Both methods have the same law given the items already drawn, and the switch depends only on those,
/// so their combination has this law too. Sources: Luce, "Individual choice behavior", 1959; Kool, van Hoof & Welling,
/// ICML 2019.
struct ItemSampler {
  /// exp((f − max f) / T); shape: 1 × I.
  private var weights: Matrix<Float>
  /// The sum of all weights up to the end of each group of items.
  private var cumulative: [Double]
  /// The user for whom each item was drawn last.
  private var drawnFor: [Int]
  private var user = 0
  private let groupSize = 32

  init(items: Int) {
    weights = Matrix(rows: 1, columns: items)
    cumulative = [Double](repeating: 0, count: (items + groupSize - 1) / groupSize)
    drawnFor = [Int](repeating: -1, count: items)
  }

  private var items: Int { weights.columns }

  /// `count` different items, ascending; all of them if there are not more.
  ///
  /// - Throws: `DataError` when a logit is not a number.
  mutating func drawDistinct(
    _ count: Int, logits: Matrix<Float>, row: Int, temperature: Temperature, using random: inout RandomSource
  ) throws -> [Int32] {
    if count <= 0 { return [] }
    if count >= items { return (0..<Int32(items)).map(\.self) }
    try load(logits, row, temperature)
    user += 1
    var drawn: [Int32] = []
    drawn.reserveCapacity(count)
    // This many repeats take as long as the keys below.
    var repeatsLeft = max(16, items / 8)
    while drawn.count < count && repeatsLeft > 0 {
      let item = invert(random.fineUniform())
      if drawnFor[item] == user {
        repeatsLeft -= 1
      } else {
        drawnFor[item] = user
        drawn.append(Int32(item))
      }
    }
    if drawn.count < count {
      let keys = logits[row: row]
      let first = keys.startIndex
      var best = LargestKeys<KeyedItem>(count - drawn.count)
      for item in 0..<items where drawnFor[item] != user {
        let gumbel = -log(-log(max(random.fineUniform(), 0x1p-54)))
        best.offer(KeyedItem(key: Double(keys[first + item]) / temperature.value + gumbel, item: Int32(item)))
      }
      drawn += best.keys.map(\.item)
    }
    return drawn.sorted()
  }

  /// The count of each item in `count` independent draws, for items that were drawn; items ascend.
  ///
  /// - Throws: `DataError` when a logit is not a number.
  mutating func drawCounts(
    _ count: Int, logits: Matrix<Float>, row: Int, temperature: Temperature, using random: inout RandomSource
  ) throws -> (items: [Int32], counts: [Float]) {
    if count <= 0 { return ([], []) }
    try load(logits, row, temperature)
    let drawn = (0..<count).map { _ in Int32(invert(random.fineUniform())) }.sorted()
    var result: (items: [Int32], counts: [Float]) = ([], [])
    for item in drawn {
      if item == result.items.last {
        result.counts[result.counts.count - 1] += 1
      } else {
        result.items.append(item)
        result.counts.append(1)
      }
    }
    return result
  }

  /// Turns one user's logits into weights and their cumulative sums.
  private mutating func load(_ logits: Matrix<Float>, _ row: Int, _ temperature: Temperature) throws {
    weights.copyRows(row..<row + 1, of: logits)
    _ = try weights.exponentiate(row: 0, temperature: temperature)
    let span = weights[row: 0].span
    var sum = 0.0
    // Group by group, because the sums within groups are independent.
    for group in cumulative.indices {
      var part: Float = 0
      for item in group * groupSize..<min(items, (group + 1) * groupSize) { part += span[item] }
      sum += Double(part)
      cumulative[group] = sum
    }
  }

  /// The item at a share of the total weight.
  private func invert(_ share: Double) -> Int {
    let target = share * cumulative[cumulative.count - 1]
    let low = min(cumulative.count - 1, cumulative.partitioningIndex { $0 > target })
    let span = weights[row: 0].span
    var left = Float(target - (low == 0 ? 0 : cumulative[low - 1]))
    let end = min(items, (low + 1) * groupSize)
    for item in low * groupSize..<end {
      left -= span[item]
      if left < 0 { return item }
    }
    return end - 1
  }
}

extension Matrix where S == Float {
  /// Replaces one row of logits `f` by the weights `exp((f − max f) / T)`.
  ///
  /// - Returns: the sum of the weights.
  /// - Throws: `DataError` when a logit is not a number.
  mutating func exponentiate(row: Int, temperature: Temperature) throws -> Double {
    if temperature != .one { scale(row: row, by: Float(1 / temperature.value)) }
    let total = exponentiateShifted(row: row).sum
    guard total.isFinite else {
      throw DataError(
        path: "model", message: "computes scores that are not numbers",
        accepted: "a model with finite weights and outputs")
    }
    return total
  }
}

/// An item with the key that it has drawn.
private struct KeyedItem: Comparable {
  let key: Double
  let item: Int32

  static func < (a: KeyedItem, b: KeyedItem) -> Bool { a.key < b.key }
}
