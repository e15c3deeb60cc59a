public import Compute
import FileFormats

extension Interactions {
  /// One row for each user over the items of another vocabulary, such as a model's.
  ///
  /// - Parameter keepsRatings: whether the values are the ratings; otherwise every entry counts as 1.
  /// - Returns: the rows, in the order of ``users``, and how many interactions had an unknown item.
  public func rows(
    in vocabulary: Vocabulary, keepsRatings: Bool = false
  ) -> (rows: SparseRows, unknown: Int) {
    let columns = items.ids.map { vocabulary.index(of: $0).map(Int32.init) ?? -1 }
    let rows = rows(columns: columns, columnCount: vocabulary.count)
    let unknown = count - rows.nonZeroCount
    guard keepsRatings, let ratings else { return (rows, unknown) }
    var byCell: [[Int32: Float]] = Array(repeating: [:], count: users.count)
    for position in 0..<count {
      byCell[Int(userIndices[position])][columns[Int(itemIndices[position])]] = ratings[position]
    }
    let values = (0..<rows.rowCount).flatMap { user in
      rows.indices(ofRow: user).map { byCell[user][$0] ?? 0 }
    }
    return (
      SparseRows(
        columnCount: rows.columnCount, offsets: rows.offsets, indices: rows.indices, values: values),
      unknown
    )
  }
}

extension Interactions {
  /// The interactions of one user, or `nil` when there is no such user; the notes are those of all the data.
  public func only(user id: String) -> Interactions? {
    guard let user = users.index(of: id) else { return nil }
    return selecting((0..<count).filter { userIndices[$0] == Int32(user) }, notes: notes)
  }
}

extension Population {
  /// New users from the default population, a tenth of its number, with the same tastes.
  ///
  /// - Throws: ``InvalidParameter`` never, in practice: the defaults are valid.
  public static func newcomers(seed: Seed) throws(InvalidParameter) -> Interactions {
    var population = Population()
    let known = population.users
    population.users += known / 10
    let all = try population.simulate(seed: seed).interactions
    return all.selecting((0..<all.count).filter { all.userIndices[$0] >= Int32(known) }, notes: [])
  }
}

extension HeldOutUsers {
  /// A fingerprint of the users and their items, 16 hexadecimal digits.
  public var hash: String {
    var fingerprint = Fingerprint()
    fingerprint.add(self)
    return fingerprint.hexadecimal
  }

  /// Users outside the training data: a fifth of each user's items is held out at random (rounded down), the rest folds
  /// in.
  ///
  /// - Parameters:
  ///   - items: the items of the model; others are dropped.
  ///   - known: training users, for models with a vector per user.
  /// - Returns: the users, or `nil` when no user has five items; and how many interactions had an unknown item.
  public static func foldingIn(
    _ data: Interactions, items: Vocabulary, known: Vocabulary? = nil, seed: Seed
  ) -> (users: HeldOutUsers?, unknown: Int) {
    let (rows, unknown) = data.rows(in: items)
    var blocks = HeldOutBlock.blocks(of: Array(0..<rows.rowCount))
    for index in blocks.indices { blocks[index].draw(from: rows.selecting(rows: blocks[index].users), seed) }
    let users = HeldOutUsers(blocks, columnCount: rows.columnCount, data.users)
    guard let users else { return (nil, unknown) }
    guard let known else { return (users, unknown) }
    let trainingRows = users.userIDs.map { known.index(of: $0) }
    return (
      HeldOutUsers(
        userIDs: users.userIDs,
        profiles: Profiles(items: users.profiles.items, trainingRows: trainingRows),
        masked: users.masked, heldOut: users.heldOut, skippedUsers: users.skippedUsers),
      unknown
    )
  }
}
