import Communication
public import FileFormats
import Foundation

/// A checkpoint on disk: one safetensors file whose metadata identify the run and its position.
///
/// | metadata | content |
/// |---|---|
/// | `format` | `doppel checkpoint 2` |
/// | `run` | JSON: data, split, seed, engine, precision, version, model, hyper-parameters |
/// | `position` | JSON: ``TrainingPosition`` |
/// | `checksum` | a fingerprint of all of the above and of every number |
///
/// It is a single file, so that it is complete or absent: it gets its name only when all its bytes are on disk.
public enum CheckpointFile {
  /// Its name inside a model directory.
  public static let name = "checkpoint.safetensors"
  private static let format = "doppel checkpoint 2"
  private static let accepted = "a checkpoint written by train --checkpoint-every"

  /// The path of the checkpoint in a model directory.
  public static func path(in directory: String) -> String { directory + "/" + name }

  /// Whether a directory has a checkpoint.
  public static func isThere(in directory: String) -> Bool {
    FileManager.default.fileExists(atPath: path(in: directory))
  }

  /// Writes a checkpoint; the previous one is kept until it is complete.
  ///
  /// - Throws: `OutputError`.
  public static func write(_ state: TrainerState, run: RunIdentity, to path: String) throws {
    var file = SafeTensors(tensors: state.tensors, metadata: try metadata(of: state, run))
    file.metadata["checksum"] = checksum(file)
    try file.write(to: path)
  }

  /// The same if each of several processes has a part of the state: the first writes, and the others send it their
  /// tensors one by one, so that they are never in one memory together.
  ///
  /// - Throws: `OutputError`.
  static func write(_ state: TrainerState, run: RunIdentity, to path: String, division: ShardDivision) throws {
    let places = Dictionary(
      uniqueKeysWithValues: state.tensors.map { ($0, StoredTensor(named: $0, of: $1, division)) })
    func numbers(_ name: String) throws -> [Float] {
      guard let place = places[name], let tensor = state.tensors[name] else { return [] }
      return try division.bring(tensor.values, count: place.count, from: place.owner)
    }
    guard division.communicator.isRoot else {
      for name in SafeTensors.ordered(places.keys) { _ = try numbers(name) }
      return
    }
    var metadata = try metadata(of: state, run)
    var fingerprint = fingerprint(metadata)
    metadata["checksum"] = Fingerprint().hexadecimal
    try SafeTensors.write(to: path, shapes: places.mapValues(\.shape), metadata: metadata) { name, append in
      let values = try numbers(name)
      add(name, places[name]?.shape ?? [], values, to: &fingerprint)
      try append(values)
    } sealing: {
      ["checksum": fingerprint.hexadecimal]
    }
  }

  private static func metadata(of state: TrainerState, _ run: RunIdentity) throws -> [String: String] {
    [
      "format": format, "run": JSONValue.object(run.members).prettyPrinted,
      "position": String(decoding: try encoder().encode(state.position), as: UTF8.self),
    ]
  }

  /// Writes a position.
  static func encoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A validation value may be NaN, and must be read back as NaN.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  /// Reads a position.
  static func decoder() -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }

  /// Reads a checkpoint, validating all of it.
  ///
  /// - Parameter run: the run to resume.
  /// - Throws: `InputError` when it is missing or unreadable; `DataError` when it is damaged or belongs to another run,
  ///   naming the difference.
  public static func read(_ path: String, for run: RunIdentity) throws -> TrainerState {
    var tensors: [String: Tensor] = [:]
    let stored = try open(path, for: run) { tensors[$0] = $1 }
    return TrainerState(position: stored.position, tensors: tensors)
  }

  /// Validates all of a checkpoint without keeping its numbers, which can then be read one tensor at a time.
  ///
  /// - Parameters:
  ///   - run: the run to resume.
  ///   - visit: receives every tensor before the checksum is known to be right.
  /// - Throws: as ``read(_:for:)``.
  static func open(
    _ path: String, for run: RunIdentity, visit: (_ name: String, _ tensor: Tensor) -> Void = { _, _ in }
  ) throws -> StoredState {
    func wrong(_ message: String, _ accepted: String = accepted) -> DataError {
      DataError(path: path, message: message, accepted: accepted)
    }
    let file = try SafeTensorsFile(contentsOf: path)
    guard file.metadata["format"] == format else {
      throw wrong(
        "is not a checkpoint of this version: its format is \(file.metadata["format"] ?? "missing"), not \(format)",
        accepted + " of this version, or leave out --resume to start again")
    }
    let expected = try checksum(file.metadata, Array(file.shapes.keys)) { name in
      let tensor = try file.tensor(name, finite: false)
      if let tensor { visit(name, tensor) }
      return tensor
    }
    guard file.metadata["checksum"] == expected else {
      throw wrong("is damaged: its checksum does not match its content")
    }
    guard let text = file.metadata["run"], let found = try? JSONValue(parsing: Array(text.utf8)).members else {
      throw wrong("does not name the run it belongs to")
    }
    if let difference = run.difference(from: RunIdentity(found)) {
      throw wrong(
        "belongs to another run: \(difference)", "the same data and settings, or leave out --resume to start again")
    }
    guard let position = file.metadata["position"],
      let position = try? decoder().decode(TrainingPosition.self, from: Data(position.utf8))
    else { throw wrong("has no training position") }
    return StoredState(position: position, file: file)
  }

  /// The `checksum` that the metadata must have.
  public static func checksum(_ file: SafeTensors) -> String {
    checksum(file.metadata, Array(file.tensors.keys)) { file.tensors[$0] }
  }

  /// The same from tensors that are asked for one by one, in the order of the file.
  private static func checksum(
    _ metadata: [String: String], _ names: [String], read: (_ name: String) throws -> Tensor?
  ) rethrows -> String {
    var fingerprint = fingerprint(metadata)
    for name in SafeTensors.ordered(names) {
      guard let tensor = try read(name) else { continue }
      add(name, tensor.shape, tensor.values, to: &fingerprint)
    }
    return fingerprint.hexadecimal
  }

  private static func fingerprint(_ metadata: [String: String]) -> Fingerprint {
    var fingerprint = Fingerprint()
    for key in ["format", "run", "position"] { fingerprint.add(metadata[key] ?? "") }
    return fingerprint
  }

  private static func add(_ name: String, _ shape: [Int], _ values: [Float], to fingerprint: inout Fingerprint) {
    fingerprint.add(name)
    for size in shape { fingerprint.add(size) }
    fingerprint.add(values)
  }
}

/// A validated checkpoint whose numbers are still in the file.
struct StoredState {
  let position: TrainingPosition
  let file: SafeTensorsFile
}
