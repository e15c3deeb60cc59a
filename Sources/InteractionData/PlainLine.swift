import Compute
import FileFormats

/// The columns of a plain line, cut where a ``ByteSearch`` has found their ends.
///
/// Lines that are not plain are left to ``LineSplitter``: those with quotes, with blanks or `::` between columns, blank
/// lines or lines that start with a blank, lines with a column that starts with a blank which is not part of it, and
/// lines with more than eight columns up to the last requested one.
struct PlainLine {
  /// Where each of the first eight columns starts and ends, and its first eight bytes.
  private(set) var starts = InlineArray<8, Int>(repeating: 0)
  private(set) var ends = InlineArray<8, Int>(repeating: 0)
  private(set) var words = InlineArray<8, UInt64>(repeating: 0)
  /// The number of columns.
  private(set) var count = 0
  /// Where the next line starts.
  private(set) var next = 0

  /// Cuts the line that starts at `start`; `false` when it is not plain.
  ///
  /// - Parameters:
  ///   - ends: the ends of columns and lines from `start` on.
  ///   - trims: whether blanks beside the separator, and quotes, are not part of a column.
  @inline(__always)
  mutating func cut(_ bytes: Span<UInt8>, at start: Int, _ ends: inout ByteSearch, trims: Bool) -> Bool {
    var position = start
    var column = 0
    var word = bytes.word(at: position)
    if UInt8(truncatingIfNeeded: word) <= 0x20 { return false }
    while true {
      let first = UInt8(truncatingIfNeeded: word)
      // One comparison in most cases: a quote is the largest of the three.
      if trims && first <= UInt8(ascii: "\"") && (first == UInt8(ascii: "\"") || first == 0x20 || first == 0x09) {
        return false
      }
      let end = ends.next(in: bytes)
      if column < 8 {
        starts[column] = position
        self.ends[column] = end
        words[column] = word
      }
      column += 1
      if end >= bytes.count || bytes[end] == UInt8(ascii: "\n") {
        if end > position && bytes[end - 1] == UInt8(ascii: "\r") && column <= 8 { self.ends[column - 1] = end - 1 }
        next = min(end + 1, bytes.count)
        count = column
        return true
      }
      position = end + 1
      word = bytes.word(at: position)
    }
  }

  /// Whether a column ends with a blank, or with another byte that needs a check.
  @inline(__always)
  func endsWithBlank(_ column: Int, _ bytes: Span<UInt8>) -> Bool {
    let end = ends[column]
    return end > starts[column] && bytes[end - 1] <= 0x20
  }

  /// The byte between columns, or `nil` if no line is plain.
  static func delimiter(of dialect: Dialect) -> UInt8? {
    guard case .byte(let byte) = dialect.delimiter else { return nil }
    for role in 0..<4 where dialect.columns[role] >= 8 { return nil }
    return byte
  }
}
