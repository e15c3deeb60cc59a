/// A file of lines that grows by whole lines.
///
/// Each line is written at once and forced to the disk before the next. Whatever happens to the process, all lines but
/// possibly the last are whole, and an incomplete last line has no line break.
public final class LineJournal: Sendable {
  private let file: FileDescriptor
  private let path: String

  private init(_ file: consuming FileDescriptor, path: String) {
    self.file = file
    self.path = path
  }

  /// Begins a journal at a path that does not exist yet.
  ///
  /// - Throws: ``OutputError``.
  public static func creating(_ path: String) throws(OutputError) -> LineJournal {
    let file: FileDescriptor
    do {
      file = try FileDescriptor.creating(path)
    } catch {
      throw OutputError(path: path, reason: error.reason)
    }
    // Unless its folder is on the disk as well, the file could be lost after a power failure.
    if FileDescriptor.folder(of: path)?.synchronise() == false {
      throw OutputError(path: path, reason: lastSystemError())
    }
    return LineJournal(file, path: path)
  }

  /// Continues a journal after its whole lines; anything after them is cut off.
  ///
  /// - Parameter bytes: the length of the whole lines.
  /// - Throws: ``OutputError``.
  public static func continuing(_ path: String, after bytes: Int) throws(OutputError) -> LineJournal {
    let file = try FileDescriptor.appending(path)
    if !file.truncate(to: bytes) { throw OutputError(path: path, reason: lastSystemError()) }
    return LineJournal(file, path: path)
  }

  /// Whether there is a file of this name.
  public static func isThere(_ path: String) -> Bool { FileKind(path: path) == .regular }

  /// The whole lines of a journal, and how many bytes they take.
  ///
  /// - Throws: ``InputError``; ``DataError`` for a file that is not text.
  public static func read(_ path: String) throws -> (lines: [String], bytes: Int) {
    let source = try ByteSource(path: path)
    try source.requireText()
    let bytes = source.withBytes { span in span.indices.map { span[$0] } }
    let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let lines = bytes[..<whole].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
    return (lines.map { String(decoding: $0, as: UTF8.self) }, whole)
  }

  /// Adds a line.
  ///
  /// - Precondition: it has no line break.
  /// - Throws: ``OutputError`` when the disk is full or gone.
  public func append(_ line: String) throws(OutputError) {
    precondition(!line.utf8.contains(UInt8(ascii: "\n")), "a line with a line break")
    let bytes = Array((line + "\n").utf8)
    if !file.write(bytes.span) || !file.synchronise() { throw OutputError(path: path, reason: lastSystemError()) }
  }
}
