import FileFormats

/// The format of one file, as far as needed to read its lines.
struct Dialect {
  let delimiter: Delimiter
  /// The column of each ``ColumnRole``, counted from 0; −1 for none.
  let columns: InlineArray<4, Int>
  /// The number of columns in the first line.
  let columnCount: Int
  /// Where the first interaction starts, and on which line.
  let start: Int
  let line: Int
}

/// The format of one file, detected from its first lines and the user's flags.
struct DialectDecision {
  let dialect: Dialect
  /// The decision, for people and programs.
  let columns: ReadColumns
  /// Notes about columns that are not read.
  let notes: [String]

  /// Detects the format of `bytes`.
  ///
  /// - Parameter name: how to name the file in the description.
  /// - Throws: ``DataError`` when this is not a table of interactions, or several ways of reading are equally likely.
  init(_ bytes: Span<UInt8>, path: String, name: String, format: InteractionFormat) throws {
    let lines = try FirstLines(bytes, path: path)
    let decided = try format.delimiter.map { TableSample(lines, $0) } ?? Separation(lines).decide()
    guard var sample = decided, sample.width > 1 else {
      let isFault = decided?.hasFaults == true
      throw DataError(
        path: path, line: lines.first.number, text: String(decoding: lines.first.bytes, as: UTF8.self),
        message: isFault
          ? "has unbalanced quotes"
          : "has only one column" + (format.delimiter.map { " when split at \($0)" } ?? ""),
        accepted: "at least a user and an item, separated by \(Delimiter.accepted) (--delimiter)",
        isAboutColumns: !isFault)
    }
    let names = ColumnNames(sample.first)
    let isNamed = ColumnRole.allCases.contains { if case .named = format.column($0) { true } else { false } }
    let hasHeader = format.hasHeader ?? (isNamed || Header(sample, names).isThere)
    sample.firstRow = hasHeader ? 1 : 0
    try Layout(sample: sample, lines: lines, names: names, hasHeader: hasHeader).check(format)
    let choice = try ColumnChoice(
      sample, names, hasHeader: hasHeader, format, at: (path: path, line: lines.first.number))
    dialect = Dialect(
      delimiter: sample.delimiter, columns: choice.columns, columnCount: sample.width,
      start: hasHeader ? lines.first.next : lines.first.start,
      line: hasHeader ? lines.first.number + 1 : lines.first.number)
    columns = ReadColumns(
      file: name, delimiter: sample.delimiter, names: hasHeader ? names.names : nil, width: sample.width,
      columns: choice.columns)
    notes = choice.notes
  }
}
