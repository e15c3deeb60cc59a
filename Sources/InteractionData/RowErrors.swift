import FileFormats

/// Errors in a line.
extension RowParser {
  /// Accepts an id.
  func check(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ role: ColumnRole, _ line: Int) throws {
    let accepted = "an id of one or more characters in UTF-8, without control characters"
    if start == end {
      throw DataError(path: path, line: line, message: "has an empty \(role)", accepted: accepted)
    }
    let id = (start..<end).map { bytes[$0] }
    // Output has one id a line and tabs between columns, so control characters could not be written unchanged.
    if String(validating: id, as: UTF8.self) == nil || id.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      throw DataError(
        path: path, line: line, text: text(bytes, start, end), message: "is not a valid \(role) id",
        accepted: accepted)
    }
  }

  /// A column that should be a number but is not.
  func notNumber(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ role: ColumnRole, _ line: Int) -> DataError {
    let text = text(bytes, start, end)
    let choice = "(\(role.option) selects the column; none ignores it)"
    if role == .timestamp {
      return DataError(
        path: path, line: line, text: text, message: "is not a timestamp",
        accepted: "seconds such as 881250949, milliseconds, or ISO 8601 such as 2010-10-19T23:55:27Z \(choice)")
    }
    let pointed = text.contains(/^\s*[+-]?\d+,\d+\s*$/) ? text.replacing(",", with: ".") : nil
    return DataError(
      path: path, line: line, text: text, message: "is not a rating",
      accepted: pointed.map { "a number with a decimal point, \($0) \(choice)" }
        ?? "a finite number such as 4 or 3.5 \(choice)")
  }

  /// A line that cannot be cut into its columns.
  func malformed(_ bytes: Span<UInt8>, _ start: Int, _ columns: LineColumns, _ line: Int) -> DataError {
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
        accepted: "\(expected) columns separated by \(dialect.delimiter)"
          + (columns.count > expected ? surplusHint : ""))
    }
  }

  private var surplusHint: String {
    dialect.delimiter.allowsQuotes
      ? ", and quotes around a column that holds one" : "; one user a line, items after it, is not read"
  }

  /// The beginning of `bytes[start..<end]`.
  func text(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> String {
    String(decoding: (start..<min(end, start + 300)).map { bytes[$0] }, as: UTF8.self)
  }
}
