import Foundation

/// What people see: results on stdout, everything else on stderr.
enum Console {
  /// Writes results.
  static func standardOutput(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

  /// Writes notes, warnings and progress.
  static func standardError(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  /// Whether stderr is a terminal that may show moving things.
  static var hasTerminal: Bool {
    isatty(FileHandle.standardError.fileDescriptor) == 1
      && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Whether colour is welcome: a terminal, and NO_COLOR unset or empty.
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
