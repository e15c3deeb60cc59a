import FileFormats

/// Interactions as read, repeated pairs included.
struct ParsedRows {
  var users = IdentifierTable()
  var items = IdentifierTable()
  var userIndices: [Int32] = []
  var itemIndices: [Int32] = []
  var ratings: [Float] = []
  var timestamps: [Double] = []

  /// Makes room, so that growing does not copy and touch everything twice.
  mutating func reserve(_ count: Int, ratings hasRating: Bool, timestamps hasTime: Bool) {
    userIndices.reserveCapacity(count)
    itemIndices.reserveCapacity(count)
    if hasRating { ratings.reserveCapacity(count) }
    if hasTime { timestamps.reserveCapacity(count) }
  }
}

/// Reads the lines of a file whose dialect is known.
///
/// A parser keeps no state between lines, so that parts of a file can be read side by side and joined in
/// order.
struct RowParser {
  let dialect: Dialect
  let path: String

  /// The longest line accepted, in bytes: a longer one means that this is not a table.
  static let longestLine = 1 << 20

  /// Reads the lines from `start` to the end.
  ///
  /// - Throws: ``DataError`` at the first line that cannot be understood.
  func parse(_ bytes: Span<UInt8>, from start: Int, line first: Int) throws -> ParsedRows {
    var rows = ParsedRows()
    let splitter = LineSplitter(dialect.delimiter, wanted: dialect.columns)
    let hasRating = dialect.columns[ColumnRole.rating.rawValue] >= 0
    let hasTime = dialect.columns[ColumnRole.timestamp.rawValue] >= 0
    var position = start
    var line = first
    while position < bytes.count {
      let columns = splitter.columns(of: bytes, at: position)
      if columns.isBlank {
        position = columns.next
        line += 1
        continue
      }
      if columns.count < dialect.columnCount || columns.next - position > Self.longestLine
        || columns.fault != nil
      {
        throw malformed(bytes, position, columns, line)
      }
      rows.userIndices.append(try identifier(bytes, columns, .user, line, &rows.users))
      rows.itemIndices.append(try identifier(bytes, columns, .item, line, &rows.items))
      if hasRating {
        let value = DecimalNumber.value(bytes, columns.bounds[4], columns.bounds[5]).map { Float($0) }
        guard let value, value.isFinite else { throw notNumber(bytes, columns, .rating, line) }
        rows.ratings.append(value)
      }
      if hasTime {
        guard let value = DecimalNumber.value(bytes, columns.bounds[6], columns.bounds[7]) else {
          throw notNumber(bytes, columns, .timestamp, line)
        }
        rows.timestamps.append(value)
      }
      position = columns.next
      line += 1
      if rows.userIndices.count == 4096 {
        let expected = 4096 * (bytes.count - start) / (position - start)
        rows.reserve(expected + expected / 16, ratings: hasRating, timestamps: hasTime)
      }
    }
    return rows
  }

  @inline(__always)
  private func identifier(
    _ bytes: Span<UInt8>, _ columns: LineColumns, _ role: ColumnRole, _ line: Int,
    _ table: inout IdentifierTable
  ) throws -> Int32 {
    let (start, end) = (columns.bounds[2 * role.rawValue], columns.bounds[2 * role.rawValue + 1])
    if columns.hasDoubledQuote { return try unquoted(bytes, start, end, role, line, &table) }
    let (number, isNew) = table.number(bytes, start, end)
    // An id seen before has the same bytes and needs no second look.
    if isNew { try check(bytes, start, end, role, line) }
    return Int32(truncatingIfNeeded: number)
  }

  private func unquoted(
    _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ role: ColumnRole, _ line: Int,
    _ table: inout IdentifierTable
  ) throws -> Int32 {
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
    return Int32(truncatingIfNeeded: table.number(id.span, 0, id.count).number)
  }

  private func check(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ role: ColumnRole, _ line: Int) throws {
    let accepted = "an id of one or more characters in UTF-8, without control characters"
    if start == end {
      throw DataError(path: path, line: line, message: "has an empty \(role)", accepted: accepted)
    }
    let id = (start..<end).map { bytes[$0] }
    // Output has one id a line and tabs between columns: control characters could not come back unchanged.
    if String(validating: id, as: UTF8.self) == nil || id.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      throw DataError(
        path: path, line: line, text: text(bytes, start, end), message: "is not a valid \(role) id",
        accepted: accepted)
    }
  }

  private func notNumber(_ bytes: Span<UInt8>, _ columns: LineColumns, _ role: ColumnRole, _ line: Int)
    -> DataError
  {
    DataError(
      path: path, line: line,
      text: text(bytes, columns.bounds[2 * role.rawValue], columns.bounds[2 * role.rawValue + 1]),
      message: role == .rating ? "is not a rating" : "is not a timestamp",
      accepted: role == .rating
        ? "a finite number such as 4 or 3.5 (\(role.option) says which column, none for none)"
        : "seconds such as 881250949 (\(role.option) says which column, none for none)")
  }

  private func malformed(_ bytes: Span<UInt8>, _ start: Int, _ columns: LineColumns, _ line: Int) -> DataError {
    var end = start
    while end < bytes.count && bytes[end] != 0x0A && end - start <= Self.longestLine { end += 1 }
    let text = text(bytes, start, min(end, start + 300))
    if end - start > Self.longestLine {
      return DataError(
        path: path, line: line, text: text, message: "is a line of more than \(Self.longestLine) bytes",
        accepted: "one interaction a line")
    }
    switch columns.fault {
    case .unclosedQuote:
      return DataError(
        path: path, line: line, text: text, message: "has a quote that does not end on its line",
        accepted: "quoted columns on one line, with quotes in them doubled")
    case .textAfterQuote:
      return DataError(
        path: path, line: line, text: text, message: "has text after a closing quote",
        accepted: "quoted columns on one line, with quotes in them doubled")
    case nil:
      let expected = dialect.columnCount
      let plural = columns.count == 1 ? "column" : "columns"
      return DataError(
        path: path, line: line, text: text,
        message: "has \(columns.count) \(plural) where the first line has \(expected)",
        accepted: "\(expected) columns separated by \(dialect.delimiter)")
    }
  }

  private func text(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> String {
    String(decoding: (start..<min(end, start + 300)).map { bytes[$0] }, as: UTF8.self)
  }
}
