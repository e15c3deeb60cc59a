import FileFormats

/// How one file is written: found out from its first lines and the user's wishes.
struct Dialect {
  let delimiter: Delimiter
  /// The column of each ``ColumnRole``, counted from 0; −1 for none.
  let columns: InlineArray<4, Int>
  /// The number of columns in the first line.
  let columnCount: Int
  /// Where the first interaction starts, and on which line.
  let start: Int
  let line: Int

  /// Finds out how `bytes` are written.
  ///
  /// The first line is a header if and only if it names a user and an item column, a column is asked for by
  /// name, or its rating column is no number while that of the second line is. Nothing else is taken for a
  /// header, because dropping a line of data without a word is worse than an error.
  init(_ bytes: Span<UInt8>, path: String, format: InteractionFormat) throws {
    let lines = Self.firstLines(bytes, path: path)
    guard let first = lines.first else {
      throw DataError(
        path: path, message: "is empty", accepted: "one interaction a line: user, item[, rating[, timestamp]]"
      )
    }
    for line in lines { try Self.checkText(line.bytes, path: path, line: line.number) }
    delimiter = format.delimiter ?? Self.delimiter(of: lines.map(\.bytes))
    let fields = Self.fields(first.bytes, delimiter)
    let names = ColumnNames(fields)
    columnCount = fields.count
    if fields.count < 2 {
      throw DataError(
        path: path, line: first.number, text: String(decoding: first.bytes, as: UTF8.self),
        message: "has only one column" + (format.delimiter == nil ? "" : " when split at \(delimiter)"),
        accepted: "at least a user and an item, separated by \(Delimiter.accepted) (--delimiter)")
    }
    var hasHeader = Self.settledByName(format) || names.lookLikeHeader
    if !hasHeader {
      // Only a column that will be read as a rating can tell.
      let rating = try Self.columns(format, names, path: path, line: first.number, hasHeader: false)[2]
      if rating >= 0, lines.count > 1 {
        let second = Self.fields(lines[1].bytes, delimiter)
        hasHeader = !Self.isNumber(fields[rating]) && rating < second.count && Self.isNumber(second[rating])
      }
    }
    columns = try Self.columns(format, names, path: path, line: first.number, hasHeader: hasHeader)
    start = hasHeader ? first.next : first.start
    line = hasHeader ? first.number + 1 : first.number
  }

  // MARK: Columns

  /// Whether a column is asked for by name.
  private static func settledByName(_ format: InteractionFormat) -> Bool {
    ColumnRole.allCases.contains { if case .named = format.column($0) { true } else { false } }
  }

  private static func columns(
    _ format: InteractionFormat, _ names: ColumnNames, path: String, line: Int, hasHeader: Bool
  ) throws -> InlineArray<4, Int> {
    var columns = InlineArray<4, Int>(repeating: -1)
    var isSettled = InlineArray<4, Bool>(repeating: false)
    for role in ColumnRole.allCases {
      switch format.column(role) {
      case .recognised: continue
      case .absent: break
      case .number(let number):
        guard 1...names.names.count ~= number else {
          throw DataError(
            path: path, line: line, message: "has no column \(number) for the \(role)",
            accepted: "1 to \(names.names.count) (\(role.option))")
        }
        columns[role.rawValue] = number - 1
      case .named(let name):
        guard let column = names.column(named: name) else {
          let nearest = nearestSpelling(to: name, among: names.names).map { " (nearest: \($0))" } ?? ""
          throw DataError(
            path: path, line: line, text: name, message: "is not a column of this file",
            accepted: names.names.joined(separator: ", ") + nearest)
        }
        columns[role.rawValue] = column
      }
      isSettled[role.rawValue] = true
    }
    // With a header that was known by its names, a rating is only what is called one; users and items are
    // needed in any case.
    let isNamed = hasHeader && (names.lookLikeHeader || settledByName(format))
    let known = ColumnRole.allCases.map { role in
      hasHeader && !isSettled[role.rawValue] ? names.column(of: role) : nil
    }
    for role in ColumnRole.allCases where !isSettled[role.rawValue] {
      let place = role.rawValue
      let hasPlace =
        place < names.names.count && !known.contains(place) && (!isNamed || role == .user || role == .item)
      let column = known[place] ?? (hasPlace ? place : nil)
      // What another role was given by the user is not free.
      if let column, !(0..<4).contains(where: { columns[$0] == column }) { columns[role.rawValue] = column }
    }
    for role in [ColumnRole.user, .item] where columns[role.rawValue] < 0 {
      throw DataError(
        path: path, line: line, text: names.names.joined(separator: ", "),
        message: "has no known \(role) column",
        accepted: "the name or number of one of them (\(role.option))")
    }
    if columns[0] == columns[1] {
      throw DataError(path: path, line: line, message: "cannot have user and item in the same column")
    }
    return columns
  }

  // MARK: Delimiter

  /// The first delimiter that cuts all lines into the same number of columns, at least two; or the first that
  /// cuts line 1.
  private static func delimiter(of lines: [[UInt8]]) -> Delimiter {
    let cutting = Delimiter.recognised.filter { fields(lines[0], $0).count > 1 }
    let even = cutting.first { delimiter in Set(lines.map { fields($0, delimiter).count }).count == 1 }
    return even ?? cutting.first ?? .tab
  }

  private static func fields(_ line: [UInt8], _ delimiter: Delimiter) -> [String] {
    var result: [String] = []
    while true {
      let splitter = LineSplitter(delimiter, wanted: [result.count, -1, -1, -1])
      let cut = splitter.columns(of: line.span, at: 0)
      guard cut.bounds[0] >= 0 else { return result }
      let text = String(decoding: line[cut.bounds[0]..<cut.bounds[1]], as: UTF8.self)
      result.append(cut.hasDoubledQuote ? text.replacing("\"\"", with: "\"") : text)
      // A line with a thousand columns needs no more to be understood.
      if result.count == 64 { return result }
    }
  }

  private static func isNumber(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return DecimalNumber.value(bytes.span, 0, bytes.count) != nil
  }

  // MARK: First lines

  private struct Line {
    let number: Int
    let start: Int
    let next: Int
    let bytes: [UInt8]
  }

  /// Up to twenty lines that are not blank, from the start of the file, its byte order mark left out.
  private static func firstLines(_ bytes: Span<UInt8>, path: String) -> [Line] {
    var lines: [Line] = []
    var position = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
    var number = 1
    while position < bytes.count && lines.count < 20 {
      let start = position
      while position < bytes.count && bytes[position] != 0x0A && position - start <= RowParser.longestLine {
        position += 1
      }
      // The last one may be cut off here when it is too long; the parser says so when it gets there.
      let next = min(position + 1, bytes.count)
      let content = (start..<position).map { bytes[$0] }
      if !content.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
        lines.append(Line(number: number, start: start, next: next, bytes: content))
      }
      if position - start > RowParser.longestLine { return lines }
      position = next
      number += 1
    }
    return lines
  }

  private static func checkText(_ bytes: [UInt8], path: String, line: Int) throws {
    let accepted = "a text file in UTF-8, plain or compressed with gzip or zstd"
    if bytes.contains(0) {
      throw DataError(path: path, line: line, message: "is not text: it holds NUL bytes", accepted: accepted)
    }
  }
}
