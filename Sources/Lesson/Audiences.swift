import Compute

/// Who has which item, which says how well items go together.
///
/// Two items go together as far as the same people have them: the correlation of their columns over the training users, which is
/// 0 for items that people take independently of each other, however popular they are.
struct Audiences: Sendable {
  /// The users of each item, ascending.
  private let users: SparseRows
  private let count: Double

  init(_ rows: SparseRows) {
    users = rows.transposed()
    count = Double(rows.rowCount)
  }

  /// The correlation of two items; 0 for one that nobody or everybody has.
  func correlation(_ a: Int, _ b: Int) -> Double {
    let (first, second) = (users.indices(ofRow: a), users.indices(ofRow: b))
    let (n, m) = (Double(first.count), Double(second.count))
    let spread = n * (count - n) * m * (count - m)
    guard spread > 0 else { return 0 }
    var (i, j, both) = (first.startIndex, second.startIndex, 0)
    while i < first.endIndex, j < second.endIndex {
      if first[i] == second[j] { both += 1 }
      let step = first[i] <= second[j]
      if second[j] <= first[i] { j += 1 }
      if step { i += 1 }
    }
    return (count * Double(both) - n * m) / spread.squareRoot()
  }

  /// The mean correlation of the pairs of a list; 0 for fewer than two items.
  func coherence(_ items: [Int]) -> Double {
    var (sum, pairs) = (0.0, 0)
    for (place, item) in items.enumerated() {
      for other in items.prefix(place) {
        sum += correlation(item, other)
        pairs += 1
      }
    }
    return pairs > 0 ? sum / Double(pairs) : 0
  }
}

/// Lists of items, and what can be said of them.
struct ItemLists: Sendable {
  /// How many items a list has, at most.
  static let length = 10
  /// The items of each list, best first.
  let lists: [[Int]]
  /// How well the items of each list go together.
  let coherence: [Double]

  init(_ lists: [[Int]], _ audiences: Audiences, _ processor: Processor) throws {
    self.lists = lists
    coherence = try processor.map(count: lists.count) { audiences.coherence(lists[$0]) }
  }

  /// How different the lists are: the mean share of items that one of two neighbouring lists has and the other has not, 0 where
  /// all lists are the same and 1 where no two have an item in common.
  var variety: Double {
    let distances = zip(lists, lists.dropFirst()).map { 1 - Set($0).jaccard(with: Set($1)) }
    return distances.isEmpty ? 0 : Statistics.mean(distances)
  }
}
