import Compute
public import FileFormats

/// Reads files of interactions: one a line, with user, item and perhaps rating and time.
///
/// Recognised without being told: tab, comma, `::`, semicolon, vertical bar or blanks between the columns; a
/// header or none; RecBole's typed headers; MovieLens' `u.data`, `ratings.dat` and `ratings.csv`; quoted CSV;
/// JSON lines; gzip and zstd; CR LF; a byte order mark; blank lines. Without a header the columns are user, item, rating,
/// timestamp, and more are ignored. With commas and semicolons an id may be quoted; otherwise ids are taken
/// as they are, blanks and quotes included. JSON lines have one object each, and the names of its fields say what they
/// hold; an id is a string or a whole number there.
///
/// Parts of a file are parsed side by side; the result, or the error, is the same at any number of threads.
public struct InteractionReader: Sendable {
  /// What cannot be detected from the file.
  public var format: InteractionFormat
  /// The largest number of threads used at once; `nil` for all cores.
  public var threads: Int?
  /// How many bytes one thread parses at a time, at least 1; it changes nothing but the speed.
  public var chunkSize = 1 << 20

  /// Creates a reader.
  public init(format: InteractionFormat = InteractionFormat(), threads: Int? = nil) {
    self.format = format
    self.threads = threads
  }

  /// Reads a file; `-` is standard input.
  ///
  /// - Parameter keeping: what to keep beside users and items.
  /// - Throws: `InputError` when it is missing or unreadable; `DataError` at the first line that cannot be
  ///   understood.
  public func read(path: String, keeping: InteractionColumns = .all) throws -> Interactions {
    try read(ByteSource(path: path), keeping: keeping)
  }

  /// Reads bytes.
  ///
  /// - Parameter keeping: what to keep beside users and items.
  /// - Throws: `DataError` at the first line that cannot be understood.
  public func read(_ source: ByteSource, keeping: InteractionColumns = .all) throws -> Interactions {
    try read(source, keeping: keeping, parsing: keeping)
  }

  private func read(
    _ source: ByteSource, keeping: InteractionColumns, parsing: InteractionColumns
  ) throws -> Interactions {
    var (reading, hasRatings, hasTimes) = try open(source, parsing)
    var rows = ColumnCollector()
    try reading.read { chunk, share in rows.append(chunk, share: share) }
    try requireInteractions(rows.items.count, source)
    let data = Interactions(
      name: name(of: source), users: Vocabulary(reading.users), items: Vocabulary(reading.items),
      userIndices: rows.users, itemIndices: rows.items,
      ratings: hasRatings && keeping.contains(.ratings) ? rows.ratings : nil,
      timestamps: rows.timestamps.isEmpty ? nil : rows.timestamps, had: (ratings: hasRatings, times: hasTimes),
      keepsTimes: keeping.contains(.timestamps))
    // Times that nobody wants are needed after all where pairs repeat: the latest is kept.
    if hasTimes && !parsing.contains(.timestamps) && data.count < rows.items.count {
      return try read(source, keeping: keeping, parsing: parsing.union(.timestamps))
    }
    return data
  }

  /// Reads a file straight into rows, one for each user; `-` is standard input.
  ///
  /// - Throws: as ``read(path:keeping:)`` does.
  public func readRows(path: String) throws -> InteractionRows { try readRows(ByteSource(path: path)) }

  /// Reads bytes straight into rows, one for each user.
  ///
  /// Where the lines of each user stand together, the columns read become the rows in place; otherwise the
  /// bytes are read twice, first to count and then to fill. Either way no other copy of the interactions
  /// exists, unless pairs repeat in a file with ratings and times: the latest ratings take another reading.
  ///
  /// - Throws: `DataError` at the first line that cannot be understood.
  public func readRows(_ source: ByteSource) throws -> InteractionRows {
    var (reading, hasRatings, hasTimes) = try open(source, .ratings)
    var collector = RowCollector(hasValues: hasRatings)
    try reading.read { chunk, share in collector.append(chunk, share: share) }
    try requireInteractions(collector.count, source)
    if !collector.isGrouped {
      collector.prepareToFill()
      try reading.read { chunk, _ in collector.fill(chunk) }
    }
    let (rows, repeats) = try collector.finish(columnCount: reading.items.count, processor: reading.processor)
    if repeats > 0 && hasRatings && hasTimes {
      let data = try read(source, keeping: .ratings)
      return InteractionRows(
        name: data.name, users: data.users, items: data.items, rows: data.rows(in: data.items, keepsRatings: true).rows,
        notes: data.notes)
    }
    return InteractionRows(
      name: name(of: source), users: Vocabulary(reading.users), items: Vocabulary(reading.items), rows: rows,
      notes: repeats == 0
        ? [] : [Interactions.repeatNote(repeats, had: (ratings: hasRatings, times: hasTimes))])
  }

  private func open(
    _ source: ByteSource, _ keeping: InteractionColumns
  ) throws -> (reading: ChunkedReading, hasRatings: Bool, hasTimes: Bool) {
    try source.requireText()
    let parser = try source.withBytes { try partParser($0, path: source.name, keeping) }
    let reading = ChunkedReading(
      source: source, parser: parser, processor: Processor(engine: .gsl, threads: threads), chunkSize: chunkSize)
    return (reading, parser.hasRatings, parser.hasTimes)
  }

  private func partParser(_ bytes: Span<UInt8>, path: String, _ keeping: InteractionColumns) throws -> any PartParser {
    if let fields = try JSONFields(bytes, path: path, format: format) {
      return JSONLineParser(fields: fields, errors: JSONLineErrors(path: path), keeping: keeping)
    }
    return RowParser(
      dialect: try Dialect(bytes, path: path, format: format), path: path, keeping: keeping)
  }

  private func requireInteractions(_ count: Int, _ source: ByteSource) throws {
    if count > 0 { return }
    throw DataError(
      path: source.name, message: "has a header and no interactions",
      accepted: "one interaction a line: user, item[, rating[, timestamp]]")
  }

  private func name(of source: ByteSource) -> String {
    source.name.split(separator: "/").last.map(String.init) ?? source.name
  }
}
