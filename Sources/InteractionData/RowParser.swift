import Compute
import FileFormats

/// Reads the lines of a file whose dialect is known.
///
/// A parser keeps no state between lines, so that parts of a file can be read side by side and joined in
/// order.
struct RowParser: Sendable {
  let dialect: Dialect
  let path: String
  /// Which columns to keep; those of ratings and times are checked in any case.
  let keeping: InteractionColumns

  /// The longest line accepted, in bytes without its end: a longer one means that this is not a table.
  static let longestLine = 1 << 20

  /// Whether a line, given with its end, is longer than ``longestLine`` without it.
  private static func isTooLong(_ bytes: Span<UInt8>, _ line: Range<Int>) -> Bool {
    line.count > longestLine && (line.count > longestLine + 1 || bytes[line.upperBound - 1] != UInt8(ascii: "\n"))
  }

  private var hasRating: Bool { dialect.columns[ColumnRole.rating.rawValue] >= 0 }
  private var keepsRatings: Bool { hasRating && keeping.contains(.ratings) }
  private var keepsTimes: Bool { hasTime && keeping.contains(.timestamps) }
  private var hasTime: Bool { dialect.columns[ColumnRole.timestamp.rawValue] >= 0 }

  /// Reads the lines of `chunk.range` into `chunk`, which is empty.
  ///
  /// Most lines are taken apart many at a time (`LineBatch`), others one by one where a search has found their ends (``PlainLine``),
  /// and those that are neither by ``LineSplitter``. All three find the same in a line that they share.
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
    var waiting = WaitingLines()
    let form = delimiter == nil ? nil : form(trims: trims)
    // The number of lines parsed in batches, minus those for which a batch failed.
    var gain = 0
    var position = chunk.range.lowerBound
    while position < chunk.range.upperBound {
      if waiting.batch.count == 0 { waiting.firstLine = first + chunk.lines }
      if let form, gain > -16 {
        let taken = waiting.batch.takeLines(form, of: bytes, from: &position, &ends)
        chunk.lines += taken
        if taken > 0 && keepsTimes { waiting.batch.changeTimes(ofLast: taken, TimeValue.seconds) }
        gain = min(1024, taken == 0 ? gain - 1 : gain + taken)
        if waiting.batch.isFull { try number(&waiting, bytes, into: &chunk, users, items) }
        if taken > 0 && !waiting.batch.isOddNext { continue }
        if waiting.batch.count == 0 { waiting.firstLine = first + chunk.lines }
      }
      guard delimiter != nil, line.cut(bytes, at: position, &ends, trims: trims), line.count == dialect.columnCount,
        !Self.isTooLong(bytes, position..<line.next),
        !trims
          || !(line.endsWithBlank(dialect.columns[0], bytes) || line.endsWithBlank(dialect.columns[1], bytes))
      else {
        try number(&waiting, bytes, into: &chunk, users, items)
        position = try parseLine(
          bytes, at: position, splitter, line: first + chunk.lines, into: &chunk, users, items)
        ends.skip(to: position, in: bytes)
        chunk.lines += 1
        waiting.batch.forgetUser()
        continue
      }
      try append(line, bytes, to: &waiting, first + chunk.lines, into: &chunk, users, items)
      position = line.next
      chunk.lines += 1
      if waiting.batch.isFull { try number(&waiting, bytes, into: &chunk, users, items) }
    }
    try number(&waiting, bytes, into: &chunk, users, items)
  }

  private func form(trims: Bool) -> LineForm? {
    func column(_ role: ColumnRole) -> Int? {
      let column = dialect.columns[role.rawValue]
      return column < 0 ? nil : column
    }
    guard let user = column(.user), let item = column(.item) else { return nil }
    return LineForm(
      columnCount: dialect.columnCount, user: user, item: item, rating: column(.rating), time: column(.timestamp),
      trims: trims, longest: Self.longestLine, keepsRatings: keepsRatings, keepsTimes: keepsTimes)
  }

  /// Adds a line to the waiting lines.
  ///
  /// A call of its own, like that of ``number(_:_:into:_:_:)``: where lines are taken many at a time it is rare.
  @inline(never)
  private func append(
    _ line: PlainLine, _ bytes: Span<UInt8>, to waiting: inout WaitingLines, _ number: Int,
    into chunk: inout ParsedChunk, _ users: IdentifierTable, _ items: IdentifierTable
  ) throws {
    let columns = dialect.columns
    func key(_ column: Int) -> (key: IdentifierKey, start: Int) {
      let (start, end) = (line.starts[column], line.ends[column])
      let isShort = end - start <= 8
      return (
        isShort
          ? IdentifierKey(first: line.words[column], length: end - start) : IdentifierKey(bytes, start, end), start
      )
    }
    let (user, item) = (key(columns[0]), key(columns[1]))
    waiting.batch.append(user: user.key.word, length: user.key.length, start: user.start)
    var rating: Float?
    var time: Double?
    if hasRating {
      let (start, end) = (line.starts[columns[2]], line.ends[columns[2]])
      rating = waiting.scores.value(bytes, start, end, first: line.words[columns[2]])
    }
    if hasTime {
      let (start, end) = (line.starts[columns[3]], line.ends[columns[3]])
      time =
        DecimalNumber.whole(bytes, start, end, first: line.words[columns[3]]).map(TimeValue.seconds)
        ?? TimeValue.value(bytes, start, end)
    }
    waiting.batch.append(
      item: item.key.word, length: item.key.length, start: item.start, rating: rating ?? 0, time: time ?? 0)
    let wrong = hasRating && rating == nil ? ColumnRole.rating : hasTime && time == nil ? .timestamp : nil
    guard let wrong else { return }
    // The first of several errors is reported, and an id may be the error.
    try self.number(&waiting, bytes, into: &chunk, users, items)
    let column = columns[wrong.rawValue]
    throw notNumber(bytes, line.starts[column], line.ends[column], wrong, number)
  }

  /// Numbers the users and items of the waiting lines, and adds these lines to the chunk.
  ///
  /// Looked up without other work between them, their places in the tables are fetched from memory at the same time. A
  /// call of its own: at each of its places in `parse` it would crowd out what has to be inlined there.
  @inline(never)
  private func number(
    _ waiting: inout WaitingLines, _ bytes: Span<UInt8>, into chunk: inout ParsedChunk, _ users: IdentifierTable,
    _ items: IdentifierTable
  ) throws {
    let (count, userCount) = (waiting.batch.count, waiting.batch.userCount)
    if count == 0 { return }
    if waiting.batch.hasLongIdentifiers {
      waiting.batch.users.hashLong(count: userCount, bytes)
      waiting.batch.items.hashLong(count: count, bytes)
    }
    let areUsersKnown = users.find(waiting.batch.users, count: userCount, into: &waiting.users)
    let areItemsKnown = items.find(waiting.batch.items, count: count, into: &waiting.items)
    if !areUsersKnown || !areItemsKnown {
      // In the order of the lines, because the first of several errors is reported.
      var change = 0
      for line in 0..<count {
        if change < userCount && waiting.batch.users.line(change) == line {
          try number(
            &waiting.users, waiting.batch.users, change, bytes, .user, waiting.firstLine + line, users,
            &chunk.newUsers)
          change += 1
        }
        try number(
          &waiting.items, waiting.batch.items, line, bytes, .item, waiting.firstLine + line, items, &chunk.newItems)
      }
    }
    chunk.items.append(copying: waiting.items.span.extracting(0..<count))
    if keepsRatings { waiting.batch.appendRatings(to: &chunk.ratings) }
    if keepsTimes { waiting.batch.appendTimes(to: &chunk.timestamps) }
    var end = userCount > 0 ? waiting.batch.users.line(0) : count
    if end > 0 { chunk.runs[chunk.runs.count - 1].count += Int32(end) }
    for change in 0..<userCount {
      let start = end
      end = change + 1 < userCount ? waiting.batch.users.line(change + 1) : count
      chunk.append(user: waiting.users[change], lines: Int32(end - start))
    }
    waiting.batch.removeAll()
  }

  /// Numbers an id that was not found at first.
  @inline(__always)
  private func number(
    _ numbers: inout InlineArray<64, Int32>, _ ids: IdentifierBatch, _ index: Int, _ bytes: Span<UInt8>,
    _ role: ColumnRole, _ line: Int, _ known: IdentifierTable, _ new: inout IdentifierTable
  ) throws {
    if numbers[index] >= 0 { return }
    let (key, start) = (IdentifierKey(word: ids.word(index), length: ids.length(index)), ids.start(index))
    numbers[index] = try number(key, bytes, start, start + key.length, role, line: line, known: known, new: &new)
  }

  /// Reads one line of any kind; returns where the next one starts.
  private func parseLine(
    _ bytes: Span<UInt8>, at position: Int, _ splitter: LineSplitter, line: Int, into chunk: inout ParsedChunk,
    _ users: IdentifierTable, _ items: IdentifierTable
  ) throws -> Int {
    let columns = splitter.columns(of: bytes, at: position)
    if columns.isBlank { return columns.next }
    // More columns than in the first line are accepted if they are empty, because nothing is lost then.
    if columns.count < dialect.columnCount || columns.filled > dialect.columnCount
      || Self.isTooLong(bytes, position..<columns.next) || columns.fault != nil
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
    // A known id has the same bytes and needs no second check.
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

/// Successive lines whose users and items are not yet numbered.
private struct WaitingLines {
  /// The lines.
  var batch = LineBatch()
  /// The numbers of their users and items, once they are looked up.
  var users = InlineArray<64, Int32>(repeating: 0)
  var items = InlineArray<64, Int32>(repeating: 0)
  /// The number of the first line in the file.
  var firstLine = 0
  var scores = ScoreMemory()
}

extension IdentifierBatch {
  /// Computes the lookup hash of ids of more than eight bytes.
  fileprivate mutating func hashLong(count: Int, _ bytes: Span<UInt8>) {
    for index in 0..<count where length(index) > 8 {
      setWord(index, IdentifierKey(bytes, start(index), start(index) + length(index)).word)
    }
  }
}
