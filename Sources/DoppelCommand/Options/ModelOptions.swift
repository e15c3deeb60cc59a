import ArgumentParser
import Doppel
import FileFormats
import Settings

/// Hyper-parameters, one word each across the zoo.
///
/// A setting that is not given has the model's own default.
struct ModelOptions: ParsableArguments {
  @OptionGroup var settings: SettingFlags
  @Option(
    help: ArgumentHelp(
      "Number format of matrix products in training: f32, bf16 if the processor supports it, or auto: the faster one.",
      valueName: "format"))
  var precision = PrecisionChoice.float32
  @Option(
    help: ArgumentHelp(
      "Refuse a training that needs more memory than this, such as 400MB or 2GB (default: the machine's memory).",
      valueName: "size"), transform: MemoryLimit.init)
  var memoryLimit: MemoryLimit?
  @Flag(help: "Do not fit again on all training data after the epoch is chosen on validation data.")
  var noRefit = false

  /// The models with the settings of the config file and the flags that apply to them, and their members likewise.
  ///
  /// A setting for all models applies to every model that has it. In the config file, a setting for a single model
  /// takes precedence over one for all; the command line takes precedence over both.
  ///
  /// - Throws: ``UsageError`` for a flag that no model has, a setting that its model lacks, and values out
  ///   of range.
  func configured(_ models: [any ZooModel]) throws -> [any ZooModel] {
    let changes = try settings.values()
    let configured = try models.map { try Self.configured($0, changes) }
    let all = configured.flatMap { $0.withMembers }
    for key in changes.keys.sorted() where !all.contains(where: { $0.has(key) }) {
      let owner = models.count == 1 ? "\(models[0].name) has no" : "none of the models has a"
      let known = Set(all.flatMap(\.hyperparameters.keys)).sorted().map(Self.flag)
      throw UsageError(
        "\(owner) hyper-parameter \(Self.flag(key))"
          + (known.isEmpty ? "" : "; accepted: \(known.joined(separator: ", "))"))
    }
    return configured
  }

  private static func configured(_ plain: any ZooModel, _ changes: [String: JSONValue]) throws -> any ZooModel {
    let invocation = Invocation.current
    let inFile = changes.filter { invocation?.typed.contains(flag($0.key)) == false }
    let typed = changes.filter { inFile[$0.key] == nil }
    var model = plain
    func set(_ changes: [String: JSONValue]) throws {
      do {
        let known = model
        model = try known.setting(changes.filter { known.has($0.key) })
      } catch let error as HyperparameterError {
        throw UsageError(explanation(of: error, inFile: false))
      }
    }
    try set(inFile)
    for setting in invocation?.config?.models[model.name] ?? [] {
      do {
        model = try model.setting([setting.key: setting.value])
      } catch let error as HyperparameterError {
        throw UsageError("\(setting.place): \(explanation(of: error, inFile: true))")
      }
    }
    try set(typed)
    guard var composite = model as? any CompositeModel else { return model }
    composite.members = try composite.members.map { try configured($0, changes) }
    return composite
  }

  private static func explanation(of error: HyperparameterError, inFile: Bool) -> String {
    switch error {
    case .unknown(let key, let model, let known):
      if known.isEmpty { return "\(error)" }
      let nearest = nearestSpellings(to: key.kebabCased, among: known.map(\.kebabCased))
      return "\(model) has no \(key.kebabCased); did you mean \(alternatives(nearest))? "
        + "Accepted: \(known.map(\.kebabCased).joined(separator: ", "))"
    case .invalid(let key, let model, let value, let accepted):
      let value = value.text ?? value.prettyPrinted.filter { !$0.isWhitespace }
      return "\(inFile ? key.kebabCased : flag(key)) of \(model) cannot be \(value); accepted: \(accepted)"
    }
  }

  private static func flag(_ key: String) -> String { "--" + key.kebabCased }
}

extension Zoo {
  /// The model with a name.
  ///
  /// - Throws: ``UsageError`` naming the nearest one.
  static func parse(_ name: String) throws -> any ZooModel {
    if let model = named(name) { return model }
    let names = models.map { $0.name }
    throw UsageError(
      "unknown model '\(name)'; did you mean \(alternatives(nearestSpellings(to: name, among: names)))? "
        + "Accepted: \(names.joined(separator: ", "))")
  }
}
