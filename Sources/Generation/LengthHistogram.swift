public import Compute

/// How often each profile length occurs.
public struct LengthHistogram: Sendable, Equatable {
  /// `counts[n]` is the number of users with n items; there is at least one user.
  public let counts: [Int]
  private let cumulative: [Int]

  /// The number of users.
  public var total: Int { cumulative.last ?? 0 }

  /// Creates a histogram; `nil` when it has no users, a negative count, or more users than a draw can choose from
  /// (2³² − 1).
  public init?(counts: [Int]) {
    var cumulative: [Int] = []
    var sum = 0
    for count in counts {
      guard 0...(Int(UInt32.max) - sum) ~= count else { return nil }
      sum += count
      cumulative.append(sum)
    }
    if sum == 0 { return nil }
    self.counts = counts
    self.cumulative = cumulative
  }

  /// The lengths of some users, without users that have no items; `nil` when none is left.
  public init?(of rows: SparseRows) {
    let lengths = (0..<rows.rowCount).map { rows.count(ofRow: $0) }
    var counts = [Int](repeating: 0, count: (lengths.max() ?? 0) + 1)
    for length in lengths where length > 0 { counts[length] += 1 }
    self.init(counts: counts)
  }

  /// The shortest length that occurs.
  public var least: Int { counts.firstIndex { $0 > 0 } ?? 0 }

  /// The mean length.
  public var mean: Double {
    counts.enumerated().reduce(0) { $0 + Double($1.offset) * Double($1.element) } / Double(total)
  }

  /// Draws a length with its frequency.
  public func draw(using random: inout RandomSource) -> Int {
    length(atPlace: random.integer(below: total))
  }

  /// The length at a quantile of the users.
  public func quantile(_ share: Double) -> Int {
    length(atPlace: max(0, min(total - 1, Int(share * Double(total)))))
  }

  /// The length of the user at a place in the order of lengths.
  private func length(atPlace wanted: Int) -> Int { cumulative.partitioningIndex { $0 > wanted } }
}

extension LengthHistogram {
  /// Creates a histogram from the lengths in a saved model; `nil` for an impossible length or a number of users below
  /// 1.
  ///
  /// - Parameters:
  ///   - users: the number of users by length, as `ModelRecord/profileLengths`.
  ///   - items: the number of items; larger lengths are invalid.
  public init?(users: [Int: Int], items: Int) {
    guard users.allSatisfy({ 1...max(1, items) ~= $0.key && $0.value > 0 }) else { return nil }
    self.init(counts: (0...(users.keys.max() ?? 0)).map { users[$0] ?? 0 })
  }

  /// The number of users by length, without lengths that do not occur.
  public var users: [Int: Int] {
    Dictionary(uniqueKeysWithValues: counts.enumerated().filter { $0.element > 0 }.map { ($0.offset, $0.element) })
  }
}
