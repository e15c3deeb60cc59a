import Compute
import InteractionData

/// Made-up interactions: `users` users with between one and `items / 2` of `items` items each, times in
/// random order.
func sampleInteractions(users: Int, items: Int, seed: UInt64, timestamps: Bool = false) -> Interactions {
  var random = Seed(seed).stream(.resampling)
  var userIndices: [Int32] = []
  var itemIndices: [Int32] = []
  for user in 0..<users {
    let count = 1 + random.integer(below: max(1, items / 2))
    for item in random.permutation(items)[..<count] {
      userIndices.append(Int32(user))
      itemIndices.append(Int32(item))
    }
  }
  let count = userIndices.count
  let times = random.permutation(count).map { Double($0) }
  return Interactions(
    name: "sample", users: Vocabulary(ids: (0..<users).map { "u\($0)" }),
    items: Vocabulary(ids: (0..<items).map { "i\($0)" }), userIndices: userIndices, itemIndices: itemIndices,
    ratings: (0..<count).map { Float($0 % 5 + 1) }, timestamps: timestamps ? times : nil)
}

/// A (user, item) pair by its ids.
struct Pair: Hashable, CustomStringConvertible {
  let user: String
  let item: String
  var description: String { "\(user)-\(item)" }
}

extension Interactions {
  /// All pairs.
  var pairs: Set<Pair> {
    Set((0..<count).map { Pair(user: users[Int(userIndices[$0])], item: items[Int(itemIndices[$0])]) })
  }
}

extension RankingSplit {
  /// The pairs of rows whose users are given.
  func pairs(_ rows: SparseRows, _ ids: [String]) -> Set<Pair> {
    Set(
      (0..<rows.rowCount).flatMap { row in
        rows.indices(ofRow: row).map { Pair(user: ids[row], item: items[Int($0)]) }
      })
  }

  var trainPairs: Set<Pair> { pairs(train, trainUserIDs) }
}

extension HeldOutUsers {
  /// Whether no user is shown, or has masked, anything that is held out.
  var leaksNothing: Bool {
    (0..<userIDs.count).allSatisfy { user in
      let heldOut = Set(heldOut.indices(ofRow: user))
      return heldOut.isDisjoint(with: profiles.items.indices(ofRow: user))
        && heldOut.isDisjoint(with: masked.indices(ofRow: user))
        && Set(masked.indices(ofRow: user)).isSuperset(of: profiles.items.indices(ofRow: user))
    }
  }
}
