import Compute
public import FileFormats

/// Reads files of interactions: one a line, with user, item and perhaps rating and time.
///
/// Detected automatically: tab, comma, `::`, semicolon, vertical bar or blanks between the columns; a header or none;
/// RecBole's typed headers; MovieLens' `u.data`, `ratings.dat` and `ratings.csv`; quoted CSV; JSON lines; gzip and
/// zstd; CR LF; a byte order mark; blank lines. Without a header the columns are user, item, rating, timestamp. With
/// commas and semicolons an id may be quoted. Blanks beside a separator other than a tab are not part of an id. JSON
/// lines have one object each, and the names of its fields say what they hold; an id is a string or a whole number
/// there. The result of the detection is in ``Interactions/columns`` and, as a sentence, the first of
/// ``Interactions/notes``.
///
/// Parts of a file are parsed side by side; the result, or the error, is the same at any number of threads.
public struct InteractionReader: Sendable {
  /// What cannot be detected from the file.
  public var format: InteractionFormat
  /// The largest number of threads used at once; `nil` for all cores.
  public var threads: Int?
  /// How many bytes one thread parses at a time, at least 1; it affects only the speed.
  public var chunkSize = 1 << 19
  /// Whether the notes begin with the detected separator, header and columns.
  public var describesColumns = true
  /// Whether the earliest of repeated pairs is kept, where there are times; otherwise the latest.
  public var keepsEarliest = false

  /// Creates a reader.
  public init(format: InteractionFormat = InteractionFormat(), threads: Int? = nil) {
    self.format = format
    self.threads = threads
  }

  /// Reads a file; `-` is standard input.
  ///
  /// - Parameter keeping: the columns to keep besides users and items.
  /// - Throws: `InputError` when it is missing or unreadable; `DataError` at the first line that cannot be
  ///   understood.
  public func read(path: String, keeping: InteractionColumns = .all) throws -> Interactions {
    try read(Self.source(path), keeping: keeping)
  }

  /// Opens a file to be read once.
  ///
  /// - Throws: `InputError`, `DataError`.
  static func source(_ path: String) throws -> ByteSource {
    // The format is recognised by the first lines, however long they are.
    try ByteSource(reading: path, beginning: FirstLines.longest)
  }

  /// Reads bytes.
  ///
  /// - Parameter keeping: the columns to keep besides users and items.
  /// - Throws: `DataError` at the first line that cannot be understood.
  public func read(_ source: ByteSource, keeping: InteractionColumns = .all) throws -> Interactions {
    let read = try readParts(source, keeping: keeping)
    return try read.hasRepeats(processor)
      ? merging(read, of: source, keeping: keeping)
      : Interactions(read, hasRepeats: false, keeping: keeping, processor)
  }

  /// Joins what was read, in which pairs repeat, to interactions with every pair once.
  ///
  /// - Parameters:
  ///   - read: what ``readParts(_:keeping:)`` gave for the same source, the columns wanted among them.
  ///   - keeping: the columns to keep besides users and items.
  /// - Throws: `DataError` never, in practice: the lines have been understood before.
  func merging(_ read: ReadInteractions, of source: ByteSource, keeping: InteractionColumns) throws -> Interactions {
    var read = read
    // Times that are not requested are still needed, because the latest of repeated pairs is kept.
    if read.columns.timestamp != nil && !read.hasTimes {
      read = try readParts(source.again(), keeping: keeping.union(.timestamps))
    }
    return try Interactions(read, hasRepeats: true, keeping: keeping, keepsEarliest: keepsEarliest, processor)
  }

  /// Reads bytes, and leaves pairs that repeat as they are.
  ///
  /// - Parameter keeping: the columns to keep besides users and items.
  /// - Throws: `DataError` at the first line that cannot be understood.
  func readParts(_ source: ByteSource, keeping: InteractionColumns) throws -> ReadInteractions {
    var (reading, decision) = try open(source, keeping)
    let parts = try reading.read()
    let count = parts.reduce(0) { $0 + $1.piece.count }
    try requireInteractions(count, source)
    return ReadInteractions(
      name: name(of: source), columns: decision.columns, users: Vocabulary(reading.users),
      items: Vocabulary(reading.items), parts: parts, notes: notes(decision, reading, count: count))
  }

  /// The threads that read.
  var processor: Processor { Processor(engine: .gsl, threads: threads) }

  private func open(
    _ source: ByteSource, _ keeping: InteractionColumns
  ) throws -> (reading: ChunkedReading, decision: Decision) {
    let decision: Decision
    do {
      try source.requireText()
      decision = try source.withBytes { try decide($0, path: source.name, name: name(of: source), keeping) }
    } catch {
      try source.verify()
      throw error
    }
    let reading = ChunkedReading(
      source: source, parser: decision.parser, processor: processor, chunkSize: chunkSize)
    return (reading, decision)
  }

  /// How to read one file.
  private struct Decision {
    let parser: any PartParser
    let columns: ReadColumns
    var notes: [String] = []
  }

  private func decide(
    _ bytes: Span<UInt8>, path: String, name: String, _ keeping: InteractionColumns
  ) throws -> Decision {
    if let fields = try JSONFields(bytes, path: path, format: format) {
      return Decision(
        parser: JSONLineParser(fields: fields, errors: JSONLineErrors(path: path), keeping: keeping),
        columns: ReadColumns(file: name, fields: fields))
    }
    let found = try DialectDecision(bytes, path: path, name: name, format: format)
    return Decision(
      parser: RowParser(dialect: found.dialect, path: path, keeping: keeping), columns: found.columns,
      notes: found.notes)
  }

  /// The result of the detection, and signs that it may be wrong.
  private func notes(_ decision: Decision, _ reading: ChunkedReading, count: Int) -> [String] {
    var notes = describesColumns ? [decision.columns.description] + decision.notes : []
    // Users who occur once are normal: a test file may have one item per user.
    if count > 3, reading.items.count == count, reading.users.count > 1 {
      notes.append("every item occurs only once; \(ColumnRole.item.option) says in which column the item is")
    }
    for (role, ids) in [(ColumnRole.user, reading.users), (.item, reading.items)] {
      let padded = decision.columns.separator == "\(Delimiter.tab)" ? ids.paddedCount : 0
      if padded > 0 {
        notes.append(
          "\(counted(padded, "\(role) id")) \(padded == 1 ? "begins or ends" : "begin or end") with a blank, which is kept"
        )
      }
    }
    return notes
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
