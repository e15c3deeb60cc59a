public import Compute
import FileFormats
import Foundation

/// How many of a model's training users have each item, for novelty (I items).
///
/// In a model directory it is `item-users.txt`: the number of users, then one line for each item, in the order of
/// `items.txt`.
public struct ItemPopularity: Sendable, Equatable {
  /// The number of users.
  public let users: Int
  /// The number of users who have each item; shape: I.
  public let counts: [Int]

  static let fileName = "item-users.txt"

  /// Counts the rows that a model was fitted to; shape: users × I.
  public init(of rows: SparseRows) {
    users = rows.rowCount
    counts = rows.columnCounts()
  }

  /// Reads the file of a model directory.
  ///
  /// - Returns: `nil` if there is none, as in directories written before version 0.2.
  /// - Throws: `DataError` when it does not fit.
  init?(contentsOf path: String, items: Int) throws {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let bytes = try ByteSource(path: path).withBytes { span in span.indices.map { span[$0] } }
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count == items + 1 else {
      throw DataError(
        path: path, message: "has \(lines.count) lines",
        accepted: "\(items + 1): the number of training users, then a number for each item of items.txt")
    }
    var numbers: [Int] = []
    numbers.reserveCapacity(lines.count)
    for (index, line) in lines.enumerated() {
      let text = String(decoding: line, as: UTF8.self)
      guard let number = Int(text), number >= 0, number <= numbers.first ?? number else {
        throw DataError(
          path: path, line: index + 1, text: text, message: "is not a number of training users",
          accepted: "a whole number from 0" + (numbers.first.map { " to \($0)" } ?? ""))
      }
      numbers.append(number)
    }
    users = numbers[0]
    counts = Array(numbers.dropFirst())
  }

  func write(to path: String) throws {
    try AtomicFile.write(to: path) { output in
      try output.write("\(users)\n")
      for count in counts { try output.write("\(count)\n") }
    }
  }
}
