import Compute

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
  /// The item with this score.
  public let item: Int

  /// Creates the error.
  public init(item: Int) { self.item = item }

  /// The error in one sentence.
  public var description: String { "the score of item \(item) is not a number" }
}

/// The `k` best items, best first.
///
/// Ties: score descending, then item index ascending. Infinite scores are allowed; an item with −∞ comes last.
///
/// - Parameters:
///   - scores: one score for each item. Shape: I.
///   - k: the length of the list; it is shorter if fewer items may be ranked, and empty for `k ≤ 0`.
///   - excluded: items never returned, strictly ascending.
///   - allowed: if given, only items marked `true` are returned. Shape: I.
/// - Returns: at most `k` items with their scores.
/// - Complexity: O(I + m log k), where m, the number of times the k-th best changes, is near k · ln(I / k)
///   unless scores rise with the index.
/// - Throws: ``NotANumberError`` if a score is not a number, even that of an excluded item, because the model is
///   unusable.
public func topK(
  _ scores: ArraySlice<Float>, k: Int, excluding excluded: ArraySlice<Int32> = [], only allowed: [Bool]? = nil
) throws -> [RankedItem] {
  precondition(
    allowed.map { $0.count == scores.count } ?? true,
    "\(allowed?.count ?? 0) marks for \(scores.count) items")
  if k <= 0 { return [] }
  let span = scores.span
  var best = BoundedHeap(capacity: min(k, span.count))
  // Between two excluded items there is no lookup, so the scan costs one comparison per item.
  var start = 0
  for item in excluded {
    let item = Int(item)
    precondition(item >= start, "excluded items do not ascend at \(item)")
    try best.scan(span, from: start, to: item, only: allowed)
    if span[item].isNaN { throw NotANumberError(item: item) }
    start = item + 1
  }
  try best.scan(span, from: start, to: span.count, only: allowed)
  return best.sorted().map { RankedItem(item: $0, score: span[$0]) }
}

/// The `k` best of some items, best first, by the same rule.
///
/// - Parameters:
///   - items: ascending.
///   - scores: the score of each of them.
/// - Throws: ``NotANumberError`` if a score is not a number.
func topK(of items: [Int32], scores: [Float], k: Int) throws -> [RankedItem] {
  if k <= 0 { return [] }
  var best = LargestKeys<UInt64>(min(k, items.count))
  for (item, score) in zip(items, scores) {
    if score.isNaN { throw NotANumberError(item: Int(item)) }
    best.offer(BoundedHeap.key(item: Int(item), score: score))
  }
  return best.keys.sorted(by: >).map { key in
    let item = BoundedHeap.item(of: key)
    return RankedItem(item: item, score: scores[items.partitioningIndex { $0 >= item }])
  }
}

/// The best items so far, with the worst of them on top.
///
/// Items must arrive in ascending order: a new item with the score of the worst one then loses by the tie rule, so
/// comparing scores is enough.
private struct BoundedHeap {
  /// The larger the better: see ``key(item:score:)``.
  private var best: LargestKeys<UInt64>
  /// The score of the worst item kept.
  private var threshold: Float = 0

  init(capacity: Int) { best = LargestKeys(capacity) }

  /// The tie rule as one number: score descending in the upper half, item ascending in the lower.
  static func key(item: Int, score: Float) -> UInt64 {
    // Adding 0 turns −0 into 0. The bits of positive numbers ascend with the number, those of negative ones descend and
    // lie above.
    let bits = (score + 0).bitPattern
    let ascending = bits >> 31 == 0 ? bits | 1 << 31 : ~bits
    return UInt64(ascending) << 32 | UInt64(~UInt32(item))
  }

  static func item(of key: UInt64) -> Int { Int(~UInt32(truncatingIfNeeded: key)) }

  /// Takes in the items `from..<to`.
  mutating func scan(_ scores: borrowing Span<Float>, from: Int, to: Int, only allowed: [Bool]?) throws {
    var item = from
    while item < to && !best.isFull {
      try offer(item, scores, allowed)
      item += 1
    }
    // Blocks of constant length, compared without a branch inside, become a few vector instructions.
    let width = 16
    while item < to {
      let end = min(item + width, to)
      if end - item < width || beats(scores.extracting(item..<item &+ width)) {
        while item < end {
          if !(scores[item] <= threshold) { try offer(item, scores, allowed) }
          item += 1
        }
      }
      item = end
    }
  }

  /// Whether any score is better than the worst one kept, or not a number.
  private func beats(_ scores: Span<Float>) -> Bool {
    let threshold = threshold
    // Counting the scores that are not worse or equal also finds NaN.
    var rejected: Int32 = 0
    for index in scores.indices { rejected &+= scores[index] <= threshold ? 1 : 0 }
    return rejected < scores.count
  }

  private mutating func offer(_ item: Int, _ scores: borrowing Span<Float>, _ allowed: [Bool]?) throws {
    let score = scores[item]
    if score.isNaN { throw NotANumberError(item: item) }
    if let allowed, !allowed[item] { return }
    best.offer(Self.key(item: item, score: score))
    if let worst = best.smallest { threshold = scores[Self.item(of: worst)] }
  }

  /// The items, best first.
  func sorted() -> [Int] { best.keys.sorted(by: >).map(Self.item) }
}
