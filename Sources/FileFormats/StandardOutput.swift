/// Writes results to standard output.
public enum StandardOutput {
  /// The reader of standard output has closed it, as `head` does.
  ///
  /// This is not a failure.
  public struct ReaderGone: Error, Sendable {}

  /// Writes text as UTF-8, at once.
  ///
  /// SIGPIPE must be ignored or blocked, otherwise the process ends before the error is thrown.
  ///
  /// - Throws: ``ReaderGone``; ``OutputError`` when the disk is full or standard output is closed.
  public static func write(_ text: String) throws { try write(Array(text.utf8)) }

  /// Writes bytes, at once, in the same way.
  public static func write(_ bytes: [UInt8]) throws {
    guard let file = FileDescriptor.duplicating(1) else {
      throw OutputError(path: "standard output", reason: lastSystemError())
    }
    if file.write(bytes.span) { return }
    throw readerIsGone() ? ReaderGone() : OutputError(path: "standard output", reason: lastSystemError())
  }
}
