public import FileFormats

/// Reads files of interactions: one a line, with user, item and perhaps rating and time.
///
/// Recognised without being told: tab, comma, `::`, semicolon, vertical bar or blanks between the columns; a
/// header or none; RecBole's typed headers; MovieLens' `u.data`, `ratings.dat` and `ratings.csv`; quoted CSV;
/// gzip; CR LF; a byte order mark; blank lines. Without a header the columns are user, item, rating,
/// timestamp, and more are ignored. With commas and semicolons an id may be quoted; otherwise ids are taken
/// as they are, blanks and quotes included.
public struct InteractionReader: Sendable {
  /// What the file does not say by itself.
  public var format: InteractionFormat

  /// Creates a reader.
  public init(format: InteractionFormat = InteractionFormat()) { self.format = format }

  /// Reads a file; `-` is standard input.
  ///
  /// - Throws: `InputError` when it is missing or unreadable; `DataError` at the first line that cannot be
  ///   understood.
  public func read(path: String) throws -> Interactions { try read(ByteSource(path: path)) }

  /// Reads bytes.
  ///
  /// - Throws: `DataError` at the first line that cannot be understood.
  public func read(_ source: ByteSource) throws -> Interactions {
    let (rows, columns) = try source.withBytes { bytes in
      let dialect = try Dialect(bytes, path: source.name, format: format)
      let parser = RowParser(dialect: dialect, path: source.name)
      return (try parser.parse(bytes, from: dialect.start, line: dialect.line), dialect.columns)
    }
    if rows.userIndices.isEmpty {
      throw DataError(
        path: source.name, message: "has a header and no interactions",
        accepted: "one interaction a line: user, item[, rating[, timestamp]]")
    }
    let name = source.name.split(separator: "/").last.map(String.init) ?? source.name
    return Interactions(
      name: name, users: Vocabulary(rows.users), items: Vocabulary(rows.items),
      userIndices: rows.userIndices, itemIndices: rows.itemIndices,
      ratings: columns[ColumnRole.rating.rawValue] >= 0 ? rows.ratings : nil,
      timestamps: columns[ColumnRole.timestamp.rawValue] >= 0 ? rows.timestamps : nil)
  }
}
