public import FileFormats
public import InteractionData

/// A fitted model on disk: a directory that is enough by itself.
///
/// | file | content |
/// |---|---|
/// | `model.safetensors` | the weights, F32; names and shapes as in ``NamedTensors`` |
/// | `config.json` | the model, its hyper-parameters, how it was trained |
/// | `items.txt` | one item id a line, in the order of the weights |
/// | `users.txt` | one training user id a line, only for models with something per user |
/// | `README.md` | the model card |
public struct ModelDirectory: Sendable {
  /// What was fitted.
  public var configuration: any ZooModel
  /// The fitted model.
  public var model: any FittedModel
  /// The items, in the order of the weights.
  public var items: Vocabulary
  /// The training users, for models with something per user.
  public var users: Vocabulary?
  /// Everything else that `config.json` says: data, split, seed, engine, training.
  public var record: [String: JSONValue]

  /// The files a model directory may hold, and that writing one may replace.
  public static let fileNames = [
    "model.safetensors", "config.json", "items.txt", "users.txt", "README.md", CheckpointFile.name,
  ]

  /// Whether a file of this name belongs to a model directory.
  static func isOwn(_ name: String) -> Bool {
    fileNames.contains(name) || TemporaryNeighbour.isUnfinished(name, of: CheckpointFile.name)
  }

  /// Puts a model and what belongs to it together.
  public init(
    configuration: any ZooModel, model: any FittedModel, items: Vocabulary, users: Vocabulary? = nil,
    record: [String: JSONValue] = [:]
  ) {
    self.configuration = configuration
    self.model = model
    self.items = items
    self.users = users
    self.record = record
  }

  // MARK: Writing

  /// Writes the directory whole or not at all.
  ///
  /// - Parameter card: the text of `README.md`.
  /// - Throws: `OutputError` when it cannot be written, or when something else than a model stands there.
  public func write(to path: String, card: String) throws {
    var config = record
    config["format"] = 1
    config["model"] = .string(configuration.name)
    config["hyperparameters"] = .object(configuration.hyperparameters)
    config["items"] = .number(Double(items.count))
    if let users { config["users"] = .number(Double(users.count)) }
    try AtomicDirectory.write(to: path, replacing: Self.isOwn) { directory in
      try SafeTensors(tensors: model.tensors, metadata: ["format": "doppel", "model": configuration.name])
        .write(to: directory + "/model.safetensors")
      try AtomicFile.write(
        JSONValue.object(config).prettyPrinted + "\n", to: directory + "/config.json")
      try IdentifierList.write(items.ids, to: directory + "/items.txt")
      if let users { try IdentifierList.write(users.ids, to: directory + "/users.txt") }
      try AtomicFile.write(card, to: directory + "/README.md")
    }
  }

  /// Finds out whether ``write(to:card:)`` could work, before a model is trained for it.
  ///
  /// - Throws: `OutputError`, as writing would.
  public static func verify(_ path: String) throws {
    try AtomicDirectory.verify(path, replacing: isOwn)
  }

  // MARK: Reading

  /// Reads a model directory.
  ///
  /// No data set is needed.
  ///
  /// - Parameter models: the models it may be of; those of the zoo, and a caller's own.
  /// - Throws: `InputError` when a file is missing; `DataError` when one is damaged or does not fit the others.
  public init(contentsOf path: String, among models: [any ZooModel.Type] = Zoo.models) throws {
    let configPath = path + "/config.json"
    let config: [String: JSONValue]
    do {
      config = try Self.readConfig(configPath)
    } catch let error as InputError {
      guard CheckpointFile.isThere(in: path) else { throw error }
      throw InputError(
        path: path, reason: "it holds the checkpoint of a training that is not finished; train --resume goes on with it"
      )
    }
    func wrong(_ message: String, _ accepted: String? = nil) -> DataError {
      DataError(path: configPath, message: message, accepted: accepted)
    }
    guard let name = config["model"]?.text, let type = models.first(where: { $0.name == name }) else {
      throw wrong("names no known model", models.map { $0.name }.joined(separator: ", "))
    }
    do {
      configuration = try type.init().setting(config["hyperparameters"]?.members ?? [:])
    } catch let error as HyperparameterError {
      throw wrong(error.description)
    }
    items = try IdentifierList.read(path + "/items.txt")
    users = configuration.keepsUsers ? try IdentifierList.read(path + "/users.txt") : nil
    if let count = config["items"], count != .number(Double(items.count)) {
      throw wrong("speaks of \(count.prettyPrinted) items, but items.txt has \(items.count)")
    }
    let tensorPath = path + "/model.safetensors"
    let file = try SafeTensors(contentsOf: tensorPath)
    do {
      model = try configuration.load(file.tensors, items: items.count, users: users?.count ?? 0)
    } catch let error as TensorMismatch {
      throw DataError(
        path: tensorPath, message: "does not fit config.json and items.txt: \(error)",
        accepted: "the files of one and the same model")
    }
    record = config
  }

  private static func readConfig(_ path: String) throws -> [String: JSONValue] {
    let bytes = try ByteSource(path: path, limit: 16 << 20).withBytes { span in
      span.indices.map { span[$0] }
    }
    guard let config = try? JSONValue(parsing: bytes), let members = config.members else {
      throw DataError(
        path: path, message: "is not a JSON object", accepted: "the config.json of a model")
    }
    return members
  }
}
