public import Compute
import FileFormats

extension RankingSplit {
  /// Fixed files with the same users: for training, for the number of epochs and for the test.
  ///
  /// The vocabulary is that of the training file. Users and items that it does not have are dropped from the other
  /// files and counted, and so are repeated interactions. The input at test time is the training row; training and
  /// validation items are masked.
  ///
  /// Without a validation file a tenth of every training row, rounded down but at least one of two items or
  /// more, is held back at random for validation. ``RankingSplit/refit`` then has the whole rows, and they
  /// are the input at test time.
  ///
  /// - Parameter test: `nil` to train only; ``RankingSplit/refit`` then has the training and validation
  ///   files.
  /// - Throws: `DataError` when no item of the test file can be predicted.
  public static func files(
    train: Interactions, validation: Interactions? = nil, test: Interactions?, seed: Seed
  ) throws -> RankingSplit {
    var notes = train.notes + (validation?.notes ?? []) + (test?.notes ?? [])
    let ids = train.users.ids
    let whole = train.rows(
      columns: (0..<Int32(train.items.count)).map(\.self), columnCount: train.items.count)
    let fitted: SparseRows
    let validationRows: SparseRows
    if let validation {
      fitted = whole
      validationRows = rows(of: validation, in: train, "validation", &notes)
        .removing(whole, "validation interaction", "training file", &notes)
    } else {
      (fitted, validationRows) = holdBack(of: whole, seed)
    }
    let known = whole.union(validationRows)
    var testUsers: HeldOutUsers?
    if let test {
      let testRows = rows(of: test, in: train, "test", &notes)
        .removing(known, "test interaction", "training or validation file", &notes)
      testUsers = HeldOutUsers(trained: ids, input: whole, masked: known, heldOut: testRows)
      if testUsers == nil {
        throw DataError(
          path: test.name, message: "has no interaction of a user and an item that both occur in \(train.name)",
          accepted: "interactions of users and items that occur in the training file")
      }
    }
    let validationUsers = HeldOutUsers(trained: ids, input: fitted, masked: fitted, heldOut: validationRows)
    if validationUsers == nil { notes.append("no validation interactions, so no epoch can be chosen") }
    return RankingSplit(
      kind: .files, items: train.items, trainUserIDs: ids, train: fitted, validation: validationUsers,
      refit: validation == nil || test == nil ? UserRows(ids: ids, rows: known) : nil, test: testUsers, notes: notes)
  }

  /// Rows of another file in the users and items of the training file.
  private static func rows(
    of other: Interactions, in train: Interactions, _ role: String, _ notes: inout [String]
  ) -> SparseRows {
    let users = train.users.indices(of: other.users)
    let items = train.items.indices(of: other.items)
    var (rows, columns): ([Int32], [Int32]) = ([], [])
    var (ofUnknownUsers, ofUnknownItems) = (0, 0)
    for position in 0..<other.count {
      guard let user = users[Int(other.userIndices[position])] else {
        ofUnknownUsers += 1
        continue
      }
      guard let item = items[Int(other.itemIndices[position])] else {
        ofUnknownItems += 1
        continue
      }
      rows.append(Int32(user))
      columns.append(Int32(item))
    }
    if ofUnknownUsers > 0 {
      let count = users.count { $0 == nil }
      notes.append(
        "dropped \(counted(ofUnknownUsers, "\(role) interaction")) of \(counted(count, "user")) "
          + "not in the training file")
    }
    if ofUnknownItems > 0 {
      let count = items.count { $0 == nil }
      notes.append(
        "dropped \(counted(ofUnknownItems, "\(role) interaction")) with \(counted(count, "item")) "
          + "not in the training file")
    }
    return SparseRows(
      rowCount: train.users.count, columnCount: train.items.count, rows: rows, columns: columns)
  }

  private static func holdBack(of whole: SparseRows, _ seed: Seed) -> (kept: SparseRows, heldBack: SparseRows) {
    var kept: [[Int32]] = []
    var heldBack: [[Int32]] = []
    for user in 0..<whole.rowCount {
      var items = Array(whole.indices(ofRow: user))
      var random = seed.stream(for: SplitDraw.itemsOfUser, user)
      random.shuffle(&items)
      let size = tenths(items.count, parts: 1).validation
      heldBack.append(items[..<size].sorted())
      kept.append(items[size...].sorted())
    }
    return (
      SparseRows(columnCount: whole.columnCount, ascending: kept),
      SparseRows(columnCount: whole.columnCount, ascending: heldBack)
    )
  }
}

extension SparseRows {
  /// The interactions that are not in the other rows, with a note if some are dropped.
  fileprivate func removing(_ known: SparseRows, _ what: String, _ file: String, _ notes: inout [String])
    -> SparseRows
  {
    let rest = subtracting(known)
    if rest.nonZeroCount < nonZeroCount {
      notes.append("dropped \(counted(nonZeroCount - rest.nonZeroCount, what)) already in the \(file)")
    }
    return rest
  }
}
