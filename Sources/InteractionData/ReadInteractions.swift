import Compute

/// The interactions of a file in the order of its lines, repeated pairs included, in the parts in which they were read.
public struct ReadInteractions: Sendable {
  /// How to name the data in output.
  let name: String
  /// How the file was read.
  let columns: ReadColumns
  /// The users in order of first appearance.
  let users: Vocabulary
  /// The items in order of first appearance.
  let items: Vocabulary
  /// The parts of the file that have interactions.
  let parts: [ReadPart]
  /// Notes on how these interactions were read.
  let notes: [String]

  /// The number of interactions.
  var count: Int { parts.reduce(0) { $0 + $1.piece.count } }

  /// Whether the ratings were kept.
  var hasRatings: Bool { parts.contains { !$0.ratings.isEmpty } }

  /// Whether the times were kept.
  var hasTimes: Bool { parts.contains { !$0.timestamps.isEmpty } }

  /// Users and items of all parts.
  var pieces: [InteractionPiece] { parts.map(\.piece) }

  /// The same with other notes.
  func noting(_ notes: [String]) -> ReadInteractions {
    ReadInteractions(name: name, columns: columns, users: users, items: items, parts: parts, notes: notes)
  }

  /// Whether a pair occurs more than once.
  func hasRepeats(_ processor: Processor) throws -> Bool {
    try UserGroups(pieces, userCount: users.count, processor).hasRepeats(itemCount: items.count, processor)
  }

  /// The values of a column, part after part; `nil` if the parts do not have it.
  func joined<Number: BitwiseCopyable & Numeric & Sendable>(
    _ column: @Sendable (ReadPart) -> [Number], _ processor: Processor
  ) throws -> [Number]? {
    if parts.first.map({ column($0).isEmpty }) ?? true { return nil }
    return try processor.makeSlices(of: Number.self, cuts: cuts) { part, numbers in
      for (place, number) in column(parts[part]).enumerated() { numbers[place] = number }
    }.elements
  }

  /// The user of each line.
  func userIndices(_ processor: Processor) throws -> [Int32] {
    try processor.makeSlices(of: Int32.self, cuts: cuts) { part, users in
      parts[part].piece.forEachRun { user, lines in for line in lines { users[line] = user } }
    }.elements
  }

  /// The item of each line.
  func itemIndices(_ processor: Processor) throws -> [Int32] {
    try processor.makeSlices(of: Int32.self, cuts: cuts) { part, items in
      for (place, item) in parts[part].piece.items.enumerated() { items[place] = item }
    }.elements
  }

  /// Where each part starts and the last one ends.
  private var cuts: [Int] {
    var cuts = [0]
    for part in parts { cuts.append(cuts[cuts.count - 1] + part.piece.count) }
    return cuts
  }
}

extension ReadInteractions {
  /// The interactions with at least this rating, with vocabularies of the remaining users and items.
  ///
  /// - Parameter asRatings: whether the ratings are kept.
  func keeping(ratingsFrom least: Float, asRatings: Bool, _ processor: Processor) throws -> ReadInteractions {
    let left = try processor.map(count: parts.count) { parts[$0].keeping(ratingsFrom: least, asRatings: asRatings) }
    let itemOrder = try left.map { $0.piece }.items(
      ofUsers: [Bool](repeating: true, count: users.count), itemCount: items.count, processor)
    var userOrder: [Int] = []
    var isKnown = [Bool](repeating: false, count: users.count)
    for part in left {
      for user in part.piece.users where !isKnown[Int(user)] {
        isKnown[Int(user)] = true
        userOrder.append(Int(user))
      }
    }
    let (userNumbers, itemNumbers) = (Self.numbers(userOrder, users.count), Self.numbers(itemOrder, items.count))
    let renumbered = try processor.map(count: left.count) { part in
      let (piece, ratings, times) = (left[part].piece, left[part].ratings, left[part].timestamps)
      return ReadPart(
        piece: InteractionPiece(
          users: piece.users.map { userNumbers[Int($0)] }[...], lengths: piece.lengths,
          items: piece.items.map { itemNumbers[Int($0)] }[...]), ratings: ratings, timestamps: times)
    }
    return ReadInteractions(
      name: name, columns: columns, users: users.selecting(userOrder), items: items.selecting(itemOrder),
      parts: renumbered.filter { $0.piece.count > 0 }, notes: notes)
  }

  /// The place of each number in an order.
  private static func numbers(_ order: [Int], _ count: Int) -> [Int32] {
    var numbers = [Int32](repeating: -1, count: count)
    for (place, number) in order.enumerated() { numbers[number] = Int32(place) }
    return numbers
  }
}

extension ReadPart {
  fileprivate func keeping(ratingsFrom least: Float, asRatings: Bool) -> ReadPart {
    var (users, items): ([Int32], [Int32]) = ([], [])
    let (allItems, allRatings) = (piece.items.span, ratings.span)
    users.reserveCapacity(piece.count)
    items.reserveCapacity(piece.count)
    piece.forEachRun { user, lines in
      for line in lines where allRatings[line] >= least {
        users.append(user)
        items.append(allItems[line])
      }
    }
    let kept = ratings.indices.lazy.filter { ratings[$0] >= least }
    return ReadPart(
      piece: InteractionPiece(userOfLine: users[...], items: items[...]),
      ratings: asRatings ? kept.map { ratings[$0] } : [],
      timestamps: timestamps.isEmpty ? [] : kept.map { timestamps[$0] })
  }
}
