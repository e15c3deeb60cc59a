import ArgumentParser
import Doppel
import FileFormats
import Settings

/// Hyper-parameters, one word each across the zoo.
///
/// What is left out takes the model's own default.
struct ModelOptions: ParsableArguments {
  @OptionGroup var settings: SettingFlags
  @Option(
    help: ArgumentHelp(
      "Number format of the products in training: f32, or bf16 where the machine has it.", valueName: "format"))
  var precision = ProductPrecision.float32
  @Option(
    help: ArgumentHelp(
      "Refuse a training that needs more memory, such as 400MB or 2GB (default: what the machine has).",
      valueName: "size"), transform: MemoryLimit.init)
  var memoryLimit: MemoryLimit?
  @Flag(help: "Do not fit again on all training data after validation has chosen the epoch.")
  var noRefit = false

  /// The models with the settings of a config file and the flags that apply to them.
  ///
  /// A flag goes to every model that has it and wins over the file, as everywhere.
  ///
  /// - Throws: ``UsageError`` for a flag that no model has, a setting that its model has not, and values out
  ///   of range.
  func configured(_ models: [any ZooModel], config: String?) throws -> [any ZooModel] {
    let changes = try settings.values()
    for key in changes.keys.sorted() where !models.contains(where: { $0.has(key) }) {
      let owner = models.count == 1 ? "\(models[0].name) has no" : "none of the models has a"
      let known = Set(models.flatMap(\.hyperparameters.keys)).sorted().map(Self.flag)
      throw UsageError(
        "\(owner) hyper-parameter \(Self.flag(key))"
          + (known.isEmpty ? "" : "; accepted: \(known.joined(separator: ", "))"))
    }
    let settings =
      try config.map { path in
        try ConfigFile(path: path).modelSettings { _ = try Zoo.parse($0) }
      } ?? [:]
    return try models.map { model in
      var model = model
      for setting in settings[model.name] ?? [] {
        do {
          model = try model.setting([setting.key: setting.value])
        } catch let error as HyperparameterError {
          throw UsageError("\(setting.place): \(Self.explanation(of: error, inFile: true))")
        }
      }
      do {
        return try model.setting(changes.filter { model.has($0.key) })
      } catch let error as HyperparameterError {
        throw UsageError(Self.explanation(of: error, inFile: false))
      }
    }
  }

  private static func explanation(of error: HyperparameterError, inFile: Bool) -> String {
    switch error {
    case .unknown(let key, let model, let known):
      guard let nearest = nearestSpelling(to: key, among: known) else { return "\(error)" }
      return "\(model) has no \(key.kebabCased); did you mean \(nearest.kebabCased)? "
        + "Accepted: \(known.map(\.kebabCased).joined(separator: ", "))"
    case .invalid(let key, let model, let value, let accepted):
      let value = value.text ?? value.prettyPrinted.filter { !$0.isWhitespace }
      return "\(inFile ? key.kebabCased : flag(key)) of \(model) cannot be \(value); accepted: \(accepted)"
    }
  }

  private static func flag(_ key: String) -> String { "--" + key.kebabCased }
}

extension Zoo {
  /// The model of a name.
  ///
  /// - Throws: ``UsageError`` naming the nearest one.
  static func parse(_ name: String) throws -> any ZooModel {
    if let model = named(name) { return model }
    let names = models.map { $0.name }
    throw UsageError(
      "unknown model '\(name)'; did you mean \(nearestSpelling(to: name, among: names) ?? "")? "
        + "Accepted: \(names.joined(separator: ", "))")
  }
}
