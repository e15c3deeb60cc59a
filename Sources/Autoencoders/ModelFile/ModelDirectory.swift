import FileFormats
import Foundation
public import InteractionData

/// A fitted model on disk: a self-contained directory.
///
/// | file | content |
/// |---|---|
/// | `model.safetensors` | the weights, F32; names and shapes as in ``NamedTensors`` |
/// | `config.json` | the model, its hyper-parameters, the record of its training |
/// | `items.txt` | one item id a line, in the order of the weights |
/// | `users.txt` | one training user id a line, only for models with parameters per user |
/// | `item-users.txt` | how many training users have each item: ``ItemPopularity`` |
/// | `titles.tsv` | titles and genres of the items, if given: `ItemTitles` |
/// | `README.md` | the model card |
public struct ModelDirectory: Sendable {
  /// The model and its settings.
  public var configuration: any ZooModel
  /// The fitted model.
  public var model: any FittedModel
  /// The items, in the order of the weights.
  public var items: Vocabulary
  /// The training users, for models with parameters per user.
  public var users: Vocabulary?
  /// The other content of `config.json`: data, split, seed, engine, training.
  public var record: ModelRecord
  /// How many training users have each item, if the directory says so; `nil` for ratings.
  public var itemPopularity: ItemPopularity?
  /// The titles of the items, in the same order; `nil` if none were given.
  public var titles: ItemTitles?

  /// The file of the weights.
  public static let weightsName = "model.safetensors"

  /// The files of a model directory, which writing a model may replace.
  public static let fileNames = [
    weightsName, "config.json", "items.txt", "users.txt", ItemPopularity.fileName,
    ItemTitles.fileName, "README.md", CheckpointFile.name,
  ]

  /// Whether a file of this name belongs to a model directory.
  static func isOwn(_ name: String) -> Bool {
    fileNames.contains(name) || TemporaryNeighbour.isUnfinished(name, of: CheckpointFile.name)
  }

  /// Creates a model directory in memory.
  public init(
    configuration: any ZooModel, model: any FittedModel, items: Vocabulary, users: Vocabulary? = nil,
    record: ModelRecord = ModelRecord()
  ) {
    self.configuration = configuration
    self.model = model
    self.items = items
    self.users = users
    self.record = record
  }

  // MARK: Writing

  /// Writes the directory completely or not at all.
  ///
  /// - Parameter card: the text of `README.md`.
  /// - Throws: `OutputError` when it cannot be written, or when something other than a model exists there.
  public func write(to path: String, card: String) throws {
    let config = Config(
      model: configuration.name, hyperparameters: configuration.hyperparameters, items: items.count,
      users: users?.count)
    let members = try [JSONValue(encoding: record), JSONValue(encoding: config)].compactMap(\.members)
      .reduce(into: [:]) { $0.merge($1) { $1 } }
    try AtomicDirectory.write(to: path, replacing: Self.isOwn) { directory in
      let path = directory + "/" + Self.weightsName
      if try (model as? any DividedModel)?.write(to: path, metadata: metadata) != true {
        try SafeTensors(tensors: model.tensors, metadata: metadata).write(to: path)
      }
      try AtomicFile.write(
        JSONValue.object(members).prettyPrinted + "\n", to: directory + "/config.json")
      try IdentifierList.write(items.ids, to: directory + "/items.txt")
      if let users { try IdentifierList.write(users.ids, to: directory + "/users.txt") }
      try itemPopularity?.write(to: directory + "/" + ItemPopularity.fileName)
      try titles?.write(to: directory + "/" + ItemTitles.fileName)
      try AtomicFile.write(card, to: directory + "/README.md")
    }
  }

  /// Sends this process's part of the weights to the first process, which writes the directory at the same time.
  ///
  /// - Throws: what the communicator throws.
  public func bringWeights() throws { _ = try (model as? any DividedModel)?.write(to: nil, metadata: metadata) }

  private var metadata: [String: String] { ["format": "doppel", "model": configuration.name] }

  /// The output of an earlier training that may be replaced.
  public enum Replacement: Sendable {
    /// Nothing: neither a model nor a checkpoint.
    case nothing
    /// The output of the same run, which ``verify(_:isOf:)`` checks once the run is known.
    case sameRun
    /// Everything that belongs to a model directory.
    case anything
  }

  /// Checks that ``write(to:card:)`` can work, before a model is trained for it.
  ///
  /// - Throws: `OutputError`, as writing would; ``OccupiedDirectory`` when the directory has content that may not be
  ///   replaced.
  public static func verify(_ path: String, replacing replacement: Replacement = .anything) throws {
    try AtomicDirectory.verify(path, replacing: isOwn)
    guard case .nothing = replacement else { return }
    if FileManager.default.fileExists(atPath: path + "/config.json") {
      throw OccupiedDirectory(path: path, by: .model)
    }
    if CheckpointFile.isThere(in: path) { throw OccupiedDirectory(path: path, by: .checkpoint) }
  }

  /// Checks that an existing model at `path` is the result of the given run, so that the run may replace it.
  ///
  /// - Throws: ``OccupiedDirectory`` with the difference; `DataError` for an invalid `config.json`.
  public static func verify(_ path: String, isOf run: RunIdentity) throws {
    let configPath = path + "/config.json"
    guard FileManager.default.fileExists(atPath: configPath) else { return }
    guard let config = try readJSON(configPath).members else { throw notAnObject(configPath) }
    // The measure that chose the epoch is elsewhere in the file.
    let kept = RunIdentity(config.filter { run.members[$0.key] != nil })
    let wanted = RunIdentity(run.members.filter { config[$0.key] != nil })
    if let difference = wanted.difference(from: kept) {
      throw OccupiedDirectory(path: path, by: .modelOfAnotherRun(difference))
    }
  }

  // MARK: Reading

  /// Reads a model directory.
  ///
  /// No data set is needed.
  ///
  /// - Parameter models: the possible models, such as those of the zoo and a caller's own.
  /// - Throws: `InputError` when a file is missing; ``UnfinishedTraining`` when there is only a checkpoint; `DataError` when a
  ///   file is damaged or does not fit the others.
  public init(contentsOf path: String, among models: [any ZooModel.Type] = Zoo.models) throws {
    let configPath = path + "/config.json"
    let (config, record): (Config, ModelRecord)
    do {
      (config, record) = try Self.readConfig(configPath)
    } catch let error as InputError {
      throw CheckpointFile.isThere(in: path) ? UnfinishedTraining(path: path) : error
    }
    func wrong(_ message: String, _ accepted: String? = nil) -> DataError {
      DataError(path: configPath, message: message, accepted: accepted)
    }
    configuration = try Self.configuration(config, path: configPath, among: models)
    items = try IdentifierList.read(path + "/items.txt")
    users = configuration.keepsUsers ? try IdentifierList.read(path + "/users.txt") : nil
    if let count = config.items, count != items.count {
      throw wrong("has \(count) items, but items.txt has \(items.count)")
    }
    itemPopularity = try ItemPopularity(contentsOf: path + "/" + ItemPopularity.fileName, items: items.count)
    titles = try ItemTitles(contentsOf: path + "/" + ItemTitles.fileName, items: items)
    let tensorPath = path + "/" + Self.weightsName
    let file = try SafeTensors(contentsOf: tensorPath)
    do {
      model = try configuration.load(file.tensors, items: items.count, users: users?.count ?? 0)
    } catch let error as TensorMismatch {
      throw DataError(
        path: tensorPath, message: "does not fit config.json and items.txt: \(error)",
        accepted: "files of the same model")
    }
    self.record = record
  }

  /// The model in a directory, without reading its weights.
  ///
  /// - Parameter models: the possible models.
  /// - Throws: `InputError` when there is none; `DataError` when its `config.json` is invalid.
  public static func configuration(
    at path: String, among models: [any ZooModel.Type] = Zoo.models
  ) throws -> any ZooModel {
    try configuration(readConfig(path + "/config.json").model, path: path + "/config.json", among: models)
  }

  private static func configuration(
    _ config: Config, path: String, among models: [any ZooModel.Type]
  ) throws -> any ZooModel {
    guard let name = config.model, let type = models.first(where: { $0.name == name }) else {
      throw DataError(
        path: path, message: "names no known model", accepted: models.map { $0.name }.joined(separator: ", "))
    }
    do {
      return try type.init().knowing(models).setting(config.hyperparameters ?? [:])
    } catch let error as HyperparameterError {
      throw DataError(path: path, message: error.description)
    }
  }

  private static func readConfig(_ path: String) throws -> (model: Config, record: ModelRecord) {
    let json = try readJSON(path)
    guard json.members != nil else { throw notAnObject(path) }
    do {
      return try (json.decoded(as: Config.self), json.decoded(as: ModelRecord.self))
    } catch let error as DecodingError {
      let member = error.member ?? "member"
      throw DataError(
        path: path, message: "has an invalid \(member)", accepted: "the value that train writes, or no \(member)")
    }
  }

  private static func readJSON(_ path: String) throws -> JSONValue {
    let source = try ByteSource(path: path, limit: 16 << 20)
    try source.requireText()
    let bytes = source.withBytes { span in span.indices.map { span[$0] } }
    guard let json = try? JSONValue(parsing: bytes) else { throw notAnObject(path) }
    return json
  }

  private static func notAnObject(_ path: String) -> DataError {
    DataError(path: path, message: "is not a JSON object", accepted: "the config.json of a model")
  }
}

/// `config.json`: the identity of the model, and its record.
private struct Config: Codable {
  var format: Int? = 1
  var model: String?
  var hyperparameters: [String: JSONValue]?
  var items: Int?
  var users: Int?
}

extension DecodingError {
  /// The outermost invalid member; `nil` if the decoder does not name it, as for numbers out of range.
  fileprivate var member: String? {
    switch self {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
      .dataCorrupted(let context):
      context.codingPath.first?.stringValue
    @unknown default: nil
    }
  }
}
