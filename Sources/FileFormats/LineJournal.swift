/// A file of lines that grows by whole lines.
///
/// A line goes to the file in one write and is forced to the disk before the next: whatever happens to the process, all lines but
/// possibly the last are whole, and a last line that is not ends without a line break.
public final class LineJournal: Sendable {
  private let file: FileDescriptor
  private let path: String

  private init(_ file: consuming FileDescriptor, path: String) {
    self.file = file
    self.path = path
  }

  /// Begins a journal under a name that nothing has yet.
  ///
  /// - Throws: ``OutputError``.
  public static func creating(_ path: String) throws(OutputError) -> LineJournal {
    let file: FileDescriptor
    do {
      file = try FileDescriptor.creating(path)
    } catch {
      throw OutputError(path: path, reason: error.reason)
    }
    // Without its folder on the disk the file could be gone after a loss of power, lines and all.
    if FileDescriptor.folder(of: path)?.synchronise() == false {
      throw OutputError(path: path, reason: lastSystemError())
    }
    return LineJournal(file, path: path)
  }

  /// Goes on with a journal behind its whole lines; what follows them is cut off.
  ///
  /// - Parameter bytes: how long the whole lines are.
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
  /// - Throws: ``InputError``; ``DataError`` for what is no text.
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
