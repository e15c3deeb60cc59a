import FileFormats

/// Files with one id a line.
public enum IdentifierList {
  /// Reads a list that ``write(_:to:)`` wrote, whose order matters; a line ending, CR LF or LF, is not part of an id;
  /// everything else is.
  ///
  /// - Throws: `InputError` when the file is missing or unreadable; `DataError` when it has no ids, an empty
  ///   line, an id twice, or text that is not UTF-8.
  public static func read(_ path: String) throws -> Vocabulary {
    let accepted = "one id a line, each once, in UTF-8"
    let (name, lines) = try lines(of: path)
    if lines.isEmpty { throw DataError(path: name, message: "is empty", accepted: accepted) }
    var table = IdentifierTable()
    for (index, id) in lines.enumerated() {
      if id.isEmpty {
        throw DataError(path: name, line: index + 1, message: "is an empty line", accepted: accepted)
      }
      try check(id, path: name, line: index + 1, accepted: accepted)
      if !table.number(id.span, 0, id.count).isNew {
        throw DataError(
          path: name, line: index + 1, text: String(decoding: id, as: UTF8.self), message: "occurs twice",
          accepted: accepted)
      }
    }
    return Vocabulary(table)
  }

  /// Reads a list that a user wrote, whose order does not matter: ids may repeat; blank lines and a byte order mark at
  /// the start are ignored.
  ///
  /// - Returns: the ids, none for a file without any.
  /// - Throws: `InputError` when the file is missing or unreadable; `DataError` when it has text that is not UTF-8.
  public static func readSet(_ path: String) throws -> Vocabulary {
    var (name, lines) = try lines(of: path)
    if let first = lines.first, first.starts(with: [0xEF, 0xBB, 0xBF]) { lines[0].removeFirst(3) }
    var table = IdentifierTable()
    for (index, id) in lines.enumerated() where !id.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
      try check(id, path: name, line: index + 1, accepted: "one id a line, in UTF-8, without control characters")
      table.number(id.span, 0, id.count)
    }
    return Vocabulary(table)
  }

  /// The lines of a file without their endings.
  private static func lines(of path: String) throws -> (name: String, lines: [[UInt8]]) {
    let source = try ByteSource(path: path)
    let bytes = source.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return (source.name, lines.map { Array($0.last == 0x0D ? $0.dropLast() : $0) })
  }

  private static func check(_ id: [UInt8], path: String, line: Int, accepted: String) throws {
    if String(validating: id, as: UTF8.self) == nil || id.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      throw DataError(
        path: path, line: line, text: String(decoding: id, as: UTF8.self), message: "is not a valid id",
        accepted: accepted)
    }
  }

  /// Writes ids, whole or not at all.
  ///
  /// - Throws: `OutputError` when the file cannot be written.
  public static func write(_ ids: [String], to path: String) throws {
    try AtomicFile.write(to: path) { output in
      for id in ids { try output.write(id + "\n") }
    }
  }
}
