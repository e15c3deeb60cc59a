import FileFormats

/// Files with one id a line, in an order that matters.
public enum IdentifierList {
  /// Reads ids; a line ending, CR LF or LF, is not part of one.
  ///
  /// - Throws: `InputError` when the file is missing or unreadable; `DataError` when it has no ids, an empty
  ///   line, an id twice, or text that is not UTF-8.
  public static func read(_ path: String) throws -> Vocabulary {
    let source = try ByteSource(path: path)
    let accepted = "one id a line, each once, in UTF-8"
    let bytes = source.withBytes { bytes in
      let start = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
      return (start..<bytes.count).map { bytes[$0] }
    }
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    if lines.isEmpty { throw DataError(path: source.name, message: "is empty", accepted: accepted) }
    var table = IdentifierTable()
    for (index, line) in lines.enumerated() {
      let id = Array(line.last == 0x0D ? line.dropLast() : line)
      let text = String(decoding: id, as: UTF8.self)
      func wrong(_ message: String, text: String? = nil) -> DataError {
        DataError(path: source.name, line: index + 1, text: text, message: message, accepted: accepted)
      }
      if id.isEmpty { throw wrong("is an empty line") }
      if String(validating: id, as: UTF8.self) == nil || id.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
        throw wrong("is not a valid id", text: text)
      }
      if !table.number(id.span, 0, id.count).isNew { throw wrong("is there twice", text: text) }
    }
    return Vocabulary(table)
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
