public import Compute
import FileFormats

/// The use of an interaction.
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
  /// - Parameters:
  ///   - forTraining: no test; ``RankingSplit/refit`` has everything.
  ///   - threads: the largest number of threads used at once; `nil` for all cores.
  /// - Throws: `DataError` when no user has two items.
  public static func interactions(
    _ data: Interactions, seed: Seed, forTraining: Bool = false, threads: Int? = nil
  ) throws -> RankingSplit {
    let processor = Processor(engine: .gsl, threads: threads)
    let (parts, _) = try partition(data, processor) { user, positions in
      var order = positions
      var random = seed.stream(for: SplitDraw.itemsOfUser, user)
      random.shuffle(&order)
      let sizes = tenths(order.count, parts: forTraining ? 1 : 2)
      return UserOrder(positions: order, validation: sizes.validation, test: sizes.test)
    }
    return try sameUsers(.interactions, data, parts, forTraining: forTraining, notes: [], processor)
  }

  /// The latest item of every user is the test item; the one before it is for choosing the number of epochs.
  ///
  /// Equal times of a user are ordered by a draw that depends on the seed and the ids, not on the order of the lines.
  /// Only in a log, where the times of no user ever descend from line to line and those of some ascend, the later line
  /// is the later one. A note counts the users with several items at the latest time, and says how the item was chosen.
  /// Without times, the items are chosen at random, and a note says so. Users with two items have no validation item,
  /// users with one are only trained on.
  ///
  /// - Parameters:
  ///   - forTraining: no test; the latest item is for validation, and ``RankingSplit/refit`` has everything.
  ///   - threads: the largest number of threads used at once; `nil` for all cores.
  /// - Throws: `DataError` when no user has two items.
  public static func leaveOneOut(
    _ data: Interactions, seed: Seed, forTraining: Bool = false, threads: Int? = nil
  ) throws -> RankingSplit {
    let processor = Processor(engine: .gsl, threads: threads)
    let sorted = data.timestamps.map { LatestFirst(data, times: $0, seed: seed) }
    let (parts, undecided) = try partition(data, processor) { user, positions in
      var order = UserOrder(positions: positions)
      if let sorted {
        (order.positions, order.isUndecided) = sorted.latest(forTraining ? 1 : 2, of: positions, of: user)
      } else {
        var random = seed.stream(for: SplitDraw.itemsOfUser, user)
        random.shuffle(&order.positions)
      }
      let count = positions.count
      (order.validation, order.test) = forTraining ? (count > 1 ? 1 : 0, 0) : (count > 2 ? 1 : 0, count > 1 ? 1 : 0)
      return order
    }
    var notes: [String] = []
    if let sorted {
      if undecided > 0 { notes.append(sorted.note(undecided)) }
    } else {
      notes.append("no timestamps: one item of each user was held out at random")
    }
    return try sameUsers(.leaveOneOut, data, parts, forTraining: forTraining, notes: notes, processor)
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

  /// The uses of the interactions of one user.
  private struct UserOrder {
    /// Those for the test first, then those for validation.
    var positions: [Int]
    var validation = 0
    var test = 0
    /// Whether the data leave open which of them is the latest.
    var isUndecided = false
  }

  /// Determines the use of every interaction, and counts the users for whom the data leave it open.
  private static func partition(
    _ data: Interactions, _ processor: Processor,
    order: @Sendable (_ user: Int, _ positions: [Int]) -> UserOrder
  ) throws -> (parts: [InteractionPart], undecided: Int) {
    let groups = Grouping(of: data.userIndices, groupCount: data.users.count)
    let size = 1024
    let blocks = try processor.map(count: (data.users.count + size - 1) / size) { block in
      var found = (validation: [Int](), test: [Int](), undecided: 0)
      for user in block * size..<min(data.users.count, (block + 1) * size) {
        let own = order(user, groups.positions(of: user))
        found.test += own.positions[..<own.test]
        found.validation += own.positions[own.test..<own.test + own.validation]
        if own.isUndecided { found.undecided += 1 }
      }
      return found
    }
    var parts = [InteractionPart](repeating: .train, count: data.count)
    for block in blocks {
      for position in block.test { parts[position] = .test }
      for position in block.validation { parts[position] = .validation }
    }
    return (parts, blocks.reduce(0) { $0 + $1.undecided })
  }

  private static func sameUsers(
    _ kind: SplitKind, _ data: Interactions, _ parts: [InteractionPart], forTraining: Bool, notes: [String],
    _ processor: Processor
  ) throws -> RankingSplit {
    var notes = notes
    let (items, columns) = data.items(where: { forTraining || parts[$0] == .train })
    func rows(_ part: InteractionPart) throws -> SparseRows {
      try data.rows(columns: columns, columnCount: items.count, processor, where: { parts[$0] == part })
    }
    let (train, validationRows, testRows) = try (rows(.train), rows(.validation), rows(.test))
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
