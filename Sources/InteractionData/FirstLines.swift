import FileFormats

/// The beginning of a file, from which the format of the rest is detected.
struct FirstLines {
  struct Line {
    let number: Int
    let start: Int
    let next: Int
    let bytes: [UInt8]
  }

  /// Up to ``most`` lines that are not blank, at least one.
  let lines: [Line]
  let path: String

  /// Enough lines to recognise columns that are even only by chance.
  static let most = 400
  private static let mostBytes = 1 << 17
  /// The first twenty are examined whatever their length.
  private static let least = 20
  /// The largest number of bytes examined.
  static let longest = (least + 1) * (RowParser.longestLine + 1) + mostBytes

  /// The first line.
  var first: Line { lines[0] }

  /// - Parameter accepted: the accepted content of a file, for the error.
  /// - Throws: ``DataError`` when there are none, or they are not text, or not a table.
  init(
    _ bytes: Span<UInt8>, path: String, accepted: String = "one interaction a line: user, item[, rating[, timestamp]]"
  ) throws {
    lines = Self.lines(of: bytes)
    self.path = path
    guard let first = lines.first else { throw DataError(path: path, message: "is empty", accepted: accepted) }
    for line in lines.prefix(Self.least) { try Self.checkText(line.bytes, path: path, line: line.number) }
    try Self.checkKind(first.bytes, path: path, line: first.number)
  }

  private static func lines(of bytes: Span<UInt8>) -> [Line] {
    var lines: [Line] = []
    let start = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
    var position = start
    var number = 1
    while position < bytes.count && lines.count < most && (lines.count < least || position - start < mostBytes) {
      let start = position
      while position < bytes.count && bytes[position] != 0x0A && position - start <= RowParser.longestLine {
        position += 1
      }
      // The last one may be cut off here when it is too long; the parser reports that when it gets there.
      let next = min(position + 1, bytes.count)
      let content = (start..<position).map { bytes[$0] }
      if !content.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
        lines.append(Line(number: number, start: start, next: next, bytes: content))
      }
      if position - start > RowParser.longestLine { return lines }
      position = next
      number += 1
    }
    return lines
  }

  private static func checkText(_ bytes: [UInt8], path: String, line: Int) throws {
    if bytes.contains(0) {
      throw DataError(
        path: path, line: line, message: "is not text: it holds NUL bytes",
        accepted: "a text file in UTF-8, plain or compressed with gzip or zstd")
    }
  }

  /// Refuses the files of the Netflix Prize, in which a line with the film precedes its users.
  private static func checkKind(_ bytes: [UInt8], path: String, line: Int) throws {
    let text = String(decoding: bytes.prefix(40), as: UTF8.self)
    guard text.contains(/^\d+:\r?$/) else { return }
    throw DataError(
      path: path, line: line, text: text,
      message: "is an item on a line of its own, with its users on the lines after it",
      accepted: "a table with one interaction a line: user, item[, rating[, timestamp]]")
  }
}
