import Compute

/// Some of the held-out users, with the input items and the held-out items of each.
struct HeldOutBlock: Sendable {
  /// Their numbers in the vocabulary, ascending, which alone determine the random draw of their items.
  let users: ArraySlice<Int>
  /// A row for each user in both, once they are drawn.
  fileprivate var drawn: (foldIn: SparseRows, heldOut: SparseRows)?

  /// The rows that they are drawn from, for those who need them afterwards.
  var rows: SparseRows?

  /// Large enough that scheduling is cheap, and small enough that no thread waits long for the last block.
  private static let size = 256

  /// Users in blocks, before anything is drawn.
  static func blocks(of users: [Int]) -> [HeldOutBlock] {
    (0..<users.count).blocks(of: size).map { HeldOutBlock(users: users[$0]) }
  }

  /// The number of items of all users, or `nil` before they are drawn.
  var itemCount: Int? { drawn.map { $0.foldIn.nonZeroCount + $0.heldOut.nonZeroCount } }

  private init(users: ArraySlice<Int>) { self.users = users }

  /// Holds out a fifth of the items of each user, rounded down.
  ///
  /// - Parameter rows: a row for each user.
  mutating func draw(from rows: SparseRows, _ seed: Seed) {
    precondition(rows.rowCount == users.count, "a row for each user")
    var (foldIn, heldOut) = (RowBuilder(), RowBuilder())
    for (row, user) in users.enumerated() {
      let all = rows.indices(ofRow: row)
      var items = Array(all)
      // Each user has a random stream, so the draw does not depend on the other held-out users.
      var random = seed.stream(for: SplitDraw.itemsOfUser, user)
      random.shuffle(&items)
      let wanted = items[..<(items.count / 5)].sorted()
      heldOut.append(wanted)
      foldIn.append(all.removing(wanted))
    }
    drawn = (foldIn.rows(columnCount: rows.columnCount), heldOut.rows(columnCount: rows.columnCount))
  }
}

extension HeldOutUsers {
  /// The users of some blocks, in their order; users without held-out items are skipped.
  ///
  /// - Returns: `nil` when no user is left.
  init?(_ blocks: some Sequence<HeldOutBlock>, columnCount: Int, _ vocabulary: Vocabulary) {
    let blocks = Array(blocks)
    self.init(
      unseen: blocks.flatMap { $0.users.map { vocabulary[$0] } },
      foldIn: SparseRows(columnCount: columnCount, joining: blocks.compactMap { $0.drawn?.foldIn }),
      heldOut: SparseRows(columnCount: columnCount, joining: blocks.compactMap { $0.drawn?.heldOut }))
  }
}
