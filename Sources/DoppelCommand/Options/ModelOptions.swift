import ArgumentParser
import Doppel
import FileFormats

/// Hyper-parameters, one word each across the zoo. What is left out takes the model's own default.
struct ModelOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Widths of the hidden layers, such as 600 or 600,300. Models with a single hidden layer take one width.", valueName: "widths"))
  var hidden: String?
  @Option(help: "Width of the code.")
  var latent: Int?
  @Option(help: "Probability that an input entry is dropped in training.")
  var dropout: Double?
  @Option(help: "Cap of the weight of the KL term.")
  var beta: Double?
  @Option(help: "Updates in which the weight of the KL term would rise to 1 (200000 in the paper; default: the cap is reached at 80 % of the training; 0: the cap throughout).")
  var annealingSteps: Int?
  @Option(help: "Adam's step size.")
  var learningRate: Double?
  @Option(help: "Users per update (default: about 20 updates an epoch, 32 to 500 users each).")
  var batchSize: Int?
  @Option(help: "Most passes over the training users.")
  var epochs: Int?
  @Option(help: "Epochs without a better validation value before training stops; 0: never.")
  var patience: Int?
  @Option(help: "Penalty λ of λ‖W‖².")
  var weightDecay: Double?
  @Option(help: "multinomial, bernoulli or gaussian.")
  var likelihood: String?
  @Flag(help: "Do not fit again on all training data after validation has chosen the epoch.")
  var noRefit = false

  /// The flags given, under the names of the model file.
  func changes() throws -> [String: JSONValue] {
    var changes: [String: JSONValue] = [:]
    if let hidden { changes["hidden"] = try Self.widths(hidden) }
    let numbers: [(String, Double?)] = [
      ("latent", latent.map(Double.init)), ("dropout", dropout), ("beta", beta),
      ("annealingSteps", annealingSteps.map(Double.init)), ("learningRate", learningRate),
      ("batchSize", batchSize.map(Double.init)), ("epochs", epochs.map(Double.init)),
      ("patience", patience.map(Double.init)), ("weightDecay", weightDecay),
    ]
    for (name, value) in numbers { if let value { changes[name] = .number(value) } }
    if let likelihood { changes["likelihood"] = .string(likelihood) }
    return changes
  }

  private static func widths(_ text: String) throws -> JSONValue {
    let widths = text.split(separator: ",").map { Int($0.trimmingPrefix(" ")) }
    guard !widths.isEmpty, widths.allSatisfy({ $0 != nil }) else {
      throw UsageError("--hidden '\(text)' is no list of widths; accepted: 600 or 600,300")
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
      "unknown model '\(name)'; did you mean \(nearestSpelling(to: name, among: names) ?? "")? "
        + "Accepted: \(names.joined(separator: ", "))")
  }
}
