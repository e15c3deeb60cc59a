public import Compute
import FileFormats
import Presentation

extension RankingSplit {
  /// Strong generalisation: some users are held out from training, and a part of their items is predicted from the
  /// rest.
  ///
  /// The procedure of Liang et al. (Variational Autoencoders for Collaborative Filtering, WWW 2018): users in
  /// random order, the last for the test, those before for validation; the vocabulary is that of the training
  /// users, other items are dropped from the rest; of every held-out user with five items or more, `⌊n/5⌋`
  /// are held out at random, and the rest folds in. Users with fewer than five are skipped and counted.
  ///
  /// - Parameters:
  ///   - fraction: the share of users for validation, and again for the test; at least one user each.
  ///   - forTraining: no test; the vocabulary is that of all users, because the validation users only choose the number
  ///     of epochs, and ``RankingSplit/refit`` has every user.
  ///   - fold: the part of the users that is tested, instead of a share `fraction`; parts of equal size, each user in one of
  ///     them. The users before it in the random order are for validation.
  ///   - threads: the largest number of threads used at once; `nil` for all cores.
  /// - Throws: `DataError` when there are too few users, or none has five items.
  public static func users(
    _ data: Interactions, heldOut fraction: Double = 0.1, seed: Seed, forTraining: Bool = false,
    fold: Fold? = nil, threads: Int? = nil
  ) throws -> RankingSplit {
    let processor = Processor(engine: .gsl, threads: threads)
    let split = try UserDivision(
      name: data.name, users: data.users, heldOut: fraction, seed: seed, forTraining: forTraining, fold: fold
    ).split(pieces: data.pieces(processor), items: data.items, processor)
    guard let split else { preconditionFailure("a pair of \(data) occurs twice") }
    return split
  }

  /// The same directly from a file, without building its interactions.
  ///
  /// - Returns: `nil` when pairs repeat, because then it must be determined which of them counts.
  static func users(
    _ data: ReadInteractions, heldOut fraction: Double, seed: Seed, fold: Fold?, _ processor: Processor
  ) throws -> RankingSplit? {
    try UserDivision(name: data.name, users: data.users, heldOut: fraction, seed: seed, forTraining: false, fold: fold)
      .split(pieces: data.pieces, items: data.items, processor)
  }
}

/// The training and held-out users, and the split that follows from them.
private struct UserDivision {
  let name: String
  let users: Vocabulary
  let seed: Seed
  let forTraining: Bool
  /// The users of each part, ascending.
  let training: [Int]
  let validation: [Int]
  let test: [Int]

  /// Draws the held-out users.
  ///
  /// - Throws: `DataError` for an invalid share, or too few users.
  init(
    name: String, users: Vocabulary, heldOut fraction: Double, seed: Seed, forTraining: Bool, fold: Fold?
  ) throws {
    let total = users.count
    guard fraction > 0, fraction < 1 else {
      throw DataError(
        path: name, text: Number.plain(fraction), message: "is not a share of users to hold out",
        accepted: "more than 0 and less than \(forTraining ? 1 : 0.5)")
    }
    // A tiny addition, because 0.29 × 100 is 28.999… in binary.
    let size = max(1, Int(fraction * Double(total) + 1e-9))
    let tested = fold?.places(among: total)
    let testSize = forTraining ? 0 : tested?.count ?? size
    guard total > size + testSize, testSize > 0 || forTraining else {
      let sizes = forTraining ? "1 × \(size)" : testSize == size ? "2 × \(size)" : "\(testSize) + \(size)"
      throw DataError(
        path: name,
        message: testSize == 0 && !forTraining
          ? "has \(counted(total, "user")), fewer than the \(fold?.count ?? 0) folds"
          : "has \(counted(total, "user")), and none is left for training when \(sizes) are held out",
        accepted: "more users, a smaller --held-out, or --split interactions")
    }
    var random = seed.stream(.split)
    var order = random.permutation(total)
    // The test fold goes to the end, as in a split without folds.
    if let tested { order = Array(order[tested.upperBound...] + order[..<tested.upperBound]) }
    let trainCount = total - size - testSize
    var places = [Int](repeating: 0, count: total)
    for (place, user) in order.enumerated() { places[user] = place }
    training = places.indices.filter { places[$0] < trainCount }
    validation = places.indices.filter { trainCount..<trainCount + size ~= places[$0] }
    test = places.indices.filter { places[$0] >= trainCount + size }
    (self.name, self.users, self.seed, self.forTraining) = (name, users, seed, forTraining)
  }

  /// Makes the split.
  ///
  /// - Parameter pieces: all interactions in the order of the lines.
  /// - Returns: `nil` when pairs repeat.
  /// - Throws: `DataError` when nothing can be held out.
  func split(pieces: [InteractionPiece], items all: Vocabulary, _ processor: Processor) throws -> RankingSplit? {
    var isTraining = [Bool](repeating: false, count: users.count)
    for user in training { isTraining[user] = true }
    let order = try pieces.items(
      ofUsers: forTraining ? [Bool](repeating: true, count: users.count) : isTraining, itemCount: all.count, processor)
    let items = all.selecting(order)
    var columns = [Int32](repeating: -1, count: all.count)
    for (column, item) in order.enumerated() { columns[item] = Int32(column) }

    let groups = try UserGroups(pieces, userCount: users.count, processor)
    let train = try groups.rows(where: isTraining, columns: columns, columnCount: items.count, processor)
    guard let train else { return nil }
    let trainUsers = UserRows(ids: training.map { users[$0] }, rows: train)
    var fingerprint = Fingerprint()
    let parts = [validation, test].map(HeldOutBlock.blocks)
    var blocks = Array(parts.joined())
    // One thread computes the fingerprint, and the others meanwhile what comes after it.
    try processor.forEach(&blocks, meanwhile: { fingerprint.add(.users, items, trainUsers) }) {
      [seed, columns, forTraining] _, block in
      let rows = groups.rows(ofUsers: block.users, columns: columns, columnCount: items.count)
      if let rows { block.draw(from: rows, seed) }
      if forTraining { block.rows = rows }
    }
    // Nothing is drawn in a block in which pairs repeat.
    let counts = blocks.compactMap(\.itemCount)
    if counts.count < blocks.count { return nil }
    let validationUsers = HeldOutUsers(blocks.prefix(parts[0].count), columnCount: items.count, users)
    let testUsers = HeldOutUsers(blocks.dropFirst(parts[0].count), columnCount: items.count, users)
    var notes: [String] = []
    let dropped = pieces.lineCount - train.nonZeroCount - counts.reduce(0, +)
    if dropped > 0 {
      notes.append(
        "dropped \(counted(dropped, "interaction")) of held-out users with "
          + "\(counted(all.count - items.count, "item")) that no training user has")
    }
    if forTraining {
      notes.append("no test users are set aside; items of all \(counted(users.count, "user")) are kept")
    }
    guard forTraining || testUsers != nil else {
      throw DataError(
        path: name, message: "has no test user with five items, so nothing can be held out",
        accepted: "more users, a larger --held-out, or --split interactions")
    }
    if validationUsers == nil {
      notes.append(
        "none of the \(counted(validation.count, "validation user")) has five items, so no epoch can be chosen")
    }
    let refit =
      forTraining
      ? trainUsers.appending(
        UserRows(
          ids: validation.map { users[$0] },
          rows: SparseRows(columnCount: items.count, joining: blocks.compactMap(\.rows)))) : nil
    return RankingSplit(
      kind: .users, items: items, train: trainUsers, fingerprint, validation: validationUsers, refit: refit,
      test: testUsers, notes: notes)
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

  /// The same rows, made by several threads.
  func rows(
    columns: [Int32], columnCount: Int, _ processor: Processor,
    where isIncluded: @Sendable (Int) -> Bool = { _ in true }
  ) throws -> SparseRows {
    let pieces = try pieces(columns: columns, where: isIncluded, processor)
    let rows = try UserGroups(pieces, userCount: users.count, processor).rows(
      where: [Bool](repeating: true, count: users.count), columns: (0..<Int32(columnCount)).map(\.self),
      columnCount: columnCount, processor)
    guard let rows else { preconditionFailure("a pair of \(self) occurs twice") }
    return rows
  }
}
