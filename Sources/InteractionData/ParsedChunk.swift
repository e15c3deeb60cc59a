import FileFormats

/// The interactions of one part of a file, repeated pairs included.
///
/// Users and items are numbers of the tables known when the part was parsed, or, below 0, those of new ids:
/// −1 is the first one in ``newUsers`` or ``newItems``.
struct ParsedChunk: Sendable {
  /// The lines parsed, as bytes of the file.
  var range = 0..<0
  var newUsers = IdentifierTable()
  var newItems = IdentifierTable()
  /// The users, with the number of lines each has in succession.
  var runs: [UserRun] = []
  var items: [Int32] = []
  var ratings: [Float] = []
  var timestamps: [Double] = []
  /// The number of lines, blank ones included.
  var lines = 0
  /// Whether a line was malformed; then the other values are meaningless.
  var isMalformed = false
  /// The numbers that the new ids were given.
  var userNumbers: [Int32] = []
  var itemNumbers: [Int32] = []

  struct UserRun: Sendable {
    var user: Int32
    var count: Int32
  }

  /// Empties the chunk, but keeps its memory for the next part.
  mutating func begin(_ range: Range<Int>) {
    self.range = range
    newUsers.removeAll()
    newItems.removeAll()
    runs.removeAll(keepingCapacity: true)
    items.removeAll(keepingCapacity: true)
    ratings.removeAll(keepingCapacity: true)
    timestamps.removeAll(keepingCapacity: true)
    lines = 0
    isMalformed = false
    (userNumbers, itemNumbers) = ([], [])
  }

  /// Adds lines of a user, who may be the one before.
  @inline(__always)
  mutating func append(user: Int32, lines: Int32 = 1) {
    if let last = runs.indices.last, runs[last].user == user {
      runs[last].count += lines
    } else {
      runs.append(UserRun(user: user, count: lines))
    }
  }

  /// The part with final numbers, in no more memory than it takes; `nil` when it has no interaction.
  func settled() -> ReadPart? {
    if items.isEmpty { return nil }
    func final(_ number: Int32, _ given: [Int32]) -> Int32 { number < 0 ? given[Int(~number)] : number }
    let items = items.map { final($0, itemNumbers) }
    let piece: InteractionPiece
    // If most runs are short, they take more memory than a user for each line.
    if 2 * runs.count > items.count {
      var users: [Int32] = []
      users.reserveCapacity(items.count)
      for run in runs {
        let user = final(run.user, userNumbers)
        for _ in 0..<run.count { users.append(user) }
      }
      piece = InteractionPiece(users: users[...], items: items[...])
    } else {
      piece = InteractionPiece(
        users: runs.map { final($0.user, userNumbers) }[...], lengths: runs.map(\.count)[...], items: items[...])
    }
    return ReadPart(piece: piece, ratings: ratings.map(\.self), timestamps: timestamps.map(\.self))
  }
}

/// One part of a file as it is kept.
struct ReadPart: Sendable {
  /// The interactions.
  let piece: InteractionPiece
  /// The rating of each line, or nothing.
  let ratings: [Float]
  /// The time of each line, or nothing.
  let timestamps: [Double]
}
