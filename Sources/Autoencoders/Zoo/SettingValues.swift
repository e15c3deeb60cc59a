public import FileFormats

/// A setting that cannot be changed.
public enum HyperparameterError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The model has no setting of this name.
  case unknown(String, model: String, known: [String])
  /// The value is of the wrong kind or out of range.
  case invalid(String, model: String, value: JSONValue, accepted: String)

  /// What is wrong, in one sentence.
  public var description: String {
    switch self {
    case .unknown(let key, let model, let known):
      known.isEmpty
        ? "\(model) has no hyper-parameters, so none named \(key)"
        : "\(model) has no hyper-parameter \(key); did you mean \(alternatives(nearestSpellings(to: key, among: known)))? "
          + "It has \(known.joined(separator: ", "))"
    case .invalid(let key, let model, let value, let accepted):
      "\(key) of \(model) cannot be \(Self.text(value)); accepted: \(accepted)"
    }
  }

  /// The value as JSON, which has no word for numbers that are not finite.
  private static func text(_ value: JSONValue) -> String {
    if case .number(let number) = value, !number.isFinite { return "\(number)" }
    return value.prettyPrinted
  }
}

/// Reading and changing settings by name, as files and flags do.
extension ZooModel {
  /// The value of every setting by name; `null` if one is chosen automatically.
  public var hyperparameters: [String: JSONValue] {
    Self.settings.reduce(into: [:]) { $0[$1.name] = $1.read(self) }
  }

  /// The same model with some settings changed.
  ///
  /// A model whose only hidden layer is the code uses `hidden` (a single width) as `latent`, unless that is also given.
  ///
  /// - Throws: ``HyperparameterError`` for a name the model does not have, or a value out of its range.
  public func setting(_ changes: [String: JSONValue]) throws -> Self {
    var changes = changes
    if Self.takesHiddenForLatent, let width = changes.removeValue(forKey: "hidden"), changes["latent"] == nil {
      guard case .array(let widths) = width, widths.count == 1, let only = widths.first else {
        throw HyperparameterError.invalid(
          "hidden", model: Self.name, value: width, accepted: "one width: it has a single hidden layer")
      }
      changes["latent"] = only
    }
    var changed = self
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
      guard let setting = Self.settings.first(where: { $0.name == name }) else {
        throw HyperparameterError.unknown(name, model: Self.name, known: Self.settings.map(\.name).sorted())
      }
      guard setting.write(&changed, value) else {
        throw HyperparameterError.invalid(name, model: Self.name, value: value, accepted: setting.accepted)
      }
    }
    return changed
  }

  /// Whether ``setting(_:)`` has a name.
  public func has(_ name: String) -> Bool {
    Self.settings.contains { $0.name == name } || name == "hidden" && Self.takesHiddenForLatent
  }

  private static var takesHiddenForLatent: Bool {
    let names = settings.map(\.name)
    return names.contains("latent") && !names.contains("hidden")
  }
}
