public import Compute

/// Running counts of synthetic profiles.
public struct ProfileTally: Sendable, Equatable {
  /// The number of users.
  public private(set) var users = 0
  /// The number of (user, item) pairs; an item with a count is one pair.
  public private(set) var interactions = 0
  /// The number of users without items.
  public private(set) var emptyUsers = 0
  /// The fewest items of a user.
  public private(set) var shortest = 0
  /// The most.
  public private(set) var longest = 0
  private var seen: [Bool]

  /// Starts a tally over a number of items.
  public init(items: Int) { seen = [Bool](repeating: false, count: items) }

  /// How many different items occurred.
  public var distinctItems: Int { seen.count { $0 } }

  /// The mean number of different items of a user; 0 for no users.
  public var meanLength: Double { users == 0 ? 0 : Double(interactions) / Double(users) }

  /// Adds profiles.
  public mutating func add(_ rows: SparseRows) {
    for row in 0..<rows.rowCount {
      let length = rows.count(ofRow: row)
      shortest = users == 0 ? length : min(shortest, length)
      longest = max(longest, length)
      users += 1
      if length == 0 { emptyUsers += 1 }
    }
    interactions += rows.nonZeroCount
    for item in rows.indices { seen[Int(item)] = true }
  }
}
