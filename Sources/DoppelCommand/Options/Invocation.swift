import ArgumentParser
import Doppel
import FileFormats
import Settings

/// The words after `doppel`, checked and completed before the parser sees them.
struct Invocation: Sendable {
  /// The words, first as given, after ``complete()`` with those of the config file.
  private(set) var words: [String]
  /// The flags on the command line, such as `--epochs` and `-k`.
  private(set) var typed: Set<String> = []
  /// The config file, once it has been read.
  private(set) var config: Config?

  /// The content of a config file.
  struct Config: Sendable {
    let path: String
    /// The flags it gives that the command line does not.
    let flags: Set<String>
    /// The settings of single models.
    let models: [String: [ConfigFile.Setting]]
  }

  /// The words of the current command; they tell which flags were given and where, which the parsed values do not.
  @TaskLocal static var current: Invocation?

  init(_ words: [String]) { self.words = words }

  /// The name of the command, if it is one.
  var command: String? { words.first.flatMap { KnownFlags.commands.contains($0) ? $0 : nil } }

  /// Whether a flag was given, on the command line or in the config file.
  func gives(_ flag: String) -> Bool { typed.contains(flag) || config?.flags.contains(flag) == true }

  /// Reports unknown commands, and inserts the flags of a `--config` file before those given.
  ///
  /// - Throws: ``UsageError``, `InputError`, `DataError`.
  mutating func complete() throws {
    guard let name = words.first else { return }
    guard command != nil else {
      if name == "help" || name.hasPrefix("-") { return try Self.checkRoot(words) }
      throw UsageError(
        "unknown command '\(name)'; did you mean \(alternatives(nearestSpellings(to: name, among: KnownFlags.commands)))? "
          + "Accepted: \(KnownFlags.commands.joined(separator: ", "))")
    }
    let rest = Self.separatingEmptyValues(Self.joiningNegativeNumbers(Array(words.dropFirst())))
    words = [name] + rest
    typed = Set(flags)
    if let path = Self.configPath(in: rest) {
      if path.isEmpty { throw UsageError("--config is empty; accepted: a path") }
      let known = try checkFlags()
      let file = try ConfigFile(path: path)
      let models = try file.modelSettings { _ = try Zoo.parse($0) }
      let found = try file.arguments(
        of: name, given: typed, takesValue: { known.takesValue($0) }, takesSeveral: { known.takesSeveral.contains($0) },
        nearest: { known.nearest(to: $0) })
      let flags = (found.before + found.behind).filter { $0.hasPrefix("--") }.map { String($0.prefix { $0 != "=" }) }
      config = Config(path: path, flags: Set(flags), models: models)
      let plain = rest.firstIndex(of: "--") ?? rest.endIndex
      words = [name] + found.before + rest[..<plain] + found.behind + rest[plain...]
    }
  }

  /// The parsed command.
  ///
  /// The parser stops at the first error. A misspelt flag is reported first, because it is often the reason why a
  /// required one is missing.
  ///
  /// - Throws: ``UsageError`` for an unknown flag, or an error of the parser.
  func parsed() throws -> any ParsableCommand {
    do {
      return try DoppelCommand.parseAsRoot(words)
    } catch {
      if command != nil { try checkFlags() }
      throw error
    }
  }

  /// The flags among the words.
  private var flags: [String] {
    words.dropFirst().prefix { $0 != "--" }.filter { $0.hasPrefix("-") && $0 != "-" }
      .map { String($0.prefix { $0 != "=" }) }
  }

  /// Reports the first flag that the command does not have.
  @discardableResult
  private func checkFlags() throws -> KnownFlags {
    let name = command ?? ""
    let known = KnownFlags(command: name)
    for flag in flags
    where flag.hasPrefix("--") && known.takesValue(flag) == nil && flag != "--experimental-dump-help" {
      throw UsageError("unknown flag '\(flag)' of \(name); did you mean \(alternatives(known.nearest(to: flag)))?")
    }
    return known
  }

  private static func checkRoot(_ words: [String]) throws {
    let own = [
      "help", "-h", "--help", "--version", "--generate-completion-script", "--experimental-dump-help",
      // Completion scripts use this to ask for values.
      "---completion",
    ]
    guard let first = words.first, !own.contains(String(first.prefix { $0 != "=" })) else { return }
    throw UsageError(
      "\(first) comes before the command; write doppel COMMAND \(first) …, for example doppel compare")
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

  /// The parser would take the word after `--report=` for its value.
  private static func separatingEmptyValues(_ words: [String]) -> [String] {
    let flags = words.prefix { $0 != "--" }
    return flags.flatMap { word in
      word.hasPrefix("--") && word.firstIndex(of: "=") == word.indices.last ? [String(word.dropLast()), ""] : [word]
    } + words[flags.endIndex...]
  }

  private static func configPath(in words: [String]) -> String? {
    let words = words.prefix { $0 != "--" }
    for (word, next) in zip(words, words.dropFirst()) where word == "--config" { return next }
    return words.last { $0.hasPrefix("--config=") }.map { String($0.dropFirst("--config=".count)) }
  }
}
