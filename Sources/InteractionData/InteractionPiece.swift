import Compute

/// Successive interactions, as many as one thread processes at a time.
///
/// The pieces, in the order of the lines, hold all interactions; numbers refer to a vocabulary of users and one of
/// items. Successive lines of a user are a run, and where the lines of users stand together, runs are few.
struct InteractionPiece: Sendable {
  /// The user of each run; shape: runs.
  let users: ArraySlice<Int32>
  /// The number of lines of each run; shape: runs, or empty where every run is one line.
  let lengths: ArraySlice<Int32>
  /// The item of each line; shape: lines.
  let items: ArraySlice<Int32>

  /// Puts runs and items together.
  init(users: ArraySlice<Int32>, lengths: ArraySlice<Int32> = [], items: ArraySlice<Int32>) {
    precondition(lengths.isEmpty ? users.count == items.count : users.count == lengths.count, "a length for each run")
    (self.users, self.lengths, self.items) = (users, lengths, items)
  }

  /// Takes a user for each line.
  init(userOfLine users: ArraySlice<Int32>, items: ArraySlice<Int32>) {
    var runs: (users: [Int32], lengths: [Int32]) = ([], [])
    for user in users {
      if runs.users.last == user {
        runs.lengths[runs.lengths.count - 1] += 1
      } else {
        // Runs would take more memory than the lines.
        if 2 * (runs.users.count + 1) > items.count {
          self.init(users: users, items: items)
          return
        }
        runs.users.append(user)
        runs.lengths.append(1)
      }
    }
    self.init(users: runs.users[...], lengths: runs.lengths[...], items: items)
  }

  /// The number of lines.
  var count: Int { items.count }

  /// Takes one run after the other, beginning with the one numbered `first`, as long as `body` asks for more.
  ///
  /// - Parameters:
  ///   - first: the number of a run, and of its first line.
  ///   - body: receives the user of a run and its lines, counted from the beginning of the piece. Two successive runs may be of
  ///     one user.
  @inline(__always)
  func forEachRun(
    from first: (run: Int, line: Int) = (0, 0), while body: (_ user: Int32, _ lines: Range<Int>) -> Bool
  ) {
    var line = first.line
    let (users, lengths) = (users.span, lengths.span)
    for run in first.run..<users.count {
      let end = line + (lengths.isEmpty ? 1 : Int(lengths[run]))
      if !body(users[run], line..<end) { return }
      line = end
    }
  }

  /// Takes all runs, one after the other.
  @inline(__always)
  func forEachRun(_ body: (_ user: Int32, _ lines: Range<Int>) -> Void) {
    forEachRun { user, lines in
      body(user, lines)
      return true
    }
  }
}

extension Interactions {
  /// The lines that one thread takes up at a time.
  private static let pieceSize = 1 << 17

  /// The interactions in pieces.
  func pieces(_ processor: Processor) throws -> [InteractionPiece] {
    try processor.map(count: (count + Self.pieceSize - 1) / Self.pieceSize) { piece in
      let range = piece * Self.pieceSize..<min(count, (piece + 1) * Self.pieceSize)
      return InteractionPiece(userOfLine: userIndices[range], items: itemIndices[range])
    }
  }

  /// The interactions wanted in pieces, with columns in place of items.
  ///
  /// - Parameter columns: the column of each item, or −1 for items that are left out.
  func pieces(
    columns: [Int32], where isIncluded: @Sendable (Int) -> Bool, _ processor: Processor
  ) throws -> [InteractionPiece] {
    try processor.map(count: (count + Self.pieceSize - 1) / Self.pieceSize) { piece in
      let range = piece * Self.pieceSize..<min(count, (piece + 1) * Self.pieceSize)
      var (users, items): ([Int32], [Int32]) = ([], [])
      for position in range {
        let column = columns[Int(itemIndices[position])]
        if column < 0 || !isIncluded(position) { continue }
        users.append(userIndices[position])
        items.append(column)
      }
      return InteractionPiece(userOfLine: users[...], items: items[...])
    }
  }
}

extension [InteractionPiece] {
  /// The number of lines of all pieces.
  var lineCount: Int { reduce(0) { $0 + $1.count } }

  /// The items of some users in order of first appearance.
  ///
  /// - Parameter isWanted: for each user, whether theirs count.
  func items(ofUsers isWanted: [Bool], itemCount: Int, _ processor: Processor) throws -> [Int] {
    var order: [Int] = []
    var isKnown = [Bool](repeating: false, count: itemCount)
    // The first pieces have most of the items, so the others add little and can be processed in growing groups.
    var blocks = 1
    var start = 0
    while start < count && order.count < itemCount {
      let pieces = self[start..<Swift.min(count, start + 8 * blocks)]
      let known = isKnown
      let lists = try processor.map(count: (pieces.count + 7) / 8) { block in
        var isKnown = known
        var list: [Int32] = []
        for piece in pieces.dropFirst(8 * block).prefix(8) {
          let items = piece.items.span
          piece.forEachRun { user, lines in
            if !isWanted[Int(user)] { return }
            for line in lines where !isKnown[Int(items[line])] {
              isKnown[Int(items[line])] = true
              list.append(items[line])
            }
          }
        }
        return list
      }
      for item in lists.joined() where !isKnown[Int(item)] {
        isKnown[Int(item)] = true
        order.append(Int(item))
      }
      start = pieces.endIndex
      blocks = Swift.min(64, 4 * blocks)
    }
    return order
  }
}
