import FileFormats

/// The columns of a line without anything special, cut eight bytes at a time.
///
/// Special is what ``LineSplitter`` is for: quotes, blanks or `::` between columns, a line that starts with a
/// blank or is blank, more than eight columns up to the last one wanted.
struct PlainLine {
  /// Where each of the first eight columns starts and ends, and its first eight bytes.
  private(set) var starts = InlineArray<8, Int>(repeating: 0)
  private(set) var ends = InlineArray<8, Int>(repeating: 0)
  private(set) var words = InlineArray<8, UInt64>(repeating: 0)
  /// The number of columns.
  private(set) var count = 0
  /// Where the next line starts.
  private(set) var next = 0

  /// Cuts the line that starts at `start`; `false` when it is special.
  @inline(__always)
  mutating func cut(_ bytes: Span<UInt8>, at start: Int, _ cutter: Cutter) -> Bool {
    var position = start
    var column = 0
    var word = bytes.word(at: position)
    if UInt8(truncatingIfNeeded: word) <= 0x20 { return false }
    while true {
      if cutter.quotes && UInt8(truncatingIfNeeded: word) == UInt8(ascii: "\"") { return false }
      let end = cutter.end(bytes, position, word)
      if column < 8 {
        starts[column] = position
        ends[column] = end
        words[column] = word
      }
      column += 1
      if end >= bytes.count || bytes[end] == UInt8(ascii: "\n") {
        if end > position && bytes[end - 1] == UInt8(ascii: "\r") && column <= 8 { ends[column - 1] = end - 1 }
        next = min(end + 1, bytes.count)
        count = column
        return true
      }
      position = end + 1
      word = bytes.word(at: position)
    }
  }

  /// Finds the ends of columns.
  struct Cutter {
    /// Whether a column may be quoted.
    let quotes: Bool
    private let delimiters: UInt64

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let newlines = ones &* UInt64(UInt8(ascii: "\n"))

    /// A cutter, or `nil` where no line is plain.
    init?(_ dialect: Dialect) {
      guard case .byte(let byte) = dialect.delimiter else { return nil }
      for role in 0..<4 where dialect.columns[role] >= 8 { return nil }
      delimiters = Self.ones &* UInt64(byte)
      quotes = dialect.delimiter.allowsQuotes
    }

    /// The position of the delimiter or line end that ends the column, whose first word is at hand.
    @inline(__always)
    func end(_ bytes: Span<UInt8>, _ start: Int, _ first: UInt64) -> Int {
      var (position, word) = (start, first)
      while true {
        let found = Self.zeroBytes(word ^ delimiters) | Self.zeroBytes(word ^ Self.newlines)
        if found != 0 { return position + found.trailingZeroBitCount >> 3 }
        position += 8
        if position >= bytes.count { return bytes.count }
        word = bytes.word(at: position)
      }
    }

    /// The highest bit of every byte that is zero; above the lowest such byte there may be false ones.
    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> UInt64 {
      (word &- ones) & ~word & (ones << 7)
    }
  }
}
