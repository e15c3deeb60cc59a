import FileFormats

/// Reads JSON lines: one object a line, whose fields have names.
struct JSONLineParser: PartParser {
  let fields: JSONFields
  let errors: JSONLineErrors
  /// Which columns to keep; those of ratings and times are checked in any case.
  let keeping: InteractionColumns

  var start: Int { fields.start }
  var line: Int { 1 }
  var hasRatings: Bool { fields.names[ColumnRole.rating.rawValue] != nil }
  var hasTimes: Bool { fields.names[ColumnRole.timestamp.rawValue] != nil }

  func parse(
    _ bytes: Span<UInt8>, into chunk: inout ParsedChunk, line first: Int, users: IdentifierTable,
    items: IdentifierTable
  ) throws {
    var position = chunk.range.lowerBound
    while position < chunk.range.upperBound {
      if let next = Self.endOfBlankLine(bytes, at: position) {
        position = next
      } else {
        position = try parseLine(bytes, at: position, first + chunk.lines, into: &chunk, users, items)
      }
      chunk.lines += 1
    }
  }

  /// Reads one line; returns where the next one starts.
  private func parseLine(
    _ bytes: Span<UInt8>, at start: Int, _ line: Int, into chunk: inout ParsedChunk, _ users: IdentifierTable,
    _ items: IdentifierTable
  ) throws -> Int {
    var found = InlineArray<4, JSONToken?>(repeating: nil)
    var cursor = JSONCursor(at: start)
    do {
      while let (name, value) = try cursor.next(bytes) {
        for role in 0..<4 {
          guard let wanted = fields.names[role], Self.isName(wanted, bytes, name) else { continue }
          if found[role] != nil { throw errors.twice(wanted, bytes, start, line: line) }
          found[role] = value
        }
      }
    } catch let fault as JSONFault {
      throw errors.malformed(bytes, Self.firstText(bytes, start), fault, line: line)
    }
    var end = cursor.position
    while end < bytes.count, [0x20, 0x09, 0x0D].contains(bytes[end]) { end += 1 }
    if end < bytes.count && bytes[end] != 0x0A { throw errors.textAfterObject(bytes, end, line: line) }
    if end - start > RowParser.longestLine { throw errors.tooLong(bytes, start, line: line) }
    func value(_ role: ColumnRole) throws -> JSONToken? {
      guard let wanted = fields.names[role.rawValue] else { return nil }
      if let value = found[role.rawValue] { return value }
      throw errors.missing(wanted, role, bytes, Self.firstText(bytes, start), line: line)
    }
    if let user = try value(.user) {
      chunk.append(user: try number(user, .user, bytes, line, known: users, new: &chunk.newUsers))
    }
    if let item = try value(.item) {
      chunk.items.append(try number(item, .item, bytes, line, known: items, new: &chunk.newItems))
    }
    if let token = try value(.rating) {
      let rating = Self.decimal(token, bytes).map { Float($0) }
      guard let rating, rating.isFinite else { throw errors.wrong(token, .rating, bytes, line: line) }
      if keeping.contains(.ratings) { chunk.ratings.append(rating) }
    }
    if let token = try value(.timestamp) {
      guard let time = Self.time(token, bytes) else { throw errors.wrong(token, .timestamp, bytes, line: line) }
      if keeping.contains(.timestamps) { chunk.timestamps.append(time) }
    }
    return min(end + 1, bytes.count)
  }

  // MARK: Values

  /// The number of an id, below 0 when it is new.
  private func number(
    _ token: JSONToken, _ role: ColumnRole, _ bytes: Span<UInt8>, _ line: Int, known: IdentifierTable,
    new: inout IdentifierTable
  ) throws -> Int32 {
    guard token.kind == .string || token.kind == .number, token.start < token.end else {
      throw errors.wrong(token, role, bytes, line: line)
    }
    // A known id has been checked before.
    func number(_ id: Span<UInt8>, _ start: Int, _ end: Int) throws -> Int32 {
      if let number = known.find(id, start, end) { return Int32(truncatingIfNeeded: number) }
      let (number, isNew) = new.number(id, start, end)
      if isNew {
        let isValid = (start..<end).allSatisfy { position in
          // A number must consist of digits: another file may write 1e3 and 1.0 as 1000 and 1.
          token.kind == .number
            ? id[position] &- 48 < 10 || id[position] == UInt8(ascii: "-")
            : id[position] >= 0x20 && id[position] != 0x7F
        }
        if !isValid { throw errors.wrong(token, role, bytes, line: line) }
      }
      return ~Int32(truncatingIfNeeded: number)
    }
    guard token.isEscaped else { return try number(bytes, token.start, token.end) }
    let id = JSONCursor.decoded(bytes, token)
    return try number(id.span, 0, id.count)
  }

  /// The number that a JSON number or a string is.
  private static func decimal(_ token: JSONToken, _ bytes: Span<UInt8>) -> Double? {
    read(token, bytes) { DecimalNumber.value($0, $1, $2) }
  }

  /// The time that a JSON number or a string is.
  static func time(_ token: JSONToken, _ bytes: Span<UInt8>) -> Double? {
    read(token, bytes) { TimeValue.value($0, $1, $2) }
  }

  private static func read(
    _ token: JSONToken, _ bytes: Span<UInt8>, _ number: (Span<UInt8>, Int, Int) -> Double?
  ) -> Double? {
    guard token.kind == .number || token.kind == .string else { return nil }
    if !token.isEscaped { return number(bytes, token.start, token.end) }
    let text = JSONCursor.decoded(bytes, token)
    return number(text.span, 0, text.count)
  }

  // MARK: Text

  /// What a string says.
  static func text(_ bytes: Span<UInt8>, _ token: JSONToken) -> [UInt8] {
    token.isEscaped ? JSONCursor.decoded(bytes, token) : (token.start..<token.end).map { bytes[$0] }
  }

  @inline(__always)
  private static func isName(_ wanted: [UInt8], _ bytes: Span<UInt8>, _ name: JSONToken) -> Bool {
    if name.isEscaped { return JSONCursor.decoded(bytes, name) == wanted }
    if name.end - name.start != wanted.count { return false }
    for offset in 0..<wanted.count where bytes[name.start + offset] != wanted[offset] { return false }
    return true
  }

  /// Where the next line starts, if this one has only blanks.
  static func endOfBlankLine(_ bytes: Span<UInt8>, at start: Int) -> Int? {
    let end = firstText(bytes, start)
    if end == bytes.count { return end }
    return bytes[end] == 0x0A ? end + 1 : nil
  }

  private static func firstText(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var position = start
    while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 || bytes[position] == 0x0D {
      position += 1
    }
    return position
  }
}
