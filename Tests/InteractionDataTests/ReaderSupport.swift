import FileFormats
import Foundation
import InteractionData

/// Reads text as if it were the file `ratings.csv`.
func read(_ text: String, _ format: InteractionFormat = InteractionFormat()) throws -> Interactions {
  try read(Array(text.utf8), format)
}

/// Reads bytes as if they were the file `ratings.csv`; how they were read is not among the notes.
func read(_ bytes: [UInt8], _ format: InteractionFormat = InteractionFormat()) throws -> Interactions {
  var reader = InteractionReader(format: format)
  reader.describesColumns = false
  return try reader.read(ByteSource(name: "ratings.csv", bytes: bytes))
}

/// What was decided about text, and what else is to be said about its columns.
func decided(_ text: String, _ format: InteractionFormat = InteractionFormat()) throws -> [String] {
  try InteractionReader(format: format).read(ByteSource(name: "f.csv", bytes: Array(text.utf8))).notes
}

/// The error that reading text ends with.
func refusal(_ text: String, _ format: InteractionFormat = InteractionFormat()) -> String? {
  do {
    return "read as \(try read(text, format).lines)"
  } catch {
    return "\(error)"
  }
}

extension Interactions {
  /// The interactions as text, one `user item[ rating[ @time]]` each.
  var lines: [String] {
    (0..<count).map { position in
      var line = "\(users[Int(userIndices[position])]) \(items[Int(itemIndices[position])])"
      if let ratings { line += " \(ratings[position])" }
      if let timestamps { line += " @\(timestamps[position])" }
      return line
    }
  }
}

/// A directory of its own for a test, removed with everything in it.
func withTemporaryDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("doppel-test-\(UUID().uuidString)")
    .path
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}
