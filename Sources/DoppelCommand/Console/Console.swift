import Doppel
import FileFormats
import Foundation

/// Output to the user: results on stdout, everything else on stderr.
enum Console {
  /// Writes results.
  ///
  /// - Throws: `StandardOutput.ReaderGone`, `OutputError`.
  static func standardOutput(_ text: String) throws { if Processes.isRoot { try StandardOutput.write(text) } }

  /// Writes the one JSON document of a command.
  ///
  /// - Throws: `StandardOutput.ReaderGone`, `OutputError`.
  static func standardOutput(_ document: some Encodable) throws {
    if Processes.isRoot { try StandardOutput.write(JSONValue(encoding: document).prettyPrinted + "\n") }
  }

  /// Writes notes, warnings and progress; failures are ignored.
  static func standardError(_ text: String) { if Processes.isRoot { standardErrorOfAny(text) } }

  /// The same, from any of several processes.
  static func standardErrorOfAny(_ text: String) { writing.withLock { write(text) } }

  /// Writes the last words of this process: no thread writes anything after them.
  ///
  /// It waits briefly for a thread that is writing, because the reader may be gone.
  static func lastWords(_ text: String) {
    guard Processes.isRoot else { return }
    _ = writing.lock(before: Date(timeIntervalSinceNow: 0.2))
    write(text)
  }

  private static let writing = NSLock()

  private static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

  /// The notes that have been written.
  private static let noted = Guarded(Set<String>())

  /// Writes notes, each once, unless `--quiet` suppresses them.
  ///
  /// What is known before a long computation is also among the notes of its result.
  static func note(_ notes: [String], quiet: Bool) {
    if quiet { return }
    for note in notes where noted.withLock({ $0.insert(note).inserted }) {
      standardError("note: \(printable(note))\n")
    }
  }

  /// Whether a line can be written to stderr without waiting for its reader.
  static var standardErrorIsReady: Bool {
    var descriptor = pollfd(fd: FileHandle.standardError.fileDescriptor, events: Int16(POLLOUT), revents: 0)
    return unsafe poll(&descriptor, 1, 0) == 1 && descriptor.revents & Int16(POLLOUT) != 0
  }

  /// How many columns of stderr's terminal may be used: what the terminal says and COLUMNS, the smaller of the two.
  static var columns: Int {
    var size = winsize()
    let isKnown = unsafe ioctl(FileHandle.standardError.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0
    let wished = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
    return [isKnown ? Int(size.ws_col) : nil, wished].compactMap(\.self).filter { $0 > 0 }.min() ?? 80
  }

  /// Ids as stdout may show them: unchanged to files and pipes, harmless on a terminal.
  ///
  /// The kind of stdout is determined once for all ids.
  static var identifiers: @Sendable (_ id: String) -> String {
    let isTerminal = outputIsTerminal
    return { isTerminal ? printable($0) : $0 }
  }

  /// Whether stdout is a terminal, read by a person.
  static var outputIsTerminal: Bool { isatty(FileHandle.standardOutput.fileDescriptor) == 1 }

  /// The width of stdout in characters if it is a terminal; `nil` for files and pipes, whose lines may have any length.
  static var width: Int? {
    guard outputIsTerminal else { return nil }
    var size = winsize()
    if unsafe ioctl(FileHandle.standardOutput.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return Int(size.ws_col)
    }
    return ProcessInfo.processInfo.environment["COLUMNS"].flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil }
  }

  /// Whether stderr is a terminal that can show a progress bar.
  static var hasTerminal: Bool {
    Processes.isRoot && isatty(FileHandle.standardError.fileDescriptor) == 1
      && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Whether colour is allowed: stderr is a terminal, and NO_COLOR is unset or empty.
  static var hasColour: Bool {
    hasTerminal && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
  }

  /// Text from files, made harmless for a terminal: control characters are written as escapes.
  static func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isControl = scalar.value < 0x20 && scalar != "\n" || (0x7F...0x9F).contains(scalar.value)
      let turnsText = (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
      if isControl || turnsText {
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
