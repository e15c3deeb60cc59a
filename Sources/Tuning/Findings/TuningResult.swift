public import Autoencoders
public import Compute
public import Evaluation
import FileFormats
public import Presentation

/// The result of a search, model by model.
public struct TuningResult: Sendable {
  /// Data, split, seed, engine, version.
  public let facts: RunFacts
  /// The optimised metric.
  public let selection: Metric
  /// The models, in the order requested.
  public let models: [TunedModel]
  /// The seed.
  public let seed: Seed
  /// The number of trials that were proposed without the results of each other.
  public let atOnce: Int
  /// Notes.
  public let notes: [String]

  init(
    facts: RunFacts, selection: Metric, models: [TunedModel], seed: Seed, atOnce: Int, notes: [String]
  ) {
    (self.facts, self.selection, self.models, self.seed) = (facts, selection, models, seed)
    (self.atOnce, self.notes) = (atOnce, notes + models.flatMap(\.notes))
  }

  /// One row per model: the best value beside that of the defaults, trials and epochs.
  public var table: Table {
    var table = Table(
      columns: [
        .text("model"), .number("best \(selection.key)", best: selection.kind.largerIsBetter ? .largest : .smallest),
        .number("defaults"), .number("place of the defaults"), .number("trials"), .number("epochs"),
      ])
    for model in models {
      let (best, defaults) = (model.best?.best, model.defaults?.best)
      table.append([
        .name(model.name), .number(best?.value, standardError: best?.standardError),
        .number(defaults?.value, standardError: defaults?.standardError),
        model.placeOfDefaults.map { .count($0) } ?? .missing, .count(model.trials.count),
        model.plan.rungs == [0] ? .missing : .count(model.epochs),
      ])
    }
    return table
  }

  /// One row per setting of a model: the best value, the default, the searched range, its importance.
  public func settingTable(of model: TunedModel) -> Table {
    let importance = model.importance(seed: seed)
    var table = Table(
      columns: [
        .text("\(model.name)"), .number("best"), .number("default"), .text("searched"), .number("share of variance"),
      ])
    for dimension in model.space.dimensions {
      let share = importance?.first { $0.name == dimension.name }?.share
      table.append([
        .text(dimension.name.kebabCased), .text(model.best?.best.settings[dimension.name]?.flagText ?? "–"),
        .text(model.defaults?.best.settings[dimension.name]?.flagText ?? "–"), .text(dimension.rangeWords),
        share.map { .text(Number.percent($0, decimals: 0)) } ?? .missing,
      ])
    }
    return table
  }

  /// The best settings as a file for `--config`: models that no trial improved are listed without settings.
  public var settingsFile: String {
    var text = "# Best trial of each model by \(selection.key) on the validation part.\nmodels:\n"
    for model in models {
      let best = model.best?.best
      if let value = best?.value {
        let error = best?.standardError.map { " ± " + Number.plain($0, decimals: 4) } ?? ""
        text +=
          "  # \(Number.plain(value, decimals: 4))\(error) in trial \(best?.trial ?? 0) of \(model.trials.count)\n"
      }
      let settings = model.bestSettings.merging(model.setByHand) { best, _ in best }
      if settings.isEmpty {
        text += "  \(model.name): {}\n"
        continue
      }
      text += "  \(model.name):\n"
      for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
        text += "    \(name.kebabCased): \(value.line)\n"
      }
    }
    return text
  }
}

extension TunedModel {
  /// The settings of the model that were not its defaults before the search.
  fileprivate var setByHand: [String: JSONValue] {
    let plain = type(of: model).init().hyperparameters
    return model.hyperparameters.filter { plain[$0.key] != $0.value && $0.value != .null }
  }
}

extension SearchDimension {
  /// The searched range, in words.
  public var rangeWords: String {
    switch setting.range {
    case .linear(let range): "\(Self.words(range))"
    case .logarithmic(let range): "\(Self.words(range)), log"
    case .among(let values): values.map(\.flagText).joined(separator: ", ")
    }
  }

  private static func words(_ range: ClosedRange<Double>) -> String {
    "\(JSONValue.number(range.lowerBound).line) to \(JSONValue.number(range.upperBound).line)"
  }
}

/// The JSON document of `tune`, beside the facts of the run.
extension TuningResult: Encodable {
  private enum CodingKeys: String, CodingKey { case selection, atOnce, models, notes }
  private enum ModelKeys: String, CodingKey {
    case name, trials, planned, epochs, best, defaults, placeOfDefaults, settings, importance, space, records
  }

  /// Writes best trial, defaults, importance and every record of each model.
  public func encode(to encoder: any Encoder) throws {
    try facts.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(selection.key, forKey: .selection)
    try container.encodeIfPresent(atOnce > 1 ? atOnce : nil, forKey: .atOnce)
    try container.encode(notes, forKey: .notes)
    var list = container.nestedUnkeyedContainer(forKey: .models)
    for model in models {
      var entry = list.nestedContainer(keyedBy: ModelKeys.self)
      try entry.encode(model.name, forKey: .name)
      try entry.encode(model.trials.count, forKey: .trials)
      try entry.encode(model.plan.trials, forKey: .planned)
      try entry.encode(model.epochs, forKey: .epochs)
      try entry.encode(model.best?.best, forKey: .best)
      try entry.encode(model.defaults?.best, forKey: .defaults)
      try entry.encode(model.placeOfDefaults, forKey: .placeOfDefaults)
      try entry.encode(model.bestSettings, forKey: .settings)
      let importance = model.importance(seed: seed)?.map { ($0.name, $0.share) }
      try entry.encode(importance.map { Dictionary($0) { $1 } }, forKey: .importance)
      try entry.encode(
        Dictionary(model.space.dimensions.map { ($0.name, $0.words) }) { $1 }, forKey: .space)
      try entry.encode(model.records, forKey: .records)
    }
  }
}
