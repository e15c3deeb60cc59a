import Compute

/// Interactions: one user, one item and optionally a rating and a time each, in the order of the file.
///
/// Every (user, item) pair occurs once.
public struct Interactions: Sendable {
  /// How to name the data in output: the file name, usually.
  public let name: String
  /// How the file was read, or `nil` when there was none.
  public let columns: ReadColumns?
  /// The users in order of first appearance.
  public let users: Vocabulary
  /// The items in order of first appearance.
  public let items: Vocabulary
  /// The user of each interaction; shape: `count`.
  public let userIndices: [Int32]
  /// The item of each interaction; shape: `count`.
  public let itemIndices: [Int32]
  /// The rating of each interaction, or `nil` when there are none.
  public let ratings: [Float]?
  /// The time of each interaction, usually in seconds since 1970, or `nil` when there are none.
  public let timestamps: [Double]?
  /// Notes on how these interactions were read and filtered, with counts.
  public private(set) var notes: [String]

  /// The number of interactions.
  public var count: Int { userIndices.count }

  /// The share of all user-item pairs that are there.
  public var density: Double {
    count == 0 ? 0 : Double(count) / (Double(users.count) * Double(items.count))
  }

  /// Creates interactions from numbered users and items.
  ///
  /// One of several repeated pairs is kept, and a note says how many there were: with times the latest (the later line
  /// of equal times), with its rating and its place; without times the first place with the last rating.
  ///
  /// - Precondition: indices lie within the vocabularies; all arrays have the same length.
  public init(
    name: String, columns: ReadColumns? = nil, users: Vocabulary, items: Vocabulary, userIndices: [Int32],
    itemIndices: [Int32], ratings: [Float]? = nil, timestamps: [Double]? = nil, notes: [String] = []
  ) {
    precondition(userIndices.allSatisfy { 0..<users.count ~= Int($0) }, "a user outside the vocabulary")
    precondition(itemIndices.allSatisfy { 0..<items.count ~= Int($0) }, "an item outside the vocabulary")
    self.init(
      name: name, columns: columns, users: users, items: items, userIndices: userIndices, itemIndices: itemIndices,
      ratings: ratings, timestamps: timestamps, notes: notes,
      had: (ratings: ratings != nil, times: timestamps != nil), keepsTimes: true, mayRepeat: true)
  }

  /// Joins the parts of a file; of repeated pairs one is kept.
  ///
  /// - Parameters:
  ///   - hasRepeats: whether a pair occurs more than once.
  ///   - keeping: which of the columns read are wanted; times may have been read only to choose among repeated pairs.
  ///   - keepsEarliest: whether the earliest of repeated pairs is kept, not the latest.
  ///   - processor: the threads to use.
  init(
    _ read: ReadInteractions, hasRepeats: Bool, keeping: InteractionColumns, keepsEarliest: Bool = false,
    _ processor: Processor
  ) throws {
    self.init(
      name: read.name, columns: read.columns, users: read.users, items: read.items,
      userIndices: try read.userIndices(processor), itemIndices: try read.itemIndices(processor),
      ratings: keeping.contains(.ratings) ? try read.joined({ $0.ratings }, processor) : nil,
      timestamps: try read.joined({ $0.timestamps }, processor), notes: read.notes,
      had: (ratings: read.columns.rating != nil, times: read.columns.timestamp != nil),
      keepsTimes: keeping.contains(.timestamps), keepsEarliest: keepsEarliest, mayRepeat: hasRepeats)
  }

  /// Creates interactions from numbered users and items, whose ratings and times may have been left out.
  ///
  /// - Parameters:
  ///   - had: the columns that were present.
  ///   - keepsTimes: whether the times are wanted, or only used to choose among repeated pairs.
  ///   - keepsEarliest: whether the earliest of repeated pairs is kept, not the latest.
  ///   - mayRepeat: whether a pair may occur more than once.
  private init(
    name: String, columns: ReadColumns?, users: Vocabulary, items: Vocabulary, userIndices: [Int32],
    itemIndices: [Int32], ratings: [Float]?, timestamps: [Double]?, notes: [String] = [],
    had: (ratings: Bool, times: Bool), keepsTimes: Bool, keepsEarliest: Bool = false, mayRepeat: Bool
  ) {
    precondition(userIndices.count == itemIndices.count, "a user and an item for each interaction")
    precondition(ratings.map { $0.count == userIndices.count } ?? true, "a rating for each interaction")
    precondition(timestamps.map { $0.count == userIndices.count } ?? true, "a time for each interaction")
    self.name = name
    self.columns = columns
    self.users = users
    self.items = items
    let repeats =
      mayRepeat
      ? RepeatedPairs(
        users: userIndices, items: itemIndices,
        times: keepsEarliest ? timestamps.map { $0.map { -$0 } } : timestamps, userCount: users.count,
        itemCount: items.count)
      : nil
    guard let repeats, repeats.count > 0 else {
      self.userIndices = userIndices
      self.itemIndices = itemIndices
      self.ratings = ratings
      self.timestamps = keepsTimes ? timestamps : nil
      self.notes = notes
      return
    }
    self.userIndices = repeats.places.map { userIndices[$0] }
    self.itemIndices = repeats.places.map { itemIndices[$0] }
    self.ratings = ratings.map { all in repeats.values.map { all[$0] } }
    self.timestamps = keepsTimes ? timestamps.map { all in repeats.values.map { all[$0] } } : nil
    self.notes = notes + [Self.repeatNote(repeats.count, had: had, keepsEarliest: keepsEarliest)]
  }

  /// The note about repeated pairs.
  static func repeatNote(
    _ count: Int, had: (ratings: Bool, times: Bool), keepsEarliest: Bool = false
  ) -> String {
    let which = keepsEarliest ? "earliest" : "latest"
    let kept =
      switch had {
      case (true, true): " (\(which) rating kept)"
      case (true, false): " (last rating kept)"
      case (false, true): " (\(which) time kept)"
      case (false, false): ""
      }
    return counted(count, "repeated (user, item) pair") + " merged" + kept
  }

  /// Creates interactions without ratings from pairs of ids.
  public init(name: String, pairs: some Sequence<(user: String, item: String)>) {
    let pairs = Array(pairs)
    let users = Vocabulary(ids: pairs.lazy.map(\.user))
    let items = Vocabulary(ids: pairs.lazy.map(\.item))
    self.init(
      name: name, users: users, items: items,
      userIndices: pairs.compactMap { users.index(of: $0.user).map(Int32.init) },
      itemIndices: pairs.compactMap { items.index(of: $0.item).map(Int32.init) })
  }

  /// The same with more remarks.
  public func noting(_ remarks: [String]) -> Interactions {
    var result = self
    result.notes += remarks
    return result
  }

  /// The interactions before a cut, and those at its time or later; the first part keeps the notes.
  ///
  /// - Returns: `nil` if there are no times, or no interactions.
  public func divided(by cut: TimeCut) -> (before: Interactions, after: Interactions, time: Double)? {
    guard let timestamps, count > 0 else { return nil }
    let time = cut.time(in: timestamps)
    return (
      selecting((0..<count).filter { timestamps[$0] < time }, notes: notes),
      selecting((0..<count).filter { timestamps[$0] >= time }, notes: []), time
    )
  }

  /// The interactions whose positions are given, in ascending order, with vocabularies of what is left.
  func selecting(_ positions: [Int], notes: [String]) -> Interactions {
    let (userIndices, users) = Self.renumber(positions.map { self.userIndices[$0] }, users)
    let (itemIndices, items) = Self.renumber(positions.map { self.itemIndices[$0] }, items)
    return Interactions(
      name: name, columns: columns, users: users, items: items, userIndices: userIndices, itemIndices: itemIndices,
      ratings: ratings.map { all in positions.map { all[$0] } },
      timestamps: timestamps.map { all in positions.map { all[$0] } }, notes: notes)
  }

  /// Numbers ids in order of first appearance.
  static func renumber(_ indices: [Int32], _ vocabulary: Vocabulary) -> ([Int32], Vocabulary) {
    var numbers = [Int32](repeating: -1, count: vocabulary.count)
    var order: [Int] = []
    var renumbered = indices
    for position in renumbered.indices {
      let old = Int(renumbered[position])
      if numbers[old] < 0 {
        numbers[old] = Int32(order.count)
        order.append(old)
      }
      renumbered[position] = numbers[old]
    }
    return (renumbered, vocabulary.selecting(order))
  }
}

extension Interactions: CustomStringConvertible {
  /// Such as `<Interactions 943 users × 1682 items, 100000 interactions>`.
  public var description: String {
    "<Interactions \(users.count) users × \(items.count) items, \(count) interactions>"
  }
}

/// Which interactions repeat a (user, item) pair.
private struct RepeatedPairs {
  /// How many interactions repeat an earlier one.
  var count = 0
  /// The place of each pair, ascending: with times that of the latest occurrence, without that of the first; empty when
  /// nothing repeats.
  var places: [Int] = []
  /// The occurrence that gives the same pairs their rating and time: with times the latest, without the last.
  var values: [Int] = []

  init(users: [Int32], items: [Int32], times: [Double]?, userCount: Int, itemCount: Int) {
    let order = Grouping(of: users, groupCount: userCount)
    // For each item, the user seen with it last and the place of the pair: users come one after the other, so one cell an
    // item is enough.
    var lastUser = [Int32](repeating: -1, count: itemCount)
    var place = [Int](repeating: 0, count: itemCount)
    // For each interaction the one whose rating it takes, or −1 when it repeats another; made at the first
    // repeat.
    var source: [Int] = []
    for index in users.indices {
      let position = order[index]
      let (user, item) = (users[position], Int(items[position]))
      if lastUser[item] == user {
        if source.isEmpty { source = Array(users.indices) }
        count += 1
        guard let times else {
          source[position] = -1
          source[place[item]] = position
          continue
        }
        // Positions of a user ascend, so of equal times the later line wins.
        let isLatest = times[position] >= times[place[item]]
        source[isLatest ? place[item] : position] = -1
        if isLatest { place[item] = position }
      } else {
        lastUser[item] = user
        place[item] = position
      }
    }
    if count == 0 { return }
    places = users.indices.filter { source[$0] >= 0 }
    values = places.map { source[$0] }
  }
}
