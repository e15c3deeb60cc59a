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
  /// Whether a line could not be understood; then nothing else means anything.
  var isMalformed = false

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
  }

  /// Adds a user, who may be the one before.
  @inline(__always)
  mutating func append(user: Int32) {
    if let last = runs.indices.last, runs[last].user == user {
      runs[last].count += 1
    } else {
      runs.append(UserRun(user: user, count: 1))
    }
  }

  /// Replaces the numbers of new ids by those they were given.
  mutating func renumber(users: [Int32], items numbers: [Int32]) {
    if !users.isEmpty {
      for index in runs.indices where runs[index].user < 0 { runs[index].user = users[Int(~runs[index].user)] }
    }
    if !numbers.isEmpty {
      for index in items.indices where items[index] < 0 { items[index] = numbers[Int(~items[index])] }
    }
  }
}
