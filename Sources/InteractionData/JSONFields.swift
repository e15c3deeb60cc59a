import FileFormats

/// The roles of the fields of JSON lines, detected from the first lines and the user's flags.
///
/// It corresponds to a ``Dialect`` for tables.
struct JSONFields {
  /// The field of each ``ColumnRole``; `nil` for none.
  let names: [[UInt8]?]
  /// The names of all fields in the first lines.
  let all: [String]
  /// Where the first line starts, blank ones included.
  let start: Int

  /// Determines which fields to read.
  ///
  /// - Returns: `nil` when the bytes are not JSON lines.
  /// - Throws: ``DataError`` when they are other JSON, or when there is no field for users or for items.
  init?(_ bytes: Span<UInt8>, path: String, format: InteractionFormat) throws {
    guard let first = try JSONShape(bytes, path: path, isTable: format.delimiter != nil) else { return nil }
    start = first.start
    if let delimiter = format.delimiter {
      throw DataError(
        path: path, message: "is JSON lines, where fields have names and \(delimiter) is no separator",
        accepted: "the same without --delimiter")
    }
    if format.hasHeader != nil {
      throw DataError(
        path: path, message: "is JSON lines, where fields have names and there is no header line",
        accepted: "the same without --header and --no-header")
    }
    let fields = try Self.fields(bytes, first, path: path)
    all = fields.map(\.name)
    names = try Self.names(fields, format, path: path, line: first.line).map { $0.map { Array($0.utf8) } }
  }

  /// A name that occurs in the first lines.
  private struct Field {
    let name: String
    /// Whether text or a number occurred in it, so that it could be an id.
    var isPlain: Bool
    /// Whether a value occurred in it that is not a time.
    var isOther: Bool
  }

  /// The fields of up to twenty lines, in the order in which they first occur.
  private static func fields(_ bytes: Span<UInt8>, _ first: JSONShape, path: String) throws -> [Field] {
    var fields: [Field] = []
    var places: [[UInt8]: Int] = [:]
    var position = first.object
    var seen = 0
    while position < bytes.count && seen < 20 {
      if let end = JSONLineParser.endOfBlankLine(bytes, at: position) {
        position = end
        continue
      }
      seen += 1
      var cursor = JSONCursor(at: position)
      do {
        while let (name, value) = try cursor.next(bytes) {
          let key = JSONLineParser.text(bytes, name)
          let isPlain = value.kind == .string || value.kind == .number
          let isOther = JSONLineParser.time(value, bytes) == nil
          if let place = places[key] {
            if isPlain { fields[place].isPlain = true }
            if isOther { fields[place].isOther = true }
          } else if fields.count < 1000 {
            places[key] = fields.count
            fields.append(Field(name: String(decoding: key, as: UTF8.self), isPlain: isPlain, isOther: isOther))
          }
        }
      } catch {
        // The parser reports errors in later lines, with their numbers.
        if seen == 1 {
          throw JSONLineErrors(path: path).malformed(bytes, position, error, line: first.line)
        }
        return fields
      }
      position = cursor.position
      while position < bytes.count && bytes[position] != 0x0A { position += 1 }
      position += 1
    }
    return fields
  }

  private static func names(
    _ fields: [Field], _ format: InteractionFormat, path: String, line: Int
  ) throws -> [String?] {
    let all = ColumnNames(fields.map(\.name))
    // A nested user is not an id, unlike a `user_id` beside it.
    let plain = fields.filter { field in
      // Ambiguous names of times count only if the values are times.
      field.isPlain && !(field.isOther && KnownNames.occasional.contains(KnownNames.plain(field.name)))
    }.map(\.name)
    let listed = fields.prefix(20).map(\.name).joined(separator: ", ")
    var names = try ColumnRole.allCases.map { role -> String? in
      switch format.column(role) {
      case .absent: return nil
      case .recognised:
        // The name may lack RecBole's type here, so the place identifies the field.
        return ColumnNames(plain).column(of: role).map { plain[$0] }
      case .number(let number):
        throw DataError(
          path: path, line: line, text: "\(number)", message: "is a number, but JSON fields are selected by name",
          accepted: "one of \(listed) (\(role.option))")
      case .named(let name):
        guard let column = all.column(named: name) else {
          let nearest = nearestSpelling(to: name, among: all.names).map { " (nearest: \($0))" } ?? ""
          throw DataError(
            path: path, line: line, text: name, message: "is not a field of this file", accepted: listed + nearest)
        }
        return fields[column].name
      }
    }
    // A field that the user has given to another role is not free.
    for role in ColumnRole.allCases where format.column(role) == .recognised {
      let isTaken = ColumnRole.allCases.contains {
        if case .named = format.column($0) { names[$0.rawValue] == names[role.rawValue] } else { false }
      }
      if isTaken { names[role.rawValue] = nil }
    }
    for role in [ColumnRole.user, .item] where names[role.rawValue] == nil {
      throw DataError(
        path: path, line: line, text: listed.isEmpty ? nil : listed, message: "has no known \(role) field",
        accepted: "the name of one of them (\(role.option))")
    }
    if names[0] == names[1] {
      throw DataError(path: path, line: line, message: "cannot have user and item in the same field")
    }
    return names
  }
}

/// Whether bytes are JSON, judged by their beginning.
struct JSONShape {
  /// Where the text starts, a byte order mark left out.
  let start: Int
  /// Where the first object starts, and on which line.
  let object: Int
  let line: Int

  /// Checks the first line.
  ///
  /// - Parameter isTable: whether the user says so; then only a whole object makes JSON lines.
  /// - Returns: `nil` when it does not begin an object.
  /// - Throws: ``DataError`` for JSON that is not one object a line.
  init?(_ bytes: Span<UInt8>, path: String, isTable: Bool) throws {
    func skipBlanks(_ position: inout Int, lines: inout Int) {
      while position < bytes.count, [0x20, 0x09, 0x0D, 0x0A].contains(bytes[position]) {
        if bytes[position] == 0x0A { lines += 1 }
        position += 1
      }
    }
    start = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
    var (position, line) = (start, 1)
    skipBlanks(&position, lines: &line)
    (object, self.line) = (position, line)
    guard position < bytes.count, bytes[position] == UInt8(ascii: "{") || bytes[position] == UInt8(ascii: "[") else {
      return nil
    }
    let opening = bytes[position]
    position += 1
    var lines = 0
    skipBlanks(&position, lines: &lines)
    let next = position < bytes.count ? bytes[position] : 0
    let errors = JSONLineErrors(path: path)
    switch (opening, next) {
    case (UInt8(ascii: "{"), UInt8(ascii: "\"")), (UInt8(ascii: "{"), UInt8(ascii: "}")):
      var cursor = JSONCursor(at: object)
      do {
        while try cursor.next(bytes) != nil {}
      } catch {
        // In a table, an id of a user may begin like this.
        if isTable { return nil }
        if error.reason == .incomplete && error.position < bytes.count {
          throw errors.spread(bytes, object, line: line)
        }
      }
    case (UInt8(ascii: "{"), UInt8(ascii: "'")) where !isTable:
      throw errors.dictionary(bytes, object, line: line)
    case (UInt8(ascii: "["), UInt8(ascii: "{")) where !isTable, (UInt8(ascii: "["), _) where lines > 0 && !isTable:
      throw errors.array(bytes, object, hasObjects: true, line: line)
    case (UInt8(ascii: "["), _) where !isTable:
      // Rows as arrays, without names.
      var end = position
      while end < bytes.count && bytes[end] != 0x0A && end - object <= RowParser.longestLine { end += 1 }
      while end > position && bytes[end - 1] <= 0x20 { end -= 1 }
      let row = (position..<end).map { bytes[$0] }
      if row.last == UInt8(ascii: "]"), row.contains(UInt8(ascii: ",")) {
        throw errors.array(bytes, object, hasObjects: false, line: line)
      }
      return nil
    default: return nil
    }
  }
}
