import ArgumentParser
import Doppel
import FileFormats

/// The flags of one command, from the argument parser, for suggesting corrections.
struct KnownFlags {
  /// The names of all commands.
  static let commands = DoppelCommand.configuration.subcommands.map {
    $0.configuration.commandName ?? "\($0)".lowercased()
  }

  private var takesValue: [String: Bool] = [:]
  /// Flags that are followed by several values.
  private(set) var takesSeveral: Set<String> = []
  /// Flags that the command refuses and does not list.
  private var hidden: Set<String> = []

  /// The flags of a command, from the parser's own description of it, which takes some milliseconds to make.
  init(command: String) {
    var text = ""
    // The parser throws the description as an error, like help.
    do { _ = try DoppelCommand.parseAsRoot(["--experimental-dump-help"]) } catch {
      text = DoppelCommand.fullMessage(for: error)
    }
    let root = (try? JSONValue(parsing: Array(text.utf8)))?.members?["command"]?.members
    let commands = root?["subcommands"]?.elements.compactMap(\.members) ?? []
    let description = commands.first { $0["commandName"]?.text == command } ?? [:]
    for case .object(let argument) in description["arguments"]?.elements ?? [] {
      for case .object(let name) in argument["names"]?.elements ?? [] where name["kind"] == "long" {
        guard let text = name["name"]?.text else { continue }
        takesValue["--" + text] = argument["kind"] == "option"
        if argument["parsingStrategy"] == "upToNextOption" { takesSeveral.insert("--" + text) }
        if argument["shouldDisplay"] == false { hidden.insert("--" + text) }
      }
    }
    takesValue["--version"] = false
    takesValue["--help"] = false
  }

  /// Whether a flag, such as `--epochs`, is followed by a value; `nil` when there is no such flag.
  func takesValue(_ flag: String) -> Bool? { takesValue[flag] }

  /// The flags that may have been meant.
  func nearest(to flag: String) -> [String] {
    let known = takesValue.keys.filter { !hidden.contains($0) }
    return nearestSpellings(to: flag, among: known.sorted())
  }
}

extension JSONValue {
  fileprivate var elements: [JSONValue] {
    if case .array(let elements) = self { elements } else { [] }
  }
}
