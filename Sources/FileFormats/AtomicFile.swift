/// A file being written, buffered.
public struct OutputFile: ~Copyable {
  private let file: FileDescriptor
  private let path: String
  private var buffer: [UInt8] = []
  private static let bufferSize = 1 << 16

  fileprivate init(_ file: consuming FileDescriptor, path: String) {
    self.file = file
    self.path = path
    buffer.reserveCapacity(Self.bufferSize)
  }

  /// Appends text as UTF-8.
  ///
  /// - Throws: ``OutputError`` when the disk is full or gone.
  public mutating func write(_ text: String) throws(OutputError) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Appends bytes, or plain numbers as they are in memory.
  ///
  /// - Throws: ``OutputError`` when the disk is full or gone.
  public mutating func write(_ elements: [some BitwiseCopyable]) throws(OutputError) {
    try flush()
    if !file.write(elements.span) { throw OutputError(path: path, reason: lastSystemError()) }
  }

  /// Replaces bytes that have been written.
  ///
  /// - Parameter offset: the position of the first byte in the file.
  /// - Throws: ``OutputError``.
  mutating func overwrite(_ bytes: [UInt8], at offset: Int) throws(OutputError) {
    try flush()
    if !file.overwrite(bytes.span, at: offset) { throw OutputError(path: path, reason: lastSystemError()) }
  }

  /// Appends numbers in the order of a little-endian machine's bytes.
  ///
  /// - Throws: ``OutputError`` when the disk is full or gone.
  public mutating func write(littleEndian numbers: [Float]) throws(OutputError) {
    #if _endian(little)
      try write(numbers)
    #else
      try write(numbers.map(\.bitPattern.littleEndian))
    #endif
  }

  private mutating func flush() throws(OutputError) {
    if buffer.isEmpty { return }
    if !file.write(buffer.span) { throw OutputError(path: path, reason: lastSystemError()) }
    buffer.removeAll(keepingCapacity: true)
  }

  fileprivate mutating func finish(onDisk: Bool) throws(OutputError) {
    try flush()
    if onDisk && !file.synchronise() { throw OutputError(path: path, reason: lastSystemError()) }
  }
}

/// Writes files whole or not at all.
///
/// The bytes go to a temporary neighbour, are forced to the disk, and take the final name in one step.
/// Readers of the final name see the old file or the new one, never a part.
public enum AtomicFile {
  /// Writes what `fill` produces to `path`.
  ///
  /// A link is followed and its target replaced, or created if missing. A pipe, a terminal or `/dev/null` is written
  /// directly.
  ///
  /// - Throws: ``OutputError`` naming `path`, or the errors of `fill`; nothing is left behind then.
  public static func write(to path: String, _ fill: (inout OutputFile) throws -> Void) throws {
    let target = try linkedPath(path)
    switch FileKind(path: target) {
    case .directory: throw OutputError(path: path, reason: "it is a directory")
    case .other:
      let file = try named(path) { () throws(OutputError) in try .writingDirectly(target) }
      var output = OutputFile(file, path: path)
      try fill(&output)
      try output.finish(onDisk: false)
    case .regular, .missing:
      let temporary = TemporaryNeighbour.name(for: target)
      let folder = FileDescriptor.folder(of: temporary)
      let file = try named(path) { () throws(OutputError) in try begin(temporary) }
      var output = OutputFile(file, path: path)
      do {
        try fill(&output)
        try output.finish(onDisk: true)
        try UnfinishedOutput.end(temporary) { () throws(OutputError) in
          if !renameFile(temporary, to: target) { throw OutputError(path: path, reason: lastSystemError()) }
        }
      } catch {
        if folder != nil { folder?.remove(temporary) } else { removeFile(temporary) }
        UnfinishedOutput.forget(temporary)
        throw error
      }
    }
  }

  /// Checks that ``write(to:_:)`` can work, before hours are spent on the content.
  ///
  /// - Throws: ``OutputError`` naming `path`. Nothing is left behind.
  public static func verify(_ path: String) throws(OutputError) {
    let target = try linkedPath(path)
    switch FileKind(path: target) {
    case .directory: throw OutputError(path: path, reason: "it is a directory")
    case .other: return
    case .regular, .missing:
      let temporary = TemporaryNeighbour.name(for: target)
      _ = try named(path) { () throws(OutputError) in try begin(temporary) }
      removeFile(temporary)
      UnfinishedOutput.forget(temporary)
    }
  }

  /// Writes text as UTF-8.
  ///
  /// - Throws: ``OutputError`` naming `path`.
  public static func write(_ text: String, to path: String) throws {
    try write(to: path) { output in try output.write(text) }
  }

  /// Writes bytes.
  ///
  /// - Throws: ``OutputError`` naming `path`.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try write(to: path) { output in try output.write(bytes) }
  }

  private static func begin(_ temporary: String) throws(OutputError) -> FileDescriptor {
    try UnfinishedOutput.begin(temporary) { () throws(OutputError) in try .creating(temporary) }
  }

  /// The error names the requested path, because the user does not know the temporary one.
  private static func named(
    _ path: String, _ open: () throws(OutputError) -> FileDescriptor
  ) throws(OutputError) -> FileDescriptor {
    do {
      return try open()
    } catch {
      throw OutputError(path: path, reason: error.reason)
    }
  }
}

/// Where a link leads, or the path itself.
///
/// - Parameter named: how the user wrote the path.
/// - Throws: ``OutputError`` if links form a cycle.
func linkedPath(_ path: String, named: String? = nil) throws(OutputError) -> String {
  // The system opens a link to a pipe, such as /dev/stdout or /dev/fd/63, but the link's text is no path.
  if FileKind(path: path) == .other { return path }
  guard let target = resolvingLinks(path) else { throw OutputError(path: named ?? path, reason: lastSystemError()) }
  return target
}
