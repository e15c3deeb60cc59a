import ArgumentParser
import Doppel
import FileFormats
import Settings

/// Hyper-parameters, one word each across the zoo.
///
/// What is left out takes the model's own default.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Widths of the hidden layers, such as 600 or 600,300. Models with a single hidden layer take one \
      width.
      """, valueName: "widths"))
  var hidden: String?
  @Option(help: ArgumentHelp("Width of the code.", valueName: "width"))
  var latent: Int?
  @Option(help: ArgumentHelp("Probability that an input entry is dropped in training.", valueName: "p"))
  var dropout: Double?
  @Option(help: ArgumentHelp("Largest weight β of the KL term.", valueName: "β"))
  var beta: Double?
  @Option(
    help: ArgumentHelp(
      """
      Updates in which the weight of the KL term would rise to 1 (200000 in the paper; default: the cap is \
      reached at 80 % of the training; 0: the cap throughout).
      """, valueName: "n"))
  var annealingSteps: Int?
  @Option(help: ArgumentHelp("Adam's step size.", valueName: "rate"))
  var learningRate: Double?
  @Option(
    help: ArgumentHelp(
      "Users per update (default: about 20 updates per epoch, 32 to 500 users each; mult-vae 1000).", valueName: "n"))
  var batchSize: Int?
  @Option(help: ArgumentHelp("Largest number of passes over the training users.", valueName: "n"))
  var epochs: Int?
  @Option(
    help: ArgumentHelp(
      "Epochs without improvement on validation before training stops; 0: never.", valueName: "n"))
  var patience: Int?
  @Option(help: ArgumentHelp("Penalty λ of λ‖W‖².", valueName: "λ"))
  var weightDecay: Double?
  @Option(
    help: ArgumentHelp("multinomial, bernoulli or gaussian.", valueName: "name"),
    completion: .list(Likelihood.allCases.map(\.rawValue)))
  var likelihood: String?
  @Option(
    help: ArgumentHelp(
      "Number format of matrix products in training: f32, or bf16 if the processor supports it.", valueName: "format"))
  var precision = ProductPrecision.float32
  @Option(
    help: ArgumentHelp(
      "Refuse a training that needs more memory, such as 400MB or 2GB (default: the machine's memory).",
      valueName: "size"), transform: MemoryLimit.init)
  var memoryLimit: MemoryLimit?
  @Flag(help: "Do not fit again on all training data after validation has chosen the epoch.")
  var noRefit = false

  /// The flags given, under the names of the model file.
  ///
  /// - Throws: ``UsageError`` for what is no number.
  private func changes() throws -> [String: JSONValue] {
    var changes: [String: JSONValue] = [:]
    if let hidden { changes["hidden"] = try Self.widths(hidden) }
    let numbers: [(String, Double?)] = [
      ("latent", latent.map(Double.init)), ("dropout", dropout), ("beta", beta),
      ("annealingSteps", annealingSteps.map(Double.init)), ("learningRate", learningRate),
      ("batchSize", batchSize.map(Double.init)), ("epochs", epochs.map(Double.init)),
      ("patience", patience.map(Double.init)), ("weightDecay", weightDecay),
    ]
    for case (let name, let value?) in numbers {
      guard value.isFinite else { throw UsageError("\(Self.flag(name)) \(value) is not a finite number") }
      changes[name] = .number(value)
    }
    if let likelihood { changes["likelihood"] = .string(likelihood) }
    return changes
  }

  /// The models with the settings of the config file and the flags that apply to them.
  ///
  /// What is said of all models applies to every one that has it. What the config file says of a single model wins over
  /// what it says of all; the command line wins over both.
  ///
  /// - Throws: ``UsageError`` for a flag that no model has, a setting that its model lacks, and values out
  ///   of range.
  func configured(_ models: [ModelConfiguration]) throws -> [ModelConfiguration] {
    let changes = try changes()
    for key in changes.keys.sorted() where !models.contains(where: { $0.has(key) }) {
      let owner = models.count == 1 ? "\(models[0].name) has no" : "none of the models has a"
      let known = Set(models.flatMap(\.hyperparameters.keys)).sorted().map(Self.flag)
      throw UsageError(
        "\(owner) hyper-parameter \(Self.flag(key))"
          + (known.isEmpty ? "" : "; accepted: \(known.joined(separator: ", "))"))
    }
    let invocation = Invocation.current
    let inFile = changes.filter { invocation?.typed.contains(Self.flag($0.key)) == false }
    let typed = changes.filter { inFile[$0.key] == nil }
    func set(_ model: inout ModelConfiguration, _ changes: [String: JSONValue]) throws {
      do {
        model = try model.setting(changes.filter { model.has($0.key) })
      } catch let error as HyperparameterError {
        throw UsageError(Self.explanation(of: error, inFile: false))
      }
    }
    return try models.map { model in
      var model = model
      try set(&model, inFile)
      for setting in invocation?.config?.models[model.name] ?? [] {
        do {
          model = try model.setting([setting.key: setting.value])
        } catch let error as HyperparameterError {
          throw UsageError("\(setting.place): \(Self.explanation(of: error, inFile: true))")
        }
      }
      try set(&model, typed)
      return model
    }
  }

  private static func explanation(of error: HyperparameterError, inFile: Bool) -> String {
    switch error {
    case .unknown(let key, let model, let known):
      if known.isEmpty { return "\(error)" }
      let nearest = nearestSpellings(to: name(key), among: known.map(name))
      return "\(model) has no \(name(key)); did you mean \(alternatives(nearest))? "
        + "Accepted: \(known.map(name).joined(separator: ", "))"
    case .invalid(let key, let model, let value, let accepted):
      let value = value.text ?? value.prettyPrinted.filter { !$0.isWhitespace }
      return "\(inFile ? name(key) : flag(key)) of \(model) cannot be \(value); accepted: \(accepted)"
    }
  }

  private static func flag(_ key: String) -> String { "--" + name(key) }

  /// `batchSize` in the model file is `batch-size` everywhere a user writes it.
  private static func name(_ key: String) -> String {
    key.reduce(into: "") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
  }

  private static func widths(_ text: String) throws -> JSONValue {
    let widths = text.split(separator: ",").map { Int($0.trimmingPrefix(" ")) }
    guard !widths.isEmpty, widths.allSatisfy({ $0 != nil }) else {
      throw UsageError("--hidden '\(text)' is not a list of widths; accepted: 600 or 600,300")
    }
    return .array(widths.compactMap { $0.map { .number(Double($0)) } })
  }
}

extension ModelConfiguration {
  /// The model of a name.
  ///
  /// - Throws: ``UsageError`` naming the nearest one.
  static func parse(_ name: String) throws -> ModelConfiguration {
    if let model = ModelConfiguration.named(name) { return model }
    let names = ModelConfiguration.all.map(\.name)
    throw UsageError(
      "unknown model '\(name)'; did you mean \(alternatives(nearestSpellings(to: name, among: names)))? "
        + "Accepted: \(names.joined(separator: ", "))")
  }
}
