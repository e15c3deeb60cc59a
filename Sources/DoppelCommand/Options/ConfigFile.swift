import ArgumentParser
import Doppel
import FileFormats
import Foundation
import Yams

/// `--config FILE`: flags by their names, and under `models` settings of single models.
///
/// ```yaml
/// epochs: 100
/// models:
///   mult-vae: {beta: 0.3}
///   ae: {}
/// ```
///
/// Flags become arguments in front of those of the command line unless the command line has them too, so that there is one
/// place that knows which flags exist and what they may be.
struct ConfigFile {
  let path: String
  private let members: [String: JSONValue]

  /// Reads a file.
  ///
  /// - Throws: `InputError`, or `DataError` when it is not a YAML or JSON mapping.
  init(path: String) throws {
    self.path = path
    let bytes = try ByteSource(path: path, limit: 1 << 20).withBytes { span in
      span.indices.map { span[$0] }
    }
    do {
      guard let node = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self)),
        case .object(let members)? = Self.value(node)
      else {
        throw DataError(path: path, message: "is not a mapping", accepted: "YAML or JSON such as 'epochs: 100'")
      }
      self.members = members
    } catch let error as YamlError {
      let words = "\(error)".split(separator: "\n").first.map(String.init) ?? "is not YAML"
      throw DataError(path: path, message: words, accepted: "YAML or JSON such as 'epochs: 100'")
    }
  }

  /// Settings of single models, by model.
  func modelSettings() throws -> [String: [String: JSONValue]] {
    guard case .object(let models)? = members["models"] else { return [:] }
    return try models.mapValues { settings in
      if case .null = settings { return [:] }
      guard let members = settings.members else {
        throw DataError(path: path, message: "has a model without settings", accepted: "models: {mult-vae: {beta: 0.3}}")
      }
      return members.reduce(into: [:]) { $0[Self.camelCase($1.key)] = $1.value }
    }
  }

  /// The arguments with those of a `--config` file in front, after the command's name.
  static func expand(_ arguments: [String]) throws -> [String] {
    guard let path = path(in: arguments), let command = arguments.first, !command.hasPrefix("-") else {
      return arguments
    }
    let file = try ConfigFile(path: path)
    let given = Set(arguments.filter { $0.hasPrefix("--") }.map { $0.prefix { $0 != "=" } }.map(String.init))
    var flags: [String] = []
    for (key, value) in file.members.sorted(by: { $0.key < $1.key }) {
      let flag = "--" + kebabCase(key)
      if given.contains(flag) || flag == "--config" { continue }
      switch value {
      case .bool(true): flags.append(flag)
      case .bool(false), .null: break
      case .object(let members) where key == "models": flags += [flag, members.keys.sorted().joined(separator: ",")]
      case .object: throw DataError(path: path, text: key, message: "is a mapping where a value should be")
      case .array(let values): flags += [flag, values.map(text).joined(separator: ",")]
      default: flags += [flag, text(value)]
      }
    }
    return [command] + flags + arguments.dropFirst()
  }

  private static func path(in arguments: [String]) -> String? {
    for (index, argument) in arguments.enumerated() {
      if argument == "--config", index + 1 < arguments.count { return arguments[index + 1] }
      if argument.hasPrefix("--config=") { return String(argument.dropFirst("--config=".count)) }
      if argument == "--" { return nil }
    }
    return nil
  }

  private static func text(_ value: JSONValue) -> String {
    if case .string(let text) = value { text } else { value.prettyPrinted }
  }

  private static func value(_ node: Node) -> JSONValue? {
    switch node {
    case .scalar:
      if let value = node.bool { return .bool(value) }
      if let value = node.float { return .number(value) }
      if node.null != nil { return .null }
      return node.string.map { .string($0) }
    case .sequence(let nodes): return .array(nodes.compactMap(value))
    case .mapping(let pairs):
      return .object(pairs.reduce(into: [:]) { $0[$1.key.string ?? ""] = value($1.value) })
    case .alias: return nil
    }
  }

  private static func kebabCase(_ key: String) -> String {
    key.reduce(into: "") { result, letter in
      if letter.isUppercase {
        result += "-" + letter.lowercased()
      } else {
        result.append(letter == "_" ? "-" : letter)
      }
    }
  }

  private static func camelCase(_ key: String) -> String {
    let words = key.split { $0 == "-" || $0 == "_" }
    return words.prefix(1).joined() + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }
}
