import Compute
import FileFormats

/// Reads the lines of a file whose dialect is known.
///
/// A parser keeps no state between lines, so that parts of a file can be read side by side and joined in
/// order.
struct RowParser: Sendable {
  let dialect: Dialect
  let path: String
  /// Which columns to keep; those of ratings and times are checked all the same.
  let keeping: InteractionColumns

  /// The longest line accepted, in bytes: a longer one means that this is not a table.
  static let longestLine = 1 << 20

  private var hasRating: Bool { dialect.columns[ColumnRole.rating.rawValue] >= 0 }
  private var hasTime: Bool { dialect.columns[ColumnRole.timestamp.rawValue] >= 0 }

  /// Reads the lines of `chunk.range` into `chunk`, which is empty.
  ///
  /// - Parameters:
  ///   - first: the number of the first line, for errors.
  ///   - users: the users known, and `items` the items.
  /// - Throws: ``DataError`` at the first line that cannot be understood.
  func parse(
    _ bytes: Span<UInt8>, into chunk: inout ParsedChunk, line first: Int, users: IdentifierTable,
    items: IdentifierTable
  ) throws {
    let splitter = LineSplitter(dialect.delimiter, wanted: dialect.columns)
    let delimiter = PlainLine.delimiter(of: dialect)
    let trims = dialect.delimiter.ignoresBlanks
    var ends = ByteSearch(delimiter ?? UInt8(ascii: "\n"), or: UInt8(ascii: "\n"), in: chunk.range)
    var line = PlainLine()
    var scores = ScoreMemory()
    var lastUser = IdentifierKey(word: 0, length: 0)
    var waiting = WaitingLines()
    let columns = dialect.columns
    let keepsTimes = keeping.contains(.timestamps)
    var position = chunk.range.lowerBound
    while position < chunk.range.upperBound {
      guard delimiter != nil, line.cut(bytes, at: position, &ends, trims: trims), line.count == dialect.columnCount,
        line.next - position <= Self.longestLine,
        !trims || !(line.endsWithBlank(columns[0], bytes) || line.endsWithBlank(columns[1], bytes))
      else {
        try number(&waiting, bytes, into: &chunk, users, items)
        position = try parseLine(
          bytes, at: position, splitter, line: first + chunk.lines, into: &chunk, users, items)
        ends.skip(to: position, in: bytes)
        chunk.lines += 1
        lastUser = IdentifierKey(word: 0, length: 0)
        continue
      }
      if waiting.count == 0 { waiting.firstLine = first + chunk.lines }
      let (userStart, userEnd) = (line.starts[columns[0]], line.ends[columns[0]])
      let user = key(bytes, userStart, userEnd, line.words[columns[0]])
      if !(user == lastUser && user.isExact && user.length > 0) {
        waiting.append(user: user, start: userStart)
        lastUser = user
      }
      let (itemStart, itemEnd) = (line.starts[columns[1]], line.ends[columns[1]])
      waiting.append(item: key(bytes, itemStart, itemEnd, line.words[columns[1]]), start: itemStart)
      if hasRating {
        let (start, end) = (line.starts[columns[2]], line.ends[columns[2]])
        guard let value = scores.value(bytes, start, end, first: line.words[columns[2]]) else {
          // Of several errors the first is reported, and an id may be one.
          try number(&waiting, bytes, into: &chunk, users, items)
          throw notNumber(bytes, start, end, .rating, first + chunk.lines)
        }
        waiting.rate(value)
      }
      if hasTime {
        let (start, end) = (line.starts[columns[3]], line.ends[columns[3]])
        let word = line.words[columns[3]]
        // What is not kept has to be a time all the same.
        if keepsTimes || !DecimalNumber.isWhole(bytes, start, end, first: word) {
          guard
            let value = DecimalNumber.whole(bytes, start, end, first: word).map(TimeValue.seconds)
              ?? TimeValue.value(bytes, start, end)
          else {
            try number(&waiting, bytes, into: &chunk, users, items)
            throw notNumber(bytes, start, end, .timestamp, first + chunk.lines)
          }
          if keepsTimes { chunk.timestamps.append(value) }
        }
      }
      position = line.next
      chunk.lines += 1
      if waiting.isFull { try number(&waiting, bytes, into: &chunk, users, items) }
    }
    try number(&waiting, bytes, into: &chunk, users, items)
  }

  /// Numbers the users and items that wait, and adds their lines to the chunk.
  ///
  /// One after the other with nothing between, their places in the tables are fetched from memory at the same time.
  /// A call of its own: at each of its places in `parse` it would crowd out what has to be inlined there.
  @inline(never)
  private func number(
    _ waiting: inout WaitingLines, _ bytes: Span<UInt8>, into chunk: inout ParsedChunk, _ users: IdentifierTable,
    _ items: IdentifierTable
  ) throws {
    // Appending nothing would still write the length of an empty array, which all empty arrays of the process share.
    if waiting.count == 0 { return }
    let areUsersKnown = users.find(&waiting.users, count: waiting.userCount)
    let areItemsKnown = items.find(&waiting.items, count: waiting.count)
    if !areUsersKnown || !areItemsKnown {
      // In the order of the lines, because of several errors the first is reported.
      var change = 0
      for line in 0..<waiting.count {
        if change < waiting.userCount && waiting.firstLines[change] == line {
          try number(&waiting.users, change, bytes, .user, waiting.firstLine + line, users, &chunk.newUsers)
          change += 1
        }
        try number(&waiting.items, line, bytes, .item, waiting.firstLine + line, items, &chunk.newItems)
      }
    }
    chunk.items.append(addingCapacity: waiting.count) { span in
      for index in 0..<waiting.count { span.append(waiting.items.numbers[index]) }
    }
    if hasRating && keeping.contains(.ratings) {
      chunk.ratings.append(addingCapacity: waiting.count) { span in
        for index in 0..<waiting.count { span.append(waiting.ratings[index]) }
      }
    }
    var end = waiting.userCount > 0 ? waiting.firstLines[0] : waiting.count
    if end > 0 { chunk.runs[chunk.runs.count - 1].count += Int32(end) }
    for change in 0..<waiting.userCount {
      let start = end
      end = change + 1 < waiting.userCount ? waiting.firstLines[change + 1] : waiting.count
      chunk.append(user: waiting.users.numbers[change], lines: Int32(end - start))
    }
    waiting.removeAll()
  }

  /// Numbers an id that was not found at first.
  @inline(__always)
  private func number(
    _ waiting: inout WaitingIdentifiers, _ index: Int, _ bytes: Span<UInt8>, _ role: ColumnRole, _ line: Int,
    _ known: IdentifierTable, _ new: inout IdentifierTable
  ) throws {
    if waiting.numbers[index] >= 0 { return }
    let (key, start) = (waiting.key(index), waiting.starts[index])
    waiting.numbers[index] = try number(
      key, bytes, start, start + key.length, role, line: line, known: known, new: &new)
  }

  /// Reads one line of any kind; returns where the next one starts.
  private func parseLine(
    _ bytes: Span<UInt8>, at position: Int, _ splitter: LineSplitter, line: Int, into chunk: inout ParsedChunk,
    _ users: IdentifierTable, _ items: IdentifierTable
  ) throws -> Int {
    let columns = splitter.columns(of: bytes, at: position)
    if columns.isBlank { return columns.next }
    // More columns than the first line has are accepted where they are empty: nothing is left out then.
    if columns.count < dialect.columnCount || columns.filled > dialect.columnCount
      || columns.next - position > Self.longestLine || columns.fault != nil
    {
      throw malformed(bytes, position, columns, line)
    }
    chunk.append(user: try identifier(bytes, columns, .user, line, known: users, new: &chunk.newUsers))
    chunk.items.append(try identifier(bytes, columns, .item, line, known: items, new: &chunk.newItems))
    if hasRating {
      let value = DecimalNumber.value(bytes, columns.bounds[4], columns.bounds[5]).map { Float($0) }
      guard let value, value.isFinite else {
        throw notNumber(bytes, columns.bounds[4], columns.bounds[5], .rating, line)
      }
      if keeping.contains(.ratings) { chunk.ratings.append(value) }
    }
    if hasTime {
      guard let value = TimeValue.value(bytes, columns.bounds[6], columns.bounds[7]) else {
        throw notNumber(bytes, columns.bounds[6], columns.bounds[7], .timestamp, line)
      }
      if keeping.contains(.timestamps) { chunk.timestamps.append(value) }
    }
    return columns.next
  }

  @inline(__always)
  private func key(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ word: UInt64) -> IdentifierKey {
    end - start <= 8
      ? IdentifierKey(first: word, length: end - start) : IdentifierKey(bytes, start, end)
  }

  /// The number of an id, below 0 when it is new.
  @inline(__always)
  private func number(
    _ key: IdentifierKey, _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ role: ColumnRole, line: Int,
    known: IdentifierTable, new: inout IdentifierTable
  ) throws -> Int32 {
    let number = known.find(key, bytes, start)
    return number >= 0 ? number : try add(bytes, start, end, role, line, to: &new)
  }

  private func add(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ role: ColumnRole, _ line: Int, to new: inout IdentifierTable
  ) throws -> Int32 {
    let (number, isNew) = new.number(bytes, start, end)
    // An id seen before has the same bytes and needs no second look.
    if isNew { try check(bytes, start, end, role, line) }
    return ~Int32(truncatingIfNeeded: number)
  }

  private func identifier(
    _ bytes: Span<UInt8>, _ columns: LineColumns, _ role: ColumnRole, _ line: Int, known: IdentifierTable,
    new: inout IdentifierTable
  ) throws -> Int32 {
    let (start, end) = (columns.bounds[2 * role.rawValue], columns.bounds[2 * role.rawValue + 1])
    guard columns.hasDoubledQuote else {
      return try number(
        IdentifierKey(bytes, start, end), bytes, start, end, role, line: line, known: known, new: &new)
    }
    try check(bytes, start, end, role, line)
    // A quote is doubled inside quotes only; the other column of the line may have none around it.
    let quote = UInt8(ascii: "\"")
    let isQuoted = start > 0 && bytes[start - 1] == quote
    var id: [UInt8] = []
    var position = start
    while position < end {
      id.append(bytes[position])
      position += isQuoted && bytes[position] == quote ? 2 : 1
    }
    if let number = known.find(id.span, 0, id.count) { return Int32(truncatingIfNeeded: number) }
    return ~Int32(truncatingIfNeeded: new.number(id.span, 0, id.count).number)
  }
}

/// Successive lines whose users and items have yet to be numbered.
private struct WaitingLines {
  /// The item of each line.
  var items = WaitingIdentifiers()
  private(set) var count = 0
  /// The users, one where it is another than that of the line before.
  var users = WaitingIdentifiers()
  private(set) var userCount = 0
  /// The first line of each of these users, counted from 0.
  private(set) var firstLines = InlineArray<64, Int>(repeating: 0)
  /// The number of the first line in the file.
  var firstLine = 0
  private(set) var ratings = InlineArray<64, Float>(repeating: 0)

  var isFull: Bool { count == WaitingIdentifiers.most }

  /// Says that the next line is of this user, and not of that of the line before.
  @inline(__always)
  mutating func append(user: IdentifierKey, start: Int) {
    users.set(userCount, user, start: start)
    firstLines[userCount] = count
    userCount += 1
  }

  @inline(__always)
  mutating func append(item: IdentifierKey, start: Int) {
    items.set(count, item, start: start)
    count += 1
  }

  /// The rating of the line appended last.
  @inline(__always)
  mutating func rate(_ rating: Float) { ratings[count - 1] = rating }

  @inline(__always)
  mutating func removeAll() { (count, userCount) = (0, 0) }
}
