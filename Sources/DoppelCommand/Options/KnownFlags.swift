import ArgumentParser
import Doppel
import FileFormats

/// The flags of one command, as the argument parser knows them, for suggesting corrections.
struct KnownFlags {
  /// The names of all commands.
  static let commands = DoppelCommand.configuration.subcommands.map { $0._commandName }

  private var takesValue: [String: Bool] = [:]

  /// The flags of a command, or `nil` when there is none of this name.
  init?(command: String) {
    guard let type = DoppelCommand.configuration.subcommands.first(where: { $0._commandName == command })
    else { return nil }
    // The parser's own description of the command, in JSON.
    let description = try? JSONValue(parsing: Array(type._dumpHelp().utf8))
    for case .object(let argument) in description?.members?["command"]?.members?["arguments"]?.elements ?? [] {
      for case .object(let name) in argument["names"]?.elements ?? [] where name["kind"] == "long" {
        if let text = name["name"]?.text { takesValue["--" + text] = argument["kind"] == "option" }
      }
    }
    takesValue["--version"] = false
    takesValue["--help"] = false
  }

  /// Whether a flag, such as `--epochs`, is followed by a value; `nil` when there is no such flag.
  func takesValue(_ flag: String) -> Bool? { takesValue[flag] }

  /// The flag that is nearest in spelling.
  func nearest(to flag: String) -> String {
    nearestSpelling(to: flag, among: takesValue.keys.sorted()) ?? "--help"
  }
}

extension JSONValue {
  fileprivate var elements: [JSONValue] {
    if case .array(let elements) = self { elements } else { [] }
  }
}
