import ArgumentParser
import Doppel
import FileFormats

/// The flags of one command, as the argument parser knows them, for suggesting corrections.
struct KnownFlags {
  /// The parser's own description of a command, in JSON: by name.
  private static let descriptions: [(name: String, members: [String: JSONValue])] = {
    do {
      _ = try DoppelCommand.parseAsRoot(["--experimental-dump-help"])
      return []
    } catch {
      // The description comes as an error, as help does.
      let text = DoppelCommand.fullMessage(for: error)
      let root = (try? JSONValue(parsing: Array(text.utf8)))?.members?["command"]?.members
      return (root?["subcommands"]?.elements ?? []).compactMap { command in
        guard let name = command.members?["commandName"]?.text, name != "help" else { return nil }
        return (name, command.members ?? [:])
      }
    }
  }()

  /// The names of all commands.
  static let commands = descriptions.map(\.name)

  private var takesValue: [String: Bool] = [:]

  /// The flags of a command, or `nil` when there is none of this name.
  init?(command: String) {
    guard let description = Self.descriptions.first(where: { $0.name == command })?.members else { return nil }
    for case .object(let argument) in description["arguments"]?.elements ?? [] {
      for case .object(let name) in argument["names"]?.elements ?? [] where name["kind"] == "long" {
        if let text = name["name"]?.text { takesValue["--" + text] = argument["kind"] == "option" }
      }
    }
    takesValue["--version"] = false
    takesValue["--help"] = false
  }

  /// Whether a flag, such as `--epochs`, is followed by a value; `nil` when there is no such flag.
  func takesValue(_ flag: String) -> Bool? { takesValue[flag] }

  /// The flags that may have been meant.
  func nearest(to flag: String) -> [String] { nearestSpellings(to: flag, among: takesValue.keys.sorted()) }
}

extension JSONValue {
  fileprivate var elements: [JSONValue] {
    if case .array(let elements) = self { elements } else { [] }
  }
}
