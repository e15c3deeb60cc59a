public import Compute
import FileFormats

extension RankingSplit {
  /// Strong generalisation: some users are not trained on, and a part of their items is to be found from the
  /// rest.
  ///
  /// The procedure of Liang et al. (Variational Autoencoders for Collaborative Filtering, WWW 2018): users in
  /// random order, the last for the test, those before for validation; the vocabulary is that of the training
  /// users, other items are dropped from the rest; of every held-out user with five items or more, `⌊n/5⌋`
  /// are held out at random, and the rest folds in. Users with fewer than five are skipped and counted.
  ///
  /// - Parameters:
  ///   - fraction: the share of users for validation, and again for the test; at least one user each.
  ///   - forTraining: no test; the vocabulary is that of all users, since nothing is measured on the users
  ///     held out for validation but the number of epochs, and ``RankingSplit/refit`` has every user.
  ///   - fold: the part of the users that is tested, instead of a share `fraction`; parts of equal size, each user in one of
  ///     them. The users before it in the random order are for validation.
  /// - Throws: `DataError` when there are too few users, or none has five items.
  public static func users(
    _ data: Interactions, heldOut fraction: Double = 0.1, seed: Seed, forTraining: Bool = false,
    fold: Fold? = nil
  ) throws -> RankingSplit {
    let total = data.users.count
    guard fraction > 0, fraction < 1 else {
      throw DataError(
        path: data.name, text: "\(fraction)", message: "is not a share of users to hold out",
        accepted: "more than 0 and less than \(forTraining ? 1 : 0.5)")
    }
    // A tiny addition, because 0.29 × 100 is 28.999… in binary.
    let size = max(1, Int(fraction * Double(total) + 1e-9))
    let tested = fold?.places(among: total)
    let testSize = forTraining ? 0 : tested?.count ?? size
    guard total > size + testSize, testSize > 0 || forTraining else {
      let sizes = forTraining ? "1 × \(size)" : testSize == size ? "2 × \(size)" : "\(testSize) + \(size)"
      throw DataError(
        path: data.name,
        message: testSize == 0 && !forTraining
          ? "has \(counted(total, "user")), fewer than the \(fold?.count ?? 0) parts they are to be divided into"
          : "has \(counted(total, "user")), and none is left for training when \(sizes) are held out",
        accepted: "more users, a smaller --held-out, or --split interactions")
    }
    var random = seed.stream(.split)
    var order = random.permutation(total)
    // The part that is tested goes to the end, as in a split without parts.
    if let tested { order = Array(order[tested.upperBound...] + order[..<tested.upperBound]) }
    let trainCount = total - size - testSize
    var isTraining = [Bool](repeating: false, count: total)
    for user in order[..<trainCount] { isTraining[user] = true }

    let (items, columns) = data.items(where: { forTraining || isTraining[Int(data.userIndices[$0])] })
    let rows = data.rows(columns: columns, columnCount: items.count)
    let training = order[..<trainCount].sorted()
    let validationUsers = order[trainCount..<trainCount + size].sorted()
    let testUsers = order[(trainCount + size)...].sorted()

    var notes: [String] = []
    let dropped = data.count - rows.nonZeroCount
    if dropped > 0 {
      notes.append(
        "dropped \(counted(dropped, "interaction")) of held-out users with "
          + "\(counted(data.items.count - items.count, "item")) that no training user has")
    }
    if forTraining { notes.append("no test users are set aside; items of all \(counted(total, "user")) are kept") }
    let validation = hold(out: validationUsers, of: rows, data.users, seed)
    let test = forTraining ? nil : hold(out: testUsers, of: rows, data.users, seed)
    guard forTraining || test != nil else {
      throw DataError(
        path: data.name, message: "has no test user with five items, so nothing can be held out",
        accepted: "more users, a larger --held-out, or --split interactions")
    }
    if validation == nil {
      notes.append("none of the \(counted(size, "validation user")) has five items, so no epoch can be chosen")
    }
    func users(_ places: [Int]) -> UserRows {
      UserRows(ids: places.map { data.users[$0] }, rows: rows.selecting(rows: places))
    }
    let train = users(training)
    return RankingSplit(
      kind: .users, items: items, trainUserIDs: train.ids, train: train.rows, validation: validation,
      refit: forTraining ? train.appending(users(validationUsers)) : nil, test: test,
      notes: notes)
  }

  /// Holds out a fifth of the items of each user, rounded down.
  static func hold(
    out users: [Int], of rows: SparseRows, _ vocabulary: Vocabulary, _ seed: Seed
  ) -> HeldOutUsers? {
    var foldIn: [[Int32]] = []
    var heldOut: [[Int32]] = []
    for user in users {
      var items = Array(rows.indices(ofRow: user))
      let count = items.count / 5
      // A stream for each user: who else is held out does not matter.
      var random = seed.stream(for: SplitDraw.itemsOfUser, user)
      random.shuffle(&items)
      heldOut.append(items[..<count].sorted())
      foldIn.append(items[count...].sorted())
    }
    return HeldOutUsers(
      unseen: users.map { vocabulary[$0] },
      foldIn: SparseRows(columnCount: rows.columnCount, ascending: foldIn),
      heldOut: SparseRows(columnCount: rows.columnCount, ascending: heldOut))
  }
}

extension Interactions {
  /// The items of some interactions in order of first appearance, and for each item of the data its number
  /// there or −1.
  func items(where isIncluded: (Int) -> Bool) -> (items: Vocabulary, columns: [Int32]) {
    var columns = [Int32](repeating: -1, count: items.count)
    var order: [Int] = []
    for position in 0..<count where columns[Int(itemIndices[position])] < 0 && isIncluded(position) {
      columns[Int(itemIndices[position])] = Int32(order.count)
      order.append(Int(itemIndices[position]))
    }
    return (items.selecting(order), columns)
  }

  /// One row for each user, with the items that have a column, from the interactions wanted.
  ///
  /// Ratings are left out.
  func rows(
    columns: [Int32], columnCount: Int, where isIncluded: (Int) -> Bool = { _ in true }
  ) -> SparseRows {
    let positions = (0..<count).filter { columns[Int(itemIndices[$0])] >= 0 && isIncluded($0) }
    return SparseRows(
      rowCount: users.count, columnCount: columnCount, rows: positions.map { userIndices[$0] },
      columns: positions.map { columns[Int(itemIndices[$0])] })
  }
}
