import ArgumentParser
import Doppel
import FileFormats

/// One flag for each setting of any model, taken from the models' tables.
///
/// The parser takes flags from the stored properties of a type. Here they come from a list, so the type shows the list as if
/// it were its properties.
struct SettingFlags: ParsableArguments, CustomReflectable {
  /// A setting, and which models have it.
  struct Kind {
    let name: String
    let help: String
    let placeholder: String
    let form: SettingForm
    let accepted: String
  }

  /// Every setting that has a flag, in the order of the models' tables; if several models share one, the first gives
  /// its help.
  static let kinds: [Kind] = Zoo.models.reduce(into: []) { kinds, model in
    for kind in Self.kinds(of: model) where !kinds.contains(where: { $0.name == kind.name }) { kinds.append(kind) }
  }

  private static func kinds(of model: (some ZooModel).Type) -> [Kind] {
    model.settings.filter(\.hasFlag).map {
      Kind(name: $0.name, help: $0.help, placeholder: $0.placeholder, form: $0.form, accepted: $0.accepted)
    }
  }

  /// The given texts, by name.
  private var texts: [String: String] = [:]

  init() {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    for kind in Self.kinds {
      texts[kind.name] = try container.decode(Option<String?>.self, forKey: Name(stringValue: kind.name)).wrappedValue
    }
  }

  var customMirror: Mirror {
    Mirror(
      self,
      children: Self.kinds.map { kind in
        let help = ArgumentHelp("\(kind.help)", valueName: kind.placeholder)
        var completion: CompletionKind?
        if case .word(let words) = kind.form { completion = .list(words) }
        if kind.form == .models { completion = .models }
        return (
          "_" + kind.name,
          Option<String?>(name: .customLong(kind.name.kebabCased), help: help, completion: completion) as Any
        )
      })
  }

  /// Refuses a text that does not have the setting's form before any file is read, like other errors of the command
  /// line.
  func validate() throws {
    do {
      _ = try values()
    } catch let error as UsageError {
      throw ValidationError(error.description)
    }
  }

  /// The values given, under the names of the model file.
  ///
  /// - Throws: ``UsageError`` for a text that does not have the setting's form.
  func values() throws -> [String: JSONValue] {
    var values: [String: JSONValue] = [:]
    for kind in Self.kinds {
      guard let text = texts[kind.name] else { continue }
      guard let value = kind.form.value(of: text) else {
        throw UsageError(
          "the value '\(text)' is invalid for '--\(kind.name.kebabCased) <\(kind.placeholder)>'; accepted: \(kind.accepted)"
        )
      }
      if case (.models, .array(let names)) = (kind.form, value) {
        for name in names.compactMap(\.text) { _ = try Zoo.parse(name) }
      }
      values[kind.name] = value
    }
    return values
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}

extension SettingForm {
  /// The value of a text from the command line, or `nil` if it does not have this form.
  func value(of text: String) -> JSONValue? {
    switch self {
    case .number: Double(text).flatMap { $0.isFinite ? .number($0) : nil }
    case .whole: Int(text).map { .number(Double($0)) }
    case .list: Self.array(text) { Int($0).map { .number(Double($0)) } }
    case .numbers: Self.array(text) { Double($0).map { .number($0) } }
    case .models: Self.array(text) { .string($0) }
    case .word: .string(text)
    case .truth: Bool(text).map { .bool($0) }
    }
  }

  /// The values between commas; `nil` if one is empty or invalid.
  private static func array(_ text: String, _ value: (String) -> JSONValue?) -> JSONValue? {
    let parts = text.split(separator: ",").map { value(String($0.trimmingPrefix(" "))) }
    let values = parts.compactMap(\.self)
    return parts.isEmpty || values.count < parts.count ? nil : .array(values)
  }
}
