public import FileFormats

/// A setting of a model.
///
/// A model's table of settings is the single definition: flags, `--help`, the keys of config files and of
/// `config.json`, validation and its messages, documentation and search spaces are derived from it.
public struct Setting<Model>: Sendable {
  /// Its name in files, in camel case.
  public let name: String
  /// Its description, in one sentence for `--help`.
  public let help: String
  /// The placeholder of the value in `--help`.
  public let placeholder: String
  /// The form of a value.
  public let form: SettingForm
  /// The accepted values, in words.
  public let accepted: String
  /// Whether there is a flag for it; without one it can only be set in config files.
  public var hasFlag = true
  /// The search range, or `nil` if it is not searched.
  public var search: SearchRange?
  /// The value of a model; `null` if it is chosen automatically.
  public let read: @Sendable (Model) -> JSONValue
  /// Sets a value; `false` when it is not accepted.
  public let write: @Sendable (inout Model, JSONValue) -> Bool
}

/// The form of a setting's value.
public enum SettingForm: Sendable, Equatable {
  /// A number.
  case number
  /// A whole number.
  case whole
  /// Whole numbers with commas between them.
  case list
  /// Numbers with commas between them.
  case numbers
  /// Names of models with commas between them.
  case models
  /// One of these words.
  case word([String])
  /// `true` or `false`.
  case truth
}

/// The search range of a setting.
public enum SearchRange: Sendable, Equatable {
  /// Evenly between two numbers.
  case linear(ClosedRange<Double>)
  /// Evenly on a logarithmic scale.
  case logarithmic(ClosedRange<Double>)
  /// Among these.
  case among([JSONValue])
}

// MARK: Kinds of settings

extension Setting {
  /// The property of a model with the setting.
  public typealias Path<Value> = any WritableKeyPath<Model, Value> & Sendable

  /// A finite number.
  ///
  /// - Parameter accepts: whether a finite number is in range.
  public static func number(
    _ name: String, _ path: Path<Double>, _ help: String, placeholder: String,
    accepted: String, search: SearchRange? = nil, where accepts: @escaping @Sendable (Double) -> Bool
  ) -> Setting {
    Setting(
      name: name, help: help, placeholder: placeholder, form: .number, accepted: accepted, search: search,
      read: { .number($0[keyPath: path]) },
      write: { model, value in
        guard case .number(let number) = value, number.isFinite, accepts(number) else { return false }
        model[keyPath: path] = number
        return true
      })
  }

  /// A finite number, or `null` for one that is chosen automatically.
  public static func number(
    _ name: String, _ path: Path<Double?>, _ help: String, placeholder: String,
    accepted: String, search: SearchRange? = nil, where accepts: @escaping @Sendable (Double) -> Bool
  ) -> Setting {
    Setting(
      name: name, help: help, placeholder: placeholder, form: .number, accepted: accepted, search: search,
      read: { $0[keyPath: path].map { .number($0) } ?? .null },
      write: { model, value in
        if case .number(let number) = value, number.isFinite, accepts(number) {
          model[keyPath: path] = number
        } else if value == .null {
          model[keyPath: path] = nil
        } else {
          return false
        }
        return true
      })
  }

  /// A whole number in a range.
  public static func whole(
    _ name: String, _ path: Path<Int>, in range: ClosedRange<Int>, _ help: String,
    placeholder: String = "n", search: SearchRange? = nil
  ) -> Setting {
    Setting(
      name: name, help: help, placeholder: placeholder, form: .whole, accepted: Self.words(range), search: search,
      read: { .number(Double($0[keyPath: path])) },
      write: { model, value in
        guard let whole = value.whole(in: range) else { return false }
        model[keyPath: path] = whole
        return true
      })
  }

  /// A whole number in a range, or `null` for one that is chosen automatically.
  public static func whole(
    _ name: String, _ path: Path<Int?>, in range: ClosedRange<Int>, _ help: String,
    placeholder: String = "n", search: SearchRange? = nil
  ) -> Setting {
    Setting(
      name: name, help: help, placeholder: placeholder, form: .whole, accepted: Self.words(range), search: search,
      read: { $0[keyPath: path].map { .number(Double($0)) } ?? .null },
      write: { model, value in
        let whole = value.whole(in: range)
        guard whole != nil || value == .null else { return false }
        model[keyPath: path] = whole
        return true
      })
  }

  /// A list of whole numbers, each in a range, possibly empty.
  public static func list(
    _ name: String, _ path: Path<[Int]>, eachIn range: ClosedRange<Int>,
    accepted: String, _ help: String, placeholder: String, search: SearchRange? = nil
  ) -> Setting {
    Setting(
      name: name, help: help, placeholder: placeholder, form: .list, accepted: accepted, search: search,
      read: { .array($0[keyPath: path].map { .number(Double($0)) }) },
      write: { model, value in
        guard case .array(let elements) = value else { return false }
        let numbers = elements.compactMap { $0.whole(in: range) }
        guard numbers.count == elements.count else { return false }
        model[keyPath: path] = numbers
        return true
      })
  }

  /// One of a few words.
  public static func word<Value: RawRepresentable<String> & Sendable>(
    _ name: String, _ path: Path<Value>, among values: [Value], _ help: String,
    placeholder: String = "name", search: SearchRange? = nil
  ) -> Setting {
    let words = values.map(\.rawValue)
    return Setting(
      name: name, help: help, placeholder: placeholder, form: .word(words), accepted: words.joined(separator: ", "),
      search: search,
      read: { .string($0[keyPath: path].rawValue) },
      write: { model, value in
        guard let found = values.first(where: { $0.rawValue == value.text }) else { return false }
        model[keyPath: path] = found
        return true
      })
  }

  /// `true` or `false`.
  public static func truth(
    _ name: String, _ path: Path<Bool>, _ help: String, search: SearchRange? = nil
  ) -> Setting {
    Setting(
      name: name, help: help, placeholder: "true|false", form: .truth, accepted: "true or false", search: search,
      read: { .bool($0[keyPath: path]) },
      write: { model, value in
        guard case .bool(let isOn) = value else { return false }
        model[keyPath: path] = isOn
        return true
      })
  }

  /// The same setting without a flag.
  public func withoutFlag() -> Setting {
    var setting = self
    setting.hasFlag = false
    return setting
  }

  /// The same setting, accepted only if the model with it satisfies a condition.
  ///
  /// - Parameter accepted: the accepted values, in words.
  public func `where`(_ accepted: String, _ holds: @escaping @Sendable (Model) -> Bool) -> Setting {
    var setting = Setting(
      name: name, help: help, placeholder: placeholder, form: form, accepted: accepted, read: read,
      write: { model, value in
        var changed = model
        guard write(&changed, value), holds(changed) else { return false }
        model = changed
        return true
      })
    (setting.hasFlag, setting.search) = (hasFlag, search)
    return setting
  }

  private static func words(_ range: ClosedRange<Int>) -> String {
    "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }
}

extension JSONValue {
  /// This value as a whole number, if it is one in a range.
  fileprivate func whole(in range: ClosedRange<Int>) -> Int? {
    guard case .number(let number) = self, let whole = Int(exactly: number), range.contains(whole) else { return nil }
    return whole
  }
}
