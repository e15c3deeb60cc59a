/// An item with its score.
public struct RankedItem: Sendable, Equatable {
  /// The column of the item.
  public let item: Int
  /// Its score.
  public let score: Float

  /// Creates a ranked item.
  public init(item: Int, score: Float) {
    self.item = item
    self.score = score
  }
}

/// A score that is not a number, so that no order exists.
public struct NotANumberError: Error, Equatable, CustomStringConvertible {
  /// The item whose score it is.
  public let item: Int

  /// Creates the error.
  public init(item: Int) { self.item = item }

  public var description: String { "the score of item \(item) is not a number" }
}

/// The `k` best items, best first.
///
/// Ties: score descending, then item index ascending. Infinite scores take part like any other; an item scored −∞ comes last.
///
/// - Parameters:
///   - scores: one score for each item. Shape: I.
///   - k: how many; the list is shorter where fewer items may be ranked, and empty for `k ≤ 0`.
///   - excluded: items never returned, ascending.
///   - allowed: where given, only items marked `true` are returned. Shape: I.
/// - Complexity: O(I + m log k), where m, the number of times the k-th best changes, is near k · ln(I / k) unless scores rise
///   with the index.
/// - Throws: ``NotANumberError`` where a score is not a number, also an excluded one: the model is broken.
public func topK(
  _ scores: ArraySlice<Float>, k: Int, excluding excluded: ArraySlice<Int32> = [], only allowed: [Bool]? = nil
) throws -> [RankedItem] {
  precondition(
    allowed.map { $0.count == scores.count } ?? true,
    "\(allowed?.count ?? 0) marks for \(scores.count) items")
  if k <= 0 { return [] }
  let span = scores.span
  var best = BoundedHeap(capacity: min(k, span.count))
  // Between two excluded items there is nothing to look up, so the scan is one comparison an item.
  var start = 0
  for item in excluded {
    let item = Int(item)
    try best.scan(span, from: start, to: item, only: allowed)
    if span[item].isNaN { throw NotANumberError(item: item) }
    start = item + 1
  }
  try best.scan(span, from: start, to: span.count, only: allowed)
  return best.sorted()
}

/// The best items seen so far, the worst of them on top.
///
/// Items must arrive in ascending order: then a newcomer whose score equals the worst one's loses by the tie rule, and "is it
/// better" is a comparison of scores alone.
private struct BoundedHeap {
  private let capacity: Int
  private var entries: [RankedItem] = []

  init(capacity: Int) {
    self.capacity = capacity
    entries.reserveCapacity(capacity)
  }

  /// Takes in the items `from..<to`.
  mutating func scan(_ scores: borrowing Span<Float>, from: Int, to: Int, only allowed: [Bool]?) throws {
    var item = from
    while item < to && entries.count < capacity {
      try offer(item, scores[item], allowed)
      item += 1
    }
    guard var threshold = entries.first?.score else { return }
    // Sixteen comparisons without a branch between them become a few vector instructions.
    let width = 16
    while item + width <= to {
      // `!(x <= threshold)` rather than `x > threshold`: true for a NaN as well.
      var found = false
      for offset in 0..<width { found = (!(scores[item + offset] <= threshold)) || found }
      if found {
        for offset in 0..<width where !(scores[item + offset] <= threshold) {
          try offer(item + offset, scores[item + offset], allowed)
          threshold = entries[0].score
        }
      }
      item += width
    }
    while item < to {
      if !(scores[item] <= threshold) {
        try offer(item, scores[item], allowed)
        threshold = entries[0].score
      }
      item += 1
    }
  }

  private mutating func offer(_ item: Int, _ score: Float, _ allowed: [Bool]?) throws {
    if score.isNaN { throw NotANumberError(item: item) }
    if let allowed, !allowed[item] { return }
    let entry = RankedItem(item: item, score: score)
    if entries.count < capacity {
      entries.append(entry)
      var child = entries.count - 1
      while child > 0 && entries[child].ranksBelow(entries[(child - 1) / 2]) {
        entries.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    } else {
      entries[0] = entry
      var parent = 0
      while true {
        var child = 2 * parent + 1
        if child >= capacity { return }
        if child + 1 < capacity && entries[child + 1].ranksBelow(entries[child]) { child += 1 }
        if !entries[child].ranksBelow(entries[parent]) { return }
        entries.swapAt(child, parent)
        parent = child
      }
    }
  }

  func sorted() -> [RankedItem] { entries.sorted { $1.ranksBelow($0) } }
}

extension RankedItem {
  /// The tie rule: score descending, then item index ascending.
  fileprivate func ranksBelow(_ other: RankedItem) -> Bool {
    score != other.score ? score < other.score : item > other.item
  }
}
