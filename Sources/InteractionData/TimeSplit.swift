public import Compute
import FileFormats

extension RankingSplit {
  /// One cut in global time: interactions before it are for training, those after it for the test.
  ///
  /// No model is trained on interactions after the time of recommendation, as happens if interactions or users are held
  /// out at random (Ji et al., "A Critical Study on Data Leakage in Recommender System Offline Evaluation", ACM
  /// Transactions on Information Systems 2023; the global temporal split of Meng et al., "Exploring Data Splitting
  /// Strategies for the Evaluation of Recommendation Models", RecSys 2020). The vocabulary is the items before the cut,
  /// and filters by counts are applied to the interactions before it. Users with interactions on both sides are tested:
  /// their rows before the cut are the input.
  ///
  /// An earlier cut has nine tenths of these interactions before it; the others are for choosing the number of epochs.
  /// ``refitUsers`` has everything before the cut. For the first fit, items that only appear between the two cuts are
  /// columns without an interaction, and are not predicted.
  ///
  /// - Parameters:
  ///   - cut: `nil` for nine tenths of the interactions, and in training for no cut.
  ///   - newUsers: whether users without interactions before the cut are tested as well: of those with at least five
  ///     known items, the latest `⌊n/5⌋` are held out, and the first ones are the input. Equal times are in an order
  ///     drawn by seed and ids, unless the data are a log (as in `leaveOneOut(_:seed:forTraining:)`).
  ///   - filters: filters by counts, for interactions before the cut.
  ///   - forTraining: no test.
  /// - Throws: `DataError` without times, when one side of the cut is empty, or when no user can be tested.
  public static func time(
    _ data: Interactions, cut: TimeCut? = nil, newUsers: Bool = false, filters: Filters = Filters(), seed: Seed,
    forTraining: Bool = false
  ) throws -> RankingSplit {
    guard let times = data.timestamps else {
      throw DataError(
        path: data.name, message: "has no timestamps to split by",
        accepted: "a column of timestamps (--timestamp-column), or another --split")
    }
    let time = (cut ?? (forTraining ? nil : .standard)).map { $0.time(in: times) }
    let before = (0..<data.count).filter { times[$0] < time ?? .infinity }
    let after = (0..<data.count).filter { times[$0] >= time ?? .infinity }
    guard !before.isEmpty, !after.isEmpty || forTraining else {
      throw nothing(before.isEmpty ? "before" : "after", time ?? 0, of: data, times)
    }
    let known = try filters.apply(to: data.selecting(before, notes: []))
    let past = Past(known, known.timestamps ?? [])
    var notes = known.notes
    var counts = TimeCutCounts(
      cut: time, validationCut: past.cut, before: known.count, after: after.count, usersOnBothSides: 0,
      usersBeforeOnly: known.users.count, newUsers: 0, newUsersTested: 0, filteredUsers: 0, usersWithNewItemsOnly: 0,
      unknownItems: 0, withUnknownItems: 0)
    let validation = past.validation
    if validation == nil {
      notes.append("no user has interactions on both sides of an earlier cut, so no epoch can be chosen")
    }
    var test: HeldOutUsers?
    if !forTraining {
      let future = Future(data, times, before: before, after: after, known: known, fitted: past.fitted, seed: seed)
      test = future.users(withNewcomers: newUsers, &counts)
      notes += counts.notes(testsNewUsers: newUsers)
      guard test != nil else {
        throw DataError(
          path: data.name,
          message: "has no user to test: none has a known item after \(TimeCut.words(for: time ?? 0))"
            + (newUsers ? "" : " and an interaction before it"),
          accepted: newUsers ? "another cut" : "another cut, or --new-users")
      }
    } else if let time {
      notes.append(
        "cut at \(TimeCut.words(for: time)): \(counted(after.count, "interaction")) after it "
          + "\(after.count == 1 ? "is" : "are") left out")
    }
    return RankingSplit(
      kind: .time, items: known.items, trainUserIDs: past.train.ids, train: past.train.rows, validation: validation,
      refit: past.cut == nil ? nil : past.fitted, test: test, notes: notes, time: counts)
  }

  private static func nothing(_ side: String, _ time: Double, of data: Interactions, _ times: [Double]) -> DataError {
    let (first, last) = (times.min() ?? 0, times.max() ?? 0)
    return DataError(
      path: data.name, text: TimeCut.words(for: time), message: "has no interaction \(side) this cut",
      accepted: first == last
        ? "interactions of different times"
        : "a time after \(TimeCut.words(for: first)) and up to \(TimeCut.words(for: last)), or a share")
  }
}

/// The interactions before the cut.
private struct Past {
  /// The earlier cut; `nil` if all times are equal.
  let cut: Double?
  /// The interactions before the earlier cut.
  let train: UserRows
  /// Everything before the cut, the users of ``train`` first.
  let fitted: UserRows
  /// The users with interactions before the earlier cut and known items after it.
  let validation: HeldOutUsers?

  init(_ data: Interactions, _ times: [Double]) {
    let columns = (0..<Int32(data.items.count)).map(\.self)
    let earlier = TimeCut.standard.time(in: times)
    let isFirst = times.map { $0 < earlier }
    cut = isFirst.contains(true) ? earlier : nil
    let whole = data.rows(columns: columns, columnCount: data.items.count)
    guard cut != nil else {
      train = UserRows(ids: data.users.ids, rows: whole)
      (fitted, validation) = (train, nil)
      return
    }
    let first = data.rows(columns: columns, columnCount: data.items.count, where: { isFirst[$0] })
    let users = first.filledRows
    let later = (0..<data.users.count).filter { first.count(ofRow: $0) == 0 }
    func of(_ users: [Int], _ rows: SparseRows) -> UserRows {
      UserRows(ids: users.map { data.users[$0] }, rows: rows.selecting(rows: users))
    }
    train = of(users, first)
    fitted = of(users + later, whole)
    let seen = first.columnCounts()
    let wanted = data.rows(
      columns: columns, columnCount: data.items.count,
      where: { !isFirst[$0] && seen[Int(data.itemIndices[$0])] > 0 }
    ).selecting(rows: users)
    validation = HeldOutUsers(trained: train.ids, input: train.rows, masked: train.rows, heldOut: wanted)
  }
}

/// The interactions after the cut of users and items before it.
private struct Future {
  private let data: Interactions
  private let times: [Double]
  private let after: [Int]
  private let seed: Seed
  private let fitted: UserRows
  /// For each user of the data, the row before the cut.
  private let rows: [Int?]
  /// For each item of the data, its number before the cut.
  private let columns: [Int?]
  /// For each user of the data, whether any interaction was before the cut, filtered or not.
  private let isOld: [Bool]

  init(
    _ data: Interactions, _ times: [Double], before: [Int], after: [Int], known: Interactions, fitted: UserRows,
    seed: Seed
  ) {
    (self.data, self.times, self.after, self.fitted, self.seed) = (data, times, after, fitted, seed)
    rows = Vocabulary(ids: fitted.ids).indices(of: data.users)
    columns = known.items.indices(of: data.items)
    var isOld = [Bool](repeating: false, count: data.users.count)
    for position in before { isOld[Int(data.userIndices[position])] = true }
    self.isOld = isOld
  }

  /// The test users: first those with a row, then users who first appear after the cut.
  func users(withNewcomers: Bool, _ counts: inout TimeCutCounts) -> HeldOutUsers? {
    var wanted: (rows: [Int32], columns: [Int32]) = ([], [])
    var onBothSides = [Bool](repeating: false, count: fitted.ids.count)
    var isNew = [Bool](repeating: false, count: data.users.count)
    var isFiltered = isNew
    var isUnknown = [Bool](repeating: false, count: data.items.count)
    for position in after {
      let (user, item) = (Int(data.userIndices[position]), Int(data.itemIndices[position]))
      if columns[item] == nil {
        isUnknown[item] = true
        counts.withUnknownItems += 1
      }
      if let row = rows[user] {
        onBothSides[row] = true
        if let column = columns[item] {
          wanted.rows.append(Int32(row))
          wanted.columns.append(Int32(column))
        }
      } else if isOld[user] {
        isFiltered[user] = true
      } else {
        isNew[user] = true
      }
    }
    let heldOut = SparseRows(
      rowCount: fitted.ids.count, columnCount: fitted.rows.columnCount, rows: wanted.rows, columns: wanted.columns)
    let tested = heldOut.filledRows
    counts.usersOnBothSides = onBothSides.count { $0 }
    counts.usersBeforeOnly = fitted.ids.count - counts.usersOnBothSides
    counts.usersWithNewItemsOnly = counts.usersOnBothSides - tested.count
    counts.filteredUsers = isFiltered.count { $0 }
    counts.newUsers = isNew.count { $0 }
    counts.unknownItems = isUnknown.count { $0 }
    let newcomers =
      withNewcomers
      ? Newcomers(
        of: data, times, after: after, isNew: isNew, columns: columns, width: fitted.rows.columnCount, seed: seed
      ).tested : nil
    counts.newUsersTested = newcomers?.userIDs.count ?? 0
    let skipped = counts.usersWithNewItemsOnly + (withNewcomers ? counts.newUsers - counts.newUsersTested : 0)
    if tested.isEmpty && newcomers == nil { return nil }
    let input = fitted.rows.selecting(rows: tested)
    let known = HeldOutUsers(
      userIDs: tested.map { fitted.ids[$0] }, profiles: Profiles(items: input, trainingRows: tested), masked: input,
      heldOut: heldOut.selecting(rows: tested), skippedUsers: 0)
    return (newcomers.map { known.appending(unseen: $0) } ?? known).skipping(skipped)
  }
}

extension HeldOutUsers {
  /// The same users with another count of skipped users.
  fileprivate func skipping(_ users: Int) -> HeldOutUsers {
    HeldOutUsers(userIDs: userIDs, profiles: profiles, masked: masked, heldOut: heldOut, skippedUsers: users)
  }
}

extension TimeCutCounts {
  /// Notes on what the cut leaves out.
  fileprivate func notes(testsNewUsers: Bool) -> [String] {
    var notes = [
      "cut at \(TimeCut.words(for: cut ?? 0)): \(counted(before, "interaction")) before, \(after) after; "
        + "\(counted(usersOnBothSides, "user")) on both sides, \(usersBeforeOnly) only before"
    ]
    if newUsers > 0 {
      notes.append(
        testsNewUsers
          ? Newcomers.note(tested: newUsersTested, of: newUsers)
          : "left out \(counted(newUsers, "user")) who \(newUsers == 1 ? "appears" : "appear") after the cut; "
            + "--new-users tests those with at least five known items")
    }
    if withUnknownItems > 0 {
      notes.append(
        "left out \(counted(withUnknownItems, "interaction")) after the cut with \(counted(unknownItems, "item")) "
          + "not known before it")
    }
    if usersWithNewItemsOnly > 0 {
      notes.append(
        "left out \(counted(usersWithNewItemsOnly, "user")) with interactions on both sides but no known item after the cut"
      )
    }
    if filteredUsers > 0 {
      notes.append(
        "left out \(counted(filteredUsers, "user")) after the cut because filters removed their items before it")
    }
    return notes
  }
}
