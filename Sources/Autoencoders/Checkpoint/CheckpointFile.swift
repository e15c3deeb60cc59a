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
/// A single file, so that it is complete or absent: it gets its name only when all its bytes are on disk.
public enum CheckpointFile {
  /// Its name inside a model directory.
  public static let name = "checkpoint.safetensors"
  private static let format = "doppel checkpoint 2"
  private static let accepted = "a checkpoint written by train --checkpoint-every"

  /// Where the checkpoint of a model directory is.
  public static func path(in directory: String) -> String { directory + "/" + name }

  /// Whether a directory has one.
  public static func isThere(in directory: String) -> Bool {
    FileManager.default.fileExists(atPath: path(in: directory))
  }

  /// Writes a checkpoint; the one before stays until it is whole.
  ///
  /// - Throws: `OutputError`.
  public static func write(_ state: TrainerState, run: RunIdentity, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A validation value may be NaN, and must be NaN again.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    var file = SafeTensors(
      tensors: state.tensors,
      metadata: [
        "format": format, "run": JSONValue.object(run.members).prettyPrinted,
        "position": String(decoding: try encoder.encode(state.position), as: UTF8.self),
      ])
    file.metadata["checksum"] = checksum(file)
    try file.write(to: path)
  }

  /// Reads a checkpoint, validating all of it.
  ///
  /// - Parameter run: the run to resume.
  /// - Throws: `InputError` when it is missing or unreadable; `DataError` when it is damaged or belongs to another run,
  ///   naming the difference.
  public static func read(_ path: String, for run: RunIdentity) throws -> TrainerState {
    func wrong(_ message: String, _ accepted: String = accepted) -> DataError {
      DataError(path: path, message: message, accepted: accepted)
    }
    let file = try SafeTensors(contentsOf: path, finite: false)
    guard file.metadata["format"] == format else {
      throw wrong(
        "is not a checkpoint of this version: its format is \(file.metadata["format"] ?? "missing"), not \(format)",
        accepted + " of this version, or leave out --resume to start again")
    }
    guard file.metadata["checksum"] == checksum(file) else {
      throw wrong("is damaged: its checksum does not match its content")
    }
    guard let text = file.metadata["run"], let found = try? JSONValue(parsing: Array(text.utf8)).members else {
      throw wrong("does not name the run it belongs to")
    }
    if let difference = run.difference(from: RunIdentity(found)) {
      throw wrong(
        "belongs to another run: \(difference)", "the same data and settings, or leave out --resume to start again")
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let position = file.metadata["position"],
      let position = try? decoder.decode(TrainingPosition.self, from: Data(position.utf8))
    else { throw wrong("has no training position") }
    return TrainerState(position: position, tensors: file.tensors)
  }

  /// What the metadata must have as `checksum`.
  public static func checksum(_ file: SafeTensors) -> String {
    var fingerprint = Fingerprint()
    for key in ["format", "run", "position"] { fingerprint.add(file.metadata[key] ?? "") }
    for name in file.tensors.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      fingerprint.add(name)
      for size in file.tensors[name]?.shape ?? [] { fingerprint.add(size) }
      fingerprint.add(file.tensors[name]?.values ?? [])
    }
    return fingerprint.hexadecimal
  }
}
