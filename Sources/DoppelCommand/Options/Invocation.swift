import Doppel
import FileFormats
import Settings

/// The words after `doppel`, checked and completed before the parser sees them.
///
/// The parser is content with the first thing that is wrong; a misspelt flag is best named even where it
/// leaves another one missing.
struct Invocation {
  /// The words, first as given, after ``complete()`` with those of the config file.
  private(set) var words: [String]
  /// The config file, once it has been read.
  private(set) var config: (path: String, flags: Set<String>)?

  init(_ words: [String]) { self.words = words }

  /// The name of the command, if it is one.
  var command: String? { words.first.flatMap { KnownFlags.commands.contains($0) ? $0 : nil } }

  /// Names unknown commands and flags, and puts the flags of a `--config` file in front of those given.
  ///
  /// - Throws: ``UsageError``, `InputError`, `DataError`.
  mutating func complete() throws {
    guard let name = words.first else { return }
    guard let flags = KnownFlags(command: name) else {
      if name == "help" || name.hasPrefix("-") { return try Self.checkRoot(words) }
      throw UsageError(
        "unknown command '\(name)'; did you mean \(Self.nearestCommand(to: name))? "
          + "Accepted: \(KnownFlags.commands.joined(separator: ", "))")
    }
    var rest = Self.joiningNegativeNumbers(Array(words.dropFirst()))
    var given: Set<String> = []
    for word in rest.prefix(while: { $0 != "--" }) where word.hasPrefix("--") {
      let flag = String(word.prefix { $0 != "=" })
      if flags.takesValue(flag) == nil && flag != "--experimental-dump-help" {
        throw UsageError("unknown flag '\(flag)' of \(name); did you mean \(flags.nearest(to: flag))?")
      }
      given.insert(flag)
    }
    if let path = Self.configPath(in: rest) {
      let file = try ConfigFile(path: path)
      _ = try file.modelSettings { _ = try Zoo.parse($0) }
      let found = try file.arguments(
        of: name, given: given, takesValue: { flags.takesValue($0) }, nearest: { flags.nearest(to: $0) })
      config = (path, Set(found.map { String($0.prefix { $0 != "=" }) }))
      rest = found + rest
    }
    words = [name] + rest
  }

  private static func nearestCommand(to name: String) -> String {
    nearestSpelling(to: name, among: KnownFlags.commands) ?? "compare"
  }

  private static func checkRoot(_ words: [String]) throws {
    let own = [
      "help", "-h", "--help", "--version", "--generate-completion-script", "--experimental-dump-help",
    ]
    guard let first = words.first, !own.contains(String(first.prefix { $0 != "=" })) else { return }
    throw UsageError(
      "\(first) comes before the command; write doppel COMMAND \(first) …, such as doppel compare")
  }

  /// The parser would take the -1 in `--threads -1` for a flag.
  private static func joiningNegativeNumbers(_ words: [String]) -> [String] {
    words.reduce(into: []) { joined, word in
      let isNegative = word.hasPrefix("-") && word.dropFirst().first.map { $0.isNumber || $0 == "." } ?? false
      if isNegative, let flag = joined.last, flag.hasPrefix("-"), !flag.contains("=") {
        joined[joined.count - 1] += "=" + word
      } else {
        joined.append(word)
      }
    }
  }

  private static func configPath(in words: [String]) -> String? {
    let words = words.prefix { $0 != "--" }
    for (word, next) in zip(words, words.dropFirst()) where word == "--config" { return next }
    return words.last { $0.hasPrefix("--config=") }.map { String($0.dropFirst("--config=".count)) }
  }
}
