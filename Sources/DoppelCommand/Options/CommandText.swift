/// The command as typed, for reports: words that a shell would change are quoted.
enum CommandText {
  /// The command line of this process.
  static var current: String { text(of: ["doppel"] + CommandLine.arguments.dropFirst()) }

  static func text(of words: [String]) -> String { words.map(quoted).joined(separator: " ") }

  private static func quoted(_ word: String) -> String {
    let plain = word.unicodeScalars.allSatisfy { scalar in
      ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
        || "-_./:,=+@%".unicodeScalars.contains(scalar)
    }
    return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
