import Compute

/// Some of the users who are held out: what is shown of each, and what is to be found.
struct HeldOutBlock: Sendable {
  /// Their numbers in the vocabulary, on which alone depends what is drawn of their items, and the rows that they have.
  fileprivate let users: ArraySlice<(user: Int, row: Int)>
  fileprivate var foldIn: [[Int32]] = []
  fileprivate var heldOut: [[Int32]] = []

  /// So many that handing them out is no work, so few that no thread waits long for the last ones.
  private static let size = 256

  /// Users in blocks of which nothing is drawn yet.
  static func blocks(of users: [(user: Int, row: Int)]) -> [HeldOutBlock] {
    stride(from: 0, to: users.count, by: size).map { HeldOutBlock(users: users[$0..<min(users.count, $0 + size)]) }
  }

  private init(users: ArraySlice<(user: Int, row: Int)>) { self.users = users }

  /// Holds out a fifth of the items of each user, rounded down.
  mutating func draw(from rows: SparseRows, _ seed: Seed) {
    for (user, row) in users {
      let all = rows.indices(ofRow: row)
      var items = Array(all)
      // A stream for each user: who else is held out does not matter.
      var random = seed.stream(for: SplitDraw.itemsOfUser, user)
      random.shuffle(&items)
      let wanted = items[..<(items.count / 5)].sorted()
      heldOut.append(wanted)
      foldIn.append(all.removing(wanted))
    }
  }
}

extension HeldOutUsers {
  /// The users of some blocks, in their order; those with nothing held out are skipped.
  ///
  /// - Returns: `nil` when nobody is left.
  init?(_ blocks: some Sequence<HeldOutBlock>, columnCount: Int, _ vocabulary: Vocabulary) {
    let blocks = Array(blocks)
    self.init(
      unseen: blocks.flatMap { $0.users.map { vocabulary[$0.user] } },
      foldIn: SparseRows(columnCount: columnCount, ascending: blocks.flatMap(\.foldIn)),
      heldOut: SparseRows(columnCount: columnCount, ascending: blocks.flatMap(\.heldOut)))
  }
}
