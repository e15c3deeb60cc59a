public import Compute
import FileFormats

/// What an interaction is used for.
enum InteractionPart: UInt8 {
  case train, validation, test
}

extension RankingSplit {
  /// Weak generalisation: of every user a tenth of the items for validation and a tenth for the test, at
  /// random.
  ///
  /// Sizes as in RecBole: parts are rounded down and the rest is trained on; a part that would be empty takes
  /// one item, the test first, as long as training keeps more than one. Items that occur in no training row
  /// are dropped and counted.
  ///
  /// - Parameter forTraining: no test; ``RankingSplit/refit`` has everything.
  /// - Throws: `DataError` when no user has two items.
  public static func interactions(
    _ data: Interactions, seed: Seed, forTraining: Bool = false
  ) throws -> RankingSplit {
    let parts = partition(data) { user, positions in
      var order = positions
      var random = seed.stream(for: SplitDraw.itemsOfUser, user)
      random.shuffle(&order)
      let sizes = tenths(order.count, parts: forTraining ? 1 : 2)
      return (order, sizes.validation, sizes.test)
    }
    return try sameUsers(.interactions, data, parts, forTraining: forTraining, notes: [])
  }

  /// The latest item of every user is to be found; the one before it chooses the number of epochs.
  ///
  /// Among equal times of a user a draw decides that depends on the seed and the ids, not on the order of the lines. Only in
  /// a log, where the times of no user ever descend from line to line and those of some ascend, the later line is the later
  /// one. A note counts the users whose latest time several items share, and says what decided. Without times the items are
  /// chosen at random, and a note says so. Users with two items have no validation item, users with one are only trained on.
  ///
  /// - Parameter forTraining: no test; the latest item is for validation, and ``RankingSplit/refit`` has
  ///   everything.
  /// - Throws: `DataError` when no user has two items.
  public static func leaveOneOut(
    _ data: Interactions, seed: Seed, forTraining: Bool = false
  ) throws -> RankingSplit {
    let sorted = data.timestamps.map { LatestFirst(data, times: $0, seed: seed) }
    var undecided = 0
    let parts = partition(data) { user, positions in
      var order = positions
      if let sorted {
        if sorted.sort(&order, of: user) { undecided += 1 }
      } else {
        var random = seed.stream(for: SplitDraw.itemsOfUser, user)
        random.shuffle(&order)
      }
      if forTraining { return (order, order.count > 1 ? 1 : 0, 0) }
      return (order, order.count > 2 ? 1 : 0, order.count > 1 ? 1 : 0)
    }
    var notes: [String] = []
    if let sorted {
      if undecided > 0 { notes.append(sorted.note(undecided)) }
    } else {
      notes.append("no timestamps: one item of each user was held out at random")
    }
    return try sameUsers(.leaveOneOut, data, parts, forTraining: forTraining, notes: notes)
  }

  /// How many of `count` items go to validation and to the test; with one part only, all to validation.
  static func tenths(_ count: Int, parts: Int) -> (validation: Int, test: Int) {
    var sizes = [count / 10, parts == 2 ? count / 10 : 0]
    var train = count - sizes[0] - sizes[1]
    for part in (0..<parts).reversed() where sizes[part] == 0 && train > 1 {
      sizes[part] = 1
      train -= 1
    }
    return (sizes[0], sizes[1])
  }

  /// Says for every interaction what it is for.
  ///
  /// `order` gives a user's positions, those for the test first, then those for validation, and the sizes of
  /// both.
  private static func partition(
    _ data: Interactions, order: (_ user: Int, _ positions: [Int]) -> ([Int], validation: Int, test: Int)
  ) -> [InteractionPart] {
    var parts = [InteractionPart](repeating: .train, count: data.count)
    let groups = Grouping.positions(of: data.userIndices, groupCount: data.users.count)
    for user in 0..<data.users.count {
      let positions = Array(groups.order[groups.starts[user]..<groups.starts[user + 1]])
      let (ordered, validation, test) = order(user, positions)
      for position in ordered[..<test] { parts[position] = .test }
      for position in ordered[test..<test + validation] { parts[position] = .validation }
    }
    return parts
  }

  private static func sameUsers(
    _ kind: SplitKind, _ data: Interactions, _ parts: [InteractionPart], forTraining: Bool, notes: [String]
  ) throws -> RankingSplit {
    var notes = notes
    let (items, columns) = data.items(where: { forTraining || parts[$0] == .train })
    func rows(_ part: InteractionPart) -> SparseRows {
      data.rows(columns: columns, columnCount: items.count, where: { parts[$0] == part })
    }
    let (train, validationRows, testRows) = (rows(.train), rows(.validation), rows(.test))
    let dropped = data.count - train.nonZeroCount - validationRows.nonZeroCount - testRows.nonZeroCount
    if dropped > 0 {
      notes.append(
        "dropped \(counted(dropped, "held-out interaction")) with "
          + "\(counted(data.items.count - items.count, "item")) that no training row has")
    }
    let ids = data.users.ids
    let validation = HeldOutUsers(trained: ids, input: train, masked: train, heldOut: validationRows)
    let known = train.union(validationRows)
    let test =
      forTraining ? nil : HeldOutUsers(trained: ids, input: train, masked: known, heldOut: testRows)
    guard forTraining || test != nil else {
      throw DataError(
        path: data.name, message: "has no user with an item to hold out",
        accepted: "users with at least two items that other users also have")
    }
    if validation == nil {
      notes.append("no user has enough items for validation, so no epoch can be chosen")
    }
    return RankingSplit(
      kind: kind, items: items, trainUserIDs: ids, train: train, validation: validation,
      refit: forTraining ? UserRows(ids: ids, rows: known) : nil, test: test, notes: notes)
  }
}
