import Compute

/// Interactions grouped by user: users in ascending order, each user's interactions in the order of the lines.
///
/// Most files have this order; others are sorted by counting, in two steps: some pieces together by ranges of users, then
/// range by range.
struct UserGroups: Sendable {
  /// Users ascend within a piece and from one to the next; the lines of a user may continue in later pieces.
  private let pieces: [InteractionPiece]
  /// For each piece, the first run and line of a user whose lines do not begin in a piece before.
  private let starts: [(run: Int, line: Int)]

  /// Groups interactions by user, if they are not grouped yet.
  ///
  /// - Parameter pieces: in the order of the lines.
  init(_ pieces: [InteractionPiece], userCount: Int, _ processor: Processor) throws {
    let pieces = pieces.filter { $0.count > 0 }
    self.pieces =
      Self.areGrouped(pieces)
      ? pieces : try Self.grouping(pieces, userCount: userCount, processor).filter { $0.count > 0 }
    var starts: [(run: Int, line: Int)] = []
    for (index, piece) in self.pieces.enumerated() {
      let before = index == 0 ? nil : self.pieces[index - 1].users.last
      var start = (run: 0, line: 0)
      piece.forEachRun(from: (0, 0)) { user, lines in
        if user != before { return false }
        start = (start.run + 1, lines.upperBound)
        return true
      }
      starts.append(start)
    }
    self.starts = starts
  }

  private static func areGrouped(_ pieces: [InteractionPiece]) -> Bool {
    var last: Int32 = -1
    for piece in pieces {
      for user in piece.users {
        if user < last { return false }
        last = user
      }
    }
    return true
  }

  // MARK: Grouping

  private static func grouping(
    _ pieces: [InteractionPiece], userCount: Int, _ processor: Processor
  ) throws -> [InteractionPiece] {
    // Ranges of users are small enough that their counters stay in the first-level cache.
    var shift = 0
    while userCount >> shift > 512 { shift += 1 }
    let ranges = (userCount - 1) >> shift + 1
    let blocks = blocks(of: pieces)
    let all = try processor.map(count: blocks.count) { [shift] block in
      Self.sorted(blocks[block], rangeCount: ranges, shift: shift)
    }
    return try processor.map(count: ranges) { [shift] range in
      Self.joined(all, range: range, firstUser: range << shift, userCount: min(userCount - range << shift, 1 << shift))
    }
  }

  /// Successive pieces that are sorted together: so many lines that those of a range are more than a few, and so few that they
  /// fit a cache.
  private static func blocks(of pieces: [InteractionPiece]) -> [[InteractionPiece]] {
    var blocks: [[InteractionPiece]] = []
    var lines = Int.max
    for piece in pieces {
      if lines >= 1 << 17 {
        blocks.append([])
        lines = 0
      }
      blocks[blocks.count - 1].append(piece)
      lines += piece.count
    }
    return blocks
  }

  /// One piece of several, with the lines of each range of users together, a user for each line, and where each range starts.
  private static func sorted(
    _ pieces: [InteractionPiece], rangeCount: Int, shift: Int
  ) -> (piece: InteractionPiece, starts: [Int]) {
    var starts = [Int](repeating: 0, count: rangeCount + 1)
    for piece in pieces { piece.forEachRun { user, lines in starts[Int(user) >> shift + 1] += lines.count } }
    for range in 0..<rangeCount { starts[range + 1] += starts[range] }
    var places = starts
    var users = [Int32](repeating: 0, count: pieces.lineCount)
    var items = users
    var next = places.mutableSpan
    var userOfLine = users.mutableSpan
    var itemOfLine = items.mutableSpan
    for piece in pieces {
      let source = piece.items.span
      piece.forEachRun { user, lines in
        let range = Int(user) >> shift
        for line in lines {
          userOfLine[next[range]] = user
          itemOfLine[next[range]] = source[line]
          next[range] += 1
        }
      }
    }
    return (InteractionPiece(users: users[...], items: items[...]), starts)
  }

  /// The lines of one range of users from all pieces, user by user.
  private static func joined(
    _ pieces: [(piece: InteractionPiece, starts: [Int])], range: Int, firstUser: Int, userCount: Int
  ) -> InteractionPiece {
    var next = [Int](repeating: 0, count: userCount + 1)
    for (piece, starts) in pieces {
      let users = piece.users.span
      for line in starts[range]..<starts[range + 1] { next[Int(users[line]) - firstUser + 1] += 1 }
    }
    let lengths = next.dropFirst().map { Int32($0) }
    for user in 0..<userCount { next[user + 1] += next[user] }
    var items = [Int32](repeating: 0, count: next[userCount])
    for (piece, starts) in pieces {
      let (users, source) = (piece.users.span, piece.items.span)
      for line in starts[range]..<starts[range + 1] {
        let user = Int(users[line]) - firstUser
        items[next[user]] = source[line]
        next[user] += 1
      }
    }
    let present = lengths.indices.filter { lengths[$0] > 0 }
    return InteractionPiece(
      users: present.map { Int32(firstUser + $0) }[...], lengths: present.map { lengths[$0] }[...], items: items[...])
  }

  // MARK: Rows

  /// One row for each of the users wanted, in ascending order.
  ///
  /// - Parameters:
  ///   - isWanted: for each user, whether there is a row.
  ///   - columns: the column of each item, below `columnCount`; items of other users may have −1.
  /// - Returns: `nil` when a user has an item twice.
  func rows(
    where isWanted: [Bool], columns: [Int32], columnCount: Int, _ processor: Processor
  ) throws -> SparseRows? {
    let counts = try processor.map(count: pieces.count) { piece in
      var counts: [Int32] = []
      var count: Int32 = 0
      forEachUser(of: piece, where: { isWanted[Int($0)] }) { _, lines in
        count += Int32(lines.count)
      } then: { _ in
        counts.append(count)
        count = 0
      }
      return counts
    }
    // Users without a line have a row as well.
    var offsets = [0]
    offsets.reserveCapacity(isWanted.count + 1)
    var cuts = [0]
    var user = 0
    func close(before next: Int) {
      while user < next {
        if isWanted[user] { offsets.append(offsets[offsets.count - 1]) }
        user += 1
      }
    }
    for piece in pieces.indices {
      var place = 0
      forEachUser(of: piece, where: { isWanted[Int($0)] }, take: { _, _ in }) { own in
        close(before: own)
        offsets.append(offsets[offsets.count - 1] + Int(counts[piece][place]))
        user = own + 1
        place += 1
      }
      cuts.append(offsets[offsets.count - 1])
    }
    close(before: isWanted.count)
    let (indices, areDistinct) = try processor.makeSlices(of: Int32.self, cuts: cuts) { piece, indices in
      // Taken once: every access changes the reference count, which is beside the columns of the first items, and all threads read
      // these.
      let columns = columns.span
      var row = ColumnSorter(columnCount: columnCount)
      var target = 0
      var areDistinct = true
      forEachUser(of: piece, where: { isWanted[Int($0)] }) { piece, lines in
        row.append(piece.items.span.extracting(lines), columns: columns)
      } then: { _ in
        let count = row.count
        areDistinct = row.moveAll(to: &indices, at: target) && areDistinct
        target += count
      }
      precondition(target == indices.count, "a column for every item of these users")
      return areDistinct
    }
    if areDistinct.contains(false) { return nil }
    return SparseRows(ordered: columnCount, offsets: offsets, indices: indices)
  }

  /// One row for each of some users, made by the calling thread.
  ///
  /// - Parameters:
  ///   - users: in ascending order, each once.
  ///   - columns: the column of each item, below `columnCount`, or −1 for items that are left out.
  /// - Returns: `nil` when a user has an item twice.
  func rows(ofUsers users: some Sequence<Int>, columns: [Int32], columnCount: Int) -> SparseRows? {
    var wanted = users.makeIterator()
    var (next, last) = (wanted.next(), -1)
    var offsets = [0]
    var indices: [Int32] = []
    let columns = columns.span
    var row = ColumnSorter(columnCount: columnCount)
    var areDistinct = true
    // Users without a line have a row as well.
    func close(before user: Int) {
      while let own = next, own < user {
        precondition(own > last, "user \(own) after \(last)")
        offsets.append(indices.count)
        (next, last) = (wanted.next(), own)
      }
    }
    var piece = firstPiece(of: next)
    while next != nil && piece < pieces.count {
      forEachUser(
        of: piece,
        where: { user in
          close(before: Int(user))
          return next == Int(user)
        },
        take: { piece, lines in row.append(piece.items.span.extracting(lines), columns: columns) }
      ) { user in
        areDistinct = row.moveAll(onto: &indices) && areDistinct
        close(before: user + 1)
      }
      piece += 1
    }
    close(before: .max)
    return areDistinct ? SparseRows(ordered: columnCount, offsets: offsets, indices: indices) : nil
  }

  /// The last piece that begins with a user before `user`, or the first: the user's lines do not begin in an earlier one.
  private func firstPiece(of user: Int?) -> Int {
    guard let user else { return pieces.count }
    var (low, high) = (0, pieces.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(pieces[middle].users[pieces[middle].users.startIndex]) < user {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return max(0, low - 1)
  }

  /// Whether a user has an item twice.
  func hasRepeats(itemCount: Int, _ processor: Processor) throws -> Bool {
    try processor.map(count: pieces.count) { piece in
      var row = ColumnSorter(columnCount: itemCount)
      var areDistinct = true
      forEachUser(of: piece, where: { _ in true }) { piece, lines in
        row.append(piece.items.span.extracting(lines))
      } then: { _ in
        areDistinct = row.removeAll() && areDistinct
      }
      return areDistinct
    }.contains(false)
  }

  /// Visits the lines of every user whose first line is in a piece, including those in later pieces.
  ///
  /// - Parameters:
  ///   - isWanted: whether to take the lines of a user. It is asked in ascending order of users, before their first line and after
  ///     `then` of the user before, and perhaps more than once.
  ///   - take: receives some lines of a user and the piece that they are in.
  ///   - then: receives the user afterwards.
  @inline(__always)
  private func forEachUser(
    of index: Int, where isWanted: (_ user: Int32) -> Bool,
    take: (_ piece: InteractionPiece, _ lines: Range<Int>) -> Void,
    then: (_ user: Int) -> Void
  ) {
    var current: Int32 = -1
    let piece = pieces[index]
    piece.forEachRun(from: starts[index]) { user, lines in
      if user != current {
        if current >= 0 { then(Int(current)) }
        current = isWanted(user) ? user : -1
      }
      if current >= 0 { take(piece, lines) }
      return true
    }
    if current < 0 { return }
    for piece in pieces[(index + 1)...] {
      var goesOn = true
      piece.forEachRun(from: (0, 0)) { user, lines in
        goesOn = user == current
        if goesOn { take(piece, lines) }
        return goesOn
      }
      if !goesOn { break }
    }
    then(Int(current))
  }
}
