public import Compute
import FileFormats

/// Users who first appear after a time cut: none of their interactions is before it.
public struct Newcomers: Sendable {
  /// Those with at least five known items: the latest `⌊n/5⌋` are held out, the first ones are the input; `nil` if
  /// there are none.
  public let tested: HeldOutUsers?
  /// The number of new users.
  public let count: Int

  /// The number of new users that are tested.
  public var testedCount: Int { tested?.userIDs.count ?? 0 }

  /// The note about them.
  public var note: String { Self.note(tested: testedCount, of: count) }

  static func note(tested: Int, of count: Int) -> String {
    "\(tested) of \(counted(count, "user")) who appear after the cut \(tested == 1 ? "is" : "are")"
      + " tested: those with at least five known items"
  }

  /// Finds the new users, and divides their items.
  ///
  /// Equal times are in an order drawn by seed and ids, unless the data are a log (as in
  /// ``RankingSplit/leaveOneOut(_:seed:forTraining:threads:)``).
  ///
  /// - Parameters:
  ///   - after: the positions of the interactions after the cut, ascending.
  ///   - isNew: for each user of the data, whether all interactions are after the cut.
  ///   - columns: for each item of the data its column, or `nil` for an unknown item.
  ///   - width: the number of columns.
  init(
    of data: Interactions, _ times: [Double], after: [Int], isNew: [Bool], columns: [Int?], width: Int, seed: Seed
  ) {
    var positions: [Int: [Int]] = [:]
    for position in after {
      let user = Int(data.userIndices[position])
      if !isNew[user] || columns[Int(data.itemIndices[position])] == nil { continue }
      positions[user, default: []].append(position)
    }
    let sorted = LatestFirst(data, times: times, seed: seed)
    let users = positions.keys.sorted()
    var (shown, wanted): ([[Int32]], [[Int32]]) = ([], [])
    for user in users {
      var own = positions[user] ?? []
      _ = sorted.sort(&own, of: user)
      let items = own.compactMap { columns[Int(data.itemIndices[$0])].map(Int32.init) }
      let count = items.count / 5
      wanted.append(items[..<count].sorted())
      shown.append(items[count...].sorted())
    }
    count = isNew.count { $0 }
    tested = HeldOutUsers(
      unseen: users.map { data.users[$0] }, foldIn: SparseRows(columnCount: width, ascending: shown),
      heldOut: SparseRows(columnCount: width, ascending: wanted))
  }
}

extension Interactions {
  /// The users who first appear at a time or later, with their interactions with some items.
  ///
  /// - Parameters:
  ///   - time: the cut; interactions at this time are after it.
  ///   - items: the items that are known, such as a model's.
  /// - Returns: `nil` if there are no times.
  public func newcomers(from time: Double, items known: Vocabulary, seed: Seed) -> Newcomers? {
    guard let timestamps else { return nil }
    var isNew = [Bool](repeating: true, count: users.count)
    var after: [Int] = []
    for position in 0..<count {
      if timestamps[position] < time {
        isNew[Int(userIndices[position])] = false
      } else {
        after.append(position)
      }
    }
    return Newcomers(
      of: self, timestamps, after: after, isNew: isNew, columns: known.indices(of: items), width: known.count,
      seed: seed)
  }

  /// The interactions of users who are in a vocabulary.
  ///
  /// - Returns: `nil` if there are none.
  public func only(users known: Vocabulary) -> Interactions? {
    let isKnown = known.indices(of: users).map { $0 != nil }
    let positions = (0..<count).filter { isKnown[Int(userIndices[$0])] }
    return positions.isEmpty ? nil : selecting(positions, notes: notes)
  }
}

extension HeldOutUsers {
  /// The same users, followed by others that no model was fitted to.
  ///
  /// - Precondition: both have the same columns.
  public func appending(unseen others: HeldOutUsers) -> HeldOutUsers {
    let own = profiles.trainingRows ?? [Int?](repeating: nil, count: userIDs.count)
    return HeldOutUsers(
      userIDs: userIDs + others.userIDs,
      profiles: Profiles(
        items: profiles.items.appending(others.profiles.items),
        trainingRows: own + [Int?](repeating: nil, count: others.userIDs.count)),
      masked: masked.appending(others.masked), heldOut: heldOut.appending(others.heldOut),
      skippedUsers: skippedUsers + others.skippedUsers)
  }
}
