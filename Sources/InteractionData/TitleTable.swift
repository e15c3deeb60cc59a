public import FileFormats

extension ItemTitles {
  /// The result of reading a table of titles.
  public struct Found: Sendable {
    /// The titles.
    public let titles: ItemTitles
    /// How the table was read, in one sentence; then what was skipped, with counts.
    public let notes: [String]
  }

  /// Reads a table with the ids and titles of items.
  ///
  /// Detected automatically: tab, `::`, vertical bar, semicolon or comma between the columns; a header or none; quoted
  /// columns; MovieLens' `movies.csv`, `movies.dat` and `u.item`, RecBole's `.item`, Last.fm's `artists.dat`; UTF-8 or
  /// Latin-1; gzip and zstd. The column of the ids is found by looking for the ids of the items. Genres are read from a
  /// column of that name, from lists with `|` between the values, and from the flags of `u.item`.
  ///
  /// Lines of other items are skipped; items without a line, or with an empty title, have no title. Of lines with the
  /// same id, the first counts.
  ///
  /// - Parameters:
  ///   - path: the file; `-` is standard input.
  ///   - items: the items to find titles for.
  /// - Throws: `InputError` when the file is missing or unreadable; `DataError` when it cannot be understood, or has none of
  ///   the items.
  public static func reading(_ path: String, for items: Vocabulary) throws -> Found {
    try reading(ByteSource(path: path), for: items)
  }

  /// Reads the bytes of such a table.
  ///
  /// - Throws: `DataError`, as for a file.
  public static func reading(_ source: ByteSource, for items: Vocabulary) throws -> Found {
    try source.requireText()
    let stored = source.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    let (bytes, encoding) = try TextEncoding.decoding(stored, path: source.name)
    let columns = try TitleColumns(bytes, path: source.name, items: items)
    var table = TitleTable(columns, path: source.name, items: items)
    try table.read(bytes)
    return try table.found(encoding)
  }
}

/// A table of titles while it is read.
struct TitleTable {
  /// The accepted content of a table, for messages.
  static let accepted = "one item a line: its id, its title[, more columns]"

  private let columns: TitleColumns
  private let path: String
  private let items: Vocabulary
  private var titles: [String?]
  private var genres: [[String]]
  private var isRead: [Bool]
  private var repeated = 0
  private var cleaned = 0
  private var firstID: (line: Int, id: String)?

  init(_ columns: TitleColumns, path: String, items: Vocabulary) {
    (self.columns, self.path, self.items) = (columns, path, items)
    titles = [String?](repeating: nil, count: items.count)
    genres = [[String]](repeating: [], count: items.count)
    isRead = [Bool](repeating: false, count: items.count)
  }

  mutating func read(_ bytes: [UInt8]) throws {
    let splitter = LineSplitter(columns.delimiter, wanted: InlineArray(repeating: -1))
    var number = columns.line
    for line in bytes[columns.start...].split(separator: 0x0A, omittingEmptySubsequences: false) {
      defer { number += 1 }
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      try read(Array(line), number, splitter)
    }
  }

  private mutating func read(_ line: [UInt8], _ number: Int, _ splitter: LineSplitter) throws {
    let (fields, cut) = splitter.fields(of: line)
    guard line.count <= RowParser.longestLine, !line.contains(0), cut.fault == nil, fields.count > columns.id else {
      throw malformed(line, number, cut)
    }
    let id = fields[columns.id]
    if id.isEmpty {
      throw DataError(
        path: path, line: number, text: String(decoding: line, as: UTF8.self),
        message: "has no id in column \(columns.id + 1)",
        accepted: Self.accepted)
    }
    if firstID == nil { firstID = (number, id) }
    var title = columns.title.flatMap { $0 < fields.count ? fields[$0] : nil } ?? ""
    if fields.count > columns.width, fields[columns.width...].contains(where: { !$0.isEmpty }) {
      // A title at the end of the line may contain the separator; elsewhere the columns would be ambiguous.
      guard columns.title == columns.width - 1 else { throw malformed(line, number, cut) }
      title = columns.rest(of: line)
    }
    guard let item = items.index(of: id) else { return }
    if isRead[item] {
      repeated += 1
      return
    }
    isRead[item] = true
    let plain = Self.withoutControls(title)
    if plain != title { cleaned += 1 }
    titles[item] = plain.isEmpty ? nil : plain
    genres[item] = columns.genres(of: fields)
  }

  private func malformed(_ line: [UInt8], _ number: Int, _ cut: LineColumns) -> DataError {
    let text = String(decoding: line.prefix(300), as: UTF8.self)
    func error(_ message: String, _ accepted: String) -> DataError {
      DataError(path: path, line: number, text: text, message: message, accepted: accepted)
    }
    if line.count > RowParser.longestLine {
      return error("is a line of more than \(RowParser.longestLine) bytes", TitleTable.accepted)
    }
    if line.contains(0) { return error("is not text: it holds NUL bytes", "a text file in UTF-8 or Latin-1") }
    switch cut.fault {
    case .unclosedQuote:
      return error(
        "has a quote that does not end on its line", "quoted columns on one line, with quotes in them doubled")
    case .textAfterQuote:
      return error("has text after a closing quote", "quoted columns on one line, with quotes in them doubled")
    case nil:
      return error(
        "has \(counted(cut.count, "column")) where the first line has \(columns.width)",
        "\(columns.width) columns separated by \(columns.delimiter)"
          + (columns.delimiter.allowsQuotes ? ", and quotes around a column that holds one" : ""))
    }
  }

  /// Lists and files of titles have one line for each item and tabs between columns.
  private static func withoutControls(_ title: String) -> String {
    guard title.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return title }
    var plain = String.UnicodeScalarView()
    for scalar in title.unicodeScalars {
      plain.append(scalar.properties.generalCategory == .control ? " " : scalar)
    }
    return String(plain).split(separator: " ").joined(separator: " ")
  }

  /// The titles that were read.
  ///
  /// - Throws: ``DataError`` when the table has none of the items.
  func found(_ encoding: TextEncoding) throws -> ItemTitles.Found {
    guard isRead.contains(true) else {
      throw DataError(
        path: path, line: firstID?.line, text: firstID?.id,
        message: firstID == nil
          ? "has a header and no items" : "is not an item of the data, and no other id in column \(columns.id + 1) is",
        accepted: "ids such as \"\(items[0])\"" + (firstID == nil ? "; \(Self.accepted)" : ""))
    }
    let titles = ItemTitles(
      items: items, titles: self.titles, genres: genres.contains { !$0.isEmpty } ? genres : nil)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let count = self.titles.count { $0 != nil }
    var notes = [
      "\(name): \(columns.description), \(encoding.rawValue); \(count) of \(counted(items.count, "item")) "
        + "\(count == 1 || items.count == 1 ? "has" : "have") a title"
    ]
    if repeated > 0 {
      notes.append(
        "\(counted(repeated, "line")) of \(name) \(repeated == 1 ? "repeats" : "repeat") an id; the first counts")
    }
    if cleaned > 0 { notes.append("control characters in \(counted(cleaned, "title")) of \(name) became blanks") }
    return ItemTitles.Found(titles: titles, notes: notes)
  }
}
