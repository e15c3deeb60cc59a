public import FileFormats
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
/// Flags become words in front of those of the command line, so that one place defines which flags exist and which
/// values they take.
public struct ConfigFile {
  /// The path.
  public let path: String
  private let members: [(key: String, value: Node)]

  /// Reads a file.
  ///
  /// - Throws: `InputError`, or `DataError` when it is not a YAML or JSON mapping.
  public init(path: String) throws {
    self.path = path
    let source = try ByteSource(path: path, limit: 1 << 20)
    try source.requireText()
    let bytes = source.withBytes { span in span.indices.map { span[$0] } }
    let accepted = "YAML or JSON such as 'epochs: 100'"
    if let name = Self.alias(in: bytes) {
      throw DataError(
        path: path, text: "*\(name)", message: "is an alias, and aliases are not followed", accepted: accepted)
    }
    do {
      let root = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self))
      if root != nil && root?.mapping == nil {
        throw DataError(path: path, message: "is not a mapping", accepted: accepted)
      }
      members = Self.members(of: root)
    } catch let error as YamlError {
      let (line, message) = Self.explanation(of: error)
      throw DataError(path: path, line: line, message: message, accepted: accepted)
    }
  }

  /// Settings of single models, by model, with the line of each.
  ///
  /// - Parameter checkModel: throws for a model that does not exist.
  /// - Throws: ``SettingsError`` for a model that does not exist, or one without a mapping of settings.
  public func modelSettings(checkModel: (String) throws -> Void) throws -> [String: [Setting]] {
    guard let models = members.first(where: { $0.key == "models" })?.value, models.mapping != nil else {
      return [:]
    }
    var settings: [String: [Setting]] = [:]
    for (name, node) in Self.members(of: models) {
      do {
        try checkModel(name)
      } catch {
        throw SettingsError("\(place(of: node)): \(error)")
      }
      if node.mapping == nil && Self.value(node) != .null {
        throw SettingsError(
          "\(place(of: node)): \(name) has no mapping of settings; accepted: \(name): {epochs: 100}")
      }
      settings[name] = Self.members(of: node).map {
        Setting(place: place(of: $1), key: Self.camelCase($0), value: Self.setting($0, $1))
      }
    }
    return settings
  }

  /// One setting of a model.
  public struct Setting: Sendable, Equatable {
    /// File and line.
    public let place: String
    /// The name in the model file.
    public let key: String
    /// The value.
    public let value: JSONValue
  }

  /// The flags as words of the command line, without those given there.
  ///
  /// - Parameters:
  ///   - takesValue: whether a flag is followed by a value; `nil` for a flag that the command does not have.
  ///   - takesSeveral: whether it is followed by several, each a word.
  ///   - nearest: the flags that may have been meant.
  /// - Returns: words to go before those of the command line, and words to go behind them: several values end with the
  ///   next flag, so anything else that followed would be taken for one.
  /// - Throws: ``SettingsError`` naming file, line and the nearest valid flag.
  public func arguments(
    of command: String, given: Set<String>, takesValue: (String) -> Bool?, takesSeveral: (String) -> Bool,
    nearest: (String) -> [String]
  ) throws -> (before: [String], behind: [String]) {
    var (words, behind): ([String], [String]) = ([], [])
    for (key, node) in members {
      let flag = "--" + Self.kebabCase(key)
      func wrong(_ message: String) -> SettingsError { SettingsError("\(place(of: node)): \(message)") }
      if ["--config", "--help", "--version"].contains(flag) {
        throw wrong("'\(key)' is for the command line only")
      }
      if key == "models" && command == "train" && node.mapping != nil { continue }
      guard let hasValue = takesValue(flag) else {
        throw wrong(
          "unknown key '\(key)' for \(command); did you mean \(alternatives(nearest(flag).map { String($0.dropFirst(2)) }))?"
        )
      }
      if given.contains(flag) || Self.value(node) == .null { continue }
      if !hasValue {
        guard case .bool(let isOn)? = Self.value(node) else { throw wrong("\(key) must be true or false") }
        let opposite = "--no-" + flag.dropFirst(2)
        if isOn {
          words.append(flag)
        } else if takesValue(opposite) == false {
          words.append(opposite)
        }
      } else if key == "models", node.mapping != nil {
        let names = Self.members(of: node).map(\.key)
        if names.isEmpty { throw wrong("models is empty; accepted: names of models") }
        words.append(flag + "=" + names.joined(separator: ","))
      } else if let text = Self.text(node) {
        // The parser would take the next word of the command line for a value that is not there.
        if text.isEmpty { throw wrong("\(key) is empty; accepted: a value, or ~ for none") }
        if case .bool? = Self.value(node) {
          throw wrong("\(key) takes a value, and '\(text)' is none; quote it if it is one")
        }
        if takesSeveral(flag) {
          behind += [flag] + (node.sequence?.compactMap { $0.scalar?.string } ?? [text])
        } else {
          words.append(flag + "=" + text)
        }
      } else {
        throw wrong("\(key) must be a single value")
      }
    }
    return (words, behind)
  }

  /// The keys of the file besides some, each with its place.
  public func otherKeys(than known: Set<String>) -> [(key: String, place: String)] {
    members.filter { !known.contains($0.key) }.map { ($0.key, place(of: $0.value)) }
  }

  private func place(of node: Node) -> String { node.mark.map { "\(path):\($0.line)" } ?? path }

  // MARK: YAML

  /// The name of a referenced anchor, if the file seems to have one.
  ///
  /// Detected before the file is parsed: an alias may refer to a value with ten aliases, each of which refers to ten
  /// more, so that even a comparison takes exponential time. In a comment or quotes the same signs would be harmless,
  /// but they are not needed there.
  private static func alias(in bytes: [UInt8]) -> String? {
    func names(after sign: Unicode.Scalar) -> Set<[UInt8]> {
      var names: Set<[UInt8]> = []
      for position in bytes.indices where bytes[position] == UInt8(ascii: sign) {
        let name = bytes[(position + 1)...].prefix {
          $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || Character(Unicode.Scalar($0)).isLetter
            || Character(Unicode.Scalar($0)).isNumber
        }
        if !name.isEmpty { names.insert(Array(name)) }
      }
      return names
    }
    let known = names(after: "&")
    if known.isEmpty { return nil }
    return names(after: "*").intersection(known).map { String(decoding: $0, as: UTF8.self) }.min()
  }

  private static func members(of node: Node?) -> [(key: String, value: Node)] {
    node?.mapping?.map { (key: $0.key.string ?? "", value: $0.value) } ?? []
  }

  /// A value as written in the file, so that 007 stays 007; a list with commas.
  private static func text(_ node: Node) -> String? {
    if let sequence = node.sequence {
      let texts = sequence.compactMap { $0.scalar?.string }
      return texts.count == sequence.count ? texts.joined(separator: ",") : nil
    }
    return node.scalar?.string
  }

  private static func value(_ node: Node) -> JSONValue? {
    switch node {
    case .scalar(let scalar):
      if scalar.style == .singleQuoted || scalar.style == .doubleQuoted { return .string(scalar.string) }
      if let value = node.bool { return .bool(value) }
      if let value = node.float { return .number(value) }
      return node.null != nil ? .null : .string(scalar.string)
    case .sequence(let nodes): return .array(nodes.compactMap(value))
    case .mapping: return .object(members(of: node).reduce(into: [:]) { $0[$1.key] = value($1.value) })
    case .alias: return nil
    }
  }

  /// One width may be written without the brackets of a list.
  private static func setting(_ key: String, _ node: Node) -> JSONValue {
    let value = value(node) ?? .null
    if key == "hidden", case .number = value { return .array([value]) }
    return value
  }

  private static func explanation(of error: YamlError) -> (line: Int?, message: String) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      (mark.line, "is not YAML: \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      (context.mark.line, "has the key \(keys.joined(separator: ", ")) more than once")
    default: (nil, "is not YAML")
    }
  }

  private static func kebabCase(_ key: String) -> String { key.kebabCased.replacing("_", with: "-") }

  private static func camelCase(_ key: String) -> String {
    let words = key.split { $0 == "-" || $0 == "_" }
    return words.prefix(1).joined()
      + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }
}
