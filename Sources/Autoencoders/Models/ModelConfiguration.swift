public import FileFormats
import Foundation

/// A model with its hyper-parameters and training options.
public struct Configured<Model: AutoencoderModel>: Sendable, Equatable {
  /// The model.
  public var model = Model()
  /// How it is fitted.
  public var training = Model.defaultTraining

  /// Creates the model with its defaults.
  public init() {}
}

/// All models, as a closed enumeration: the compiler reports every place to change when a model is added.
public enum ModelConfiguration: Sendable, Equatable {
  case popularity
  case ae(Configured<AE>)
  case dae(Configured<DAE>)
  case cdae(Configured<CDAE>)
  case multDAE(Configured<MultDAE>)
  case multVAE(Configured<MultVAE>)
  case mean
  case userAutoRec(Configured<UserAutoRec>)
  case itemAutoRec(Configured<ItemAutoRec>)

  /// The tasks of models.
  public enum Task: String, Codable, Sendable, CaseIterable { case ranking, rating }

  /// Every model with its defaults.
  public static let all: [ModelConfiguration] = [
    .popularity, .ae(.init()), .dae(.init()), .cdae(.init()), .multDAE(.init()), .multVAE(.init()),
    .mean, .userAutoRec(.init()), .itemAutoRec(.init()),
  ]

  /// Every model of a task with its defaults.
  public static func all(for task: Task) -> [ModelConfiguration] { all.filter { $0.task == task } }

  /// The model of a name, with its defaults.
  public static func named(_ name: String) -> ModelConfiguration? { all.first { $0.name == name } }

  /// Its name on the command line and in files.
  public var name: String {
    switch self {
    case .popularity: "popularity"
    case .ae: AE.name
    case .dae: DAE.name
    case .cdae: CDAE.name
    case .multDAE: MultDAE.name
    case .multVAE: MultVAE.name
    case .mean: "mean"
    case .userAutoRec: UserAutoRec.name
    case .itemAutoRec: ItemAutoRec.name
    }
  }

  /// Its task.
  public var task: Task {
    switch self {
    case .popularity, .ae, .dae, .cdae, .multDAE, .multVAE: .ranking
    case .mean, .userAutoRec, .itemAutoRec: .rating
    }
  }

  /// Whether it encodes to a distribution, from which users can be drawn.
  public var isVariational: Bool {
    switch self {
    case .multVAE: true
    case .popularity, .ae, .dae, .cdae, .multDAE, .mean, .userAutoRec, .itemAutoRec: false
    }
  }

  /// Whether it is trained in passes over the users, so that there are epochs, batches and checkpoints.
  public var isTrainedInEpochs: Bool { has("epochs") }

  /// Its hyper-parameters and training options by name; `null` where one is left to be worked out.
  public var hyperparameters: [String: JSONValue] {
    switch self {
    case .popularity, .mean: [:]
    case .ae(let configured): Self.values(of: configured)
    case .dae(let configured): Self.values(of: configured)
    case .cdae(let configured): Self.values(of: configured)
    case .multDAE(let configured): Self.values(of: configured)
    case .multVAE(let configured): Self.values(of: configured)
    case .userAutoRec(let configured): Self.values(of: configured)
    case .itemAutoRec(let configured): Self.values(of: configured)
    }
  }

  /// The same model with some hyper-parameters set.
  ///
  /// A model whose only hidden layer is the code takes `hidden` (a single width) for `latent`, unless that is given too.
  ///
  /// - Throws: ``HyperparameterError`` for a name the model does not have, or a value out of its range.
  public func setting(_ changes: [String: JSONValue]) throws -> ModelConfiguration {
    switch self {
    case .popularity, .mean:
      if let key = changes.keys.min() { throw HyperparameterError.unknown(key, model: name, known: []) }
      return self
    case .ae(let configured): return .ae(try Self.changed(configured, changes))
    case .dae(let configured): return .dae(try Self.changed(configured, changes))
    case .cdae(let configured): return .cdae(try Self.changed(configured, changes))
    case .multDAE(let configured): return .multDAE(try Self.changed(configured, changes))
    case .multVAE(let configured): return .multVAE(try Self.changed(configured, changes))
    case .userAutoRec(let configured): return .userAutoRec(try Self.changed(configured, changes))
    case .itemAutoRec(let configured): return .itemAutoRec(try Self.changed(configured, changes))
    }
  }

  /// Whether ``setting(_:)`` knows a name.
  public func has(_ key: String) -> Bool {
    let values = hyperparameters
    return values[key] != nil || (key == "hidden" && values["latent"] != nil)
  }

  private static var trainingKeys: [String] { ["epochs", "batchSize", "learningRate", "patience"] }

  private static func values<Model>(of configured: Configured<Model>) -> [String: JSONValue] {
    var values: [String: JSONValue] = [:]
    for key in Model.CodingKeys.allCases { values[key.rawValue] = .null }
    for key in trainingKeys { values[key] = .null }
    // Both are plain structures of numbers and strings, which always encode.
    for part in [try? JSONValue(encoding: configured.model), try? JSONValue(encoding: configured.training)] {
      for (key, value) in part?.members ?? [:] { values[key] = value }
    }
    return values
  }

  private static func changed<Model>(
    _ configured: Configured<Model>, _ changes: [String: JSONValue]
  ) throws -> Configured<Model> {
    var values = values(of: configured)
    var changes = changes
    if values["hidden"] == nil, let width = changes.removeValue(forKey: "hidden"),
      changes["latent"] == nil
    {
      guard case .array(let widths) = width, widths.count == 1, let only = widths.first else {
        throw HyperparameterError.invalid(
          "hidden", model: Model.name, value: width, accepted: "one width: it has a single hidden layer")
      }
      changes["latent"] = only
    }
    for (key, value) in changes.sorted(by: { $0.key < $1.key }) {
      guard values[key] != nil else {
        throw HyperparameterError.unknown(key, model: Model.name, known: values.keys.sorted())
      }
      try HyperparameterRange.check(key, value, model: Model.name)
      values[key] = value
    }
    var result = configured
    do {
      let all = JSONValue.object(values)
      result.model = try all.decoded(as: Model.self)
      result.training = try all.decoded(as: TrainingOptions.self)
    } catch DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context),
      DecodingError.valueNotFound(_, let context)
    {
      let key = context.codingPath.first?.stringValue ?? "?"
      throw HyperparameterError.invalid(
        key, model: Model.name, value: values[key] ?? .null, accepted: HyperparameterRange.words(key))
    }
    return result
  }
}
