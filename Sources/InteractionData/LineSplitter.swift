/// Where the columns of one line are.
struct LineColumns {
  /// Start and end of the requested columns, in the requested order; `-1` for those that the line does not have.
  var bounds = InlineArray<8, Int>(repeating: -1)
  /// The number of columns of the line.
  var count = 0
  /// The number of columns up to the last one that is not empty.
  var filled = 0
  /// Where the next line starts.
  var next = 0
  /// Whether the line is empty but for blanks.
  var isBlank = false
  /// Whether a requested column contains a doubled quote.
  var hasDoubledQuote = false
  /// What is wrong with the line, if anything.
  var fault: Fault?

  enum Fault {
    case unclosedQuote, textAfterQuote
  }
}

/// Cuts lines into columns.
///
/// Blanks beside the separator and at the ends of a line are not part of a column, unless it is quoted or the separator
/// is a tab.
struct LineSplitter {
  private let delimiter: UInt8
  private let otherBlank: UInt8
  private let isDouble: Bool
  private let isBlanks: Bool
  private let quotes: Bool
  private let trims: Bool
  /// The columns wanted, counted from 0; −1 for none.
  private let wanted: InlineArray<4, Int>

  private static let newline = UInt8(ascii: "\n")
  private static let quote = UInt8(ascii: "\"")

  init(_ delimiter: Delimiter, wanted: InlineArray<4, Int>) {
    self.wanted = wanted
    isDouble = delimiter == .doubleColon
    isBlanks = delimiter == .blanks
    quotes = delimiter.allowsQuotes
    trims = delimiter.ignoresBlanks
    switch delimiter {
    case .blanks: (self.delimiter, otherBlank) = (UInt8(ascii: " "), UInt8(ascii: "\t"))
    case .doubleColon: (self.delimiter, otherBlank) = (UInt8(ascii: ":"), UInt8(ascii: ":"))
    case .byte(let byte): (self.delimiter, otherBlank) = (byte, byte)
    }
  }

  /// Cuts the line that starts at `start`.
  @inline(__always)
  func columns(of bytes: Span<UInt8>, at start: Int) -> LineColumns {
    cut(bytes, at: start) { [wanted] fieldStart, fieldEnd, hasDoubledQuote, line in
      for role in 0..<4 where wanted[role] == line.count {
        line.bounds[2 * role] = fieldStart
        line.bounds[2 * role + 1] = fieldEnd
        if hasDoubledQuote { line.hasDoubledQuote = true }
      }
    }
  }

  /// All columns of a line as text, quotes undoubled, up to the first fault.
  func fields(of bytes: [UInt8]) -> (fields: [String], columns: LineColumns) {
    var fields: [String] = []
    let columns = cut(bytes.span, at: 0) { start, end, hasDoubledQuote, _ in
      let text = String(decoding: bytes[start..<end], as: UTF8.self)
      fields.append(hasDoubledQuote ? text.replacing("\"\"", with: "\"") : text)
    }
    return (fields, columns)
  }

  /// Cuts a line, and passes to `take` where each column starts and ends and whether it has doubled quotes; the line's
  /// count is the number of earlier columns.
  @inline(__always)
  private func cut(
    _ bytes: Span<UInt8>, at start: Int, _ take: (Int, Int, Bool, inout LineColumns) -> Void
  ) -> LineColumns {
    var line = LineColumns()
    var position = start
    let count = bytes.count
    if isBlanks { position = skipBlanks(bytes, position) }
    var fieldStart = position
    var afterDelimiter = false
    while true {
      if trims, position == fieldStart {
        while position < count, Self.isBlank(bytes[position]) { position += 1 }
        fieldStart = position
      }
      if quotes, position == fieldStart, position < count, bytes[position] == Self.quote {
        let (end, next, doubled) = quoted(bytes, position, &line)
        position = next
        if end >= 0 { note(fieldStart + 1, end, doubled, &line, take) }
        fieldStart = position
        if line.fault != nil { return line }
        afterDelimiter = false
        if position < count && bytes[position] == delimiter {
          position += 1
          fieldStart = position
          afterDelimiter = true
          continue
        }
        line.next = position < count && bytes[position] == Self.newline ? position + 1 : position
        break
      }
      let atEnd = position >= count
      let byte = atEnd ? Self.newline : bytes[position]
      if byte == Self.newline {
        var end = position
        if end > fieldStart && bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        line.next = atEnd ? count : position + 1
        // Blanks at the end of a line do not start another column.
        if !(isBlanks && afterDelimiter && end == fieldStart) {
          note(fieldStart, trimmed(bytes, fieldStart, end), false, &line, take)
        }
        line.isBlank = start >= end || bytes[start] <= 0x20 && isAllBlank(bytes, start, end)
        break
      }
      if byte == delimiter || byte == otherBlank {
        if isDouble && !(position + 1 < count && bytes[position + 1] == byte) {
          position += 1
          continue
        }
        note(fieldStart, trimmed(bytes, fieldStart, position), false, &line, take)
        position += isDouble ? 2 : 1
        if isBlanks { position = skipBlanks(bytes, position) }
        fieldStart = position
        afterDelimiter = true
        continue
      }
      position += 1
    }
    return line
  }

  @inline(__always)
  private func note(
    _ start: Int, _ end: Int, _ hasDoubledQuote: Bool, _ line: inout LineColumns,
    _ take: (Int, Int, Bool, inout LineColumns) -> Void
  ) {
    take(start, end, hasDoubledQuote, &line)
    line.count += 1
    if end > start { line.filled = line.count }
  }

  /// Reads a quoted column; returns where its text ends (−1 for nowhere), the position of the delimiter or line end
  /// after it, and whether quotes are doubled in it.
  private func quoted(
    _ bytes: Span<UInt8>, _ start: Int, _ line: inout LineColumns
  ) -> (end: Int, next: Int, doubled: Bool) {
    var position = start + 1
    var doubled = false
    while true {
      guard position < bytes.count, bytes[position] != Self.newline else {
        line.fault = .unclosedQuote
        line.next = position
        return (-1, position, false)
      }
      if bytes[position] == Self.quote {
        if position + 1 < bytes.count && bytes[position + 1] == Self.quote {
          doubled = true
          position += 2
          continue
        }
        break
      }
      position += 1
    }
    let end = position
    position += 1
    if trims { while position < bytes.count, Self.isBlank(bytes[position]) { position += 1 } }
    if position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\r"), bytes[position + 1] == Self.newline {
      position += 1
    } else if position + 1 == bytes.count, bytes[position] == UInt8(ascii: "\r") {
      position += 1
    }
    if position < bytes.count, bytes[position] != Self.newline, bytes[position] != delimiter {
      line.fault = .textAfterQuote
      line.next = position
    }
    return (end, position, doubled)
  }

  /// The end of `bytes[start..<end]` without trailing blanks.
  @inline(__always)
  private func trimmed(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    guard trims else { return end }
    var end = end
    while end > start, Self.isBlank(bytes[end - 1]) { end -= 1 }
    return end
  }

  @inline(__always)
  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  @inline(__always)
  private func skipBlanks(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var position = start
    while position < bytes.count, bytes[position] == delimiter || bytes[position] == otherBlank {
      position += 1
    }
    return position
  }

  private func isAllBlank(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    for position in start..<max(start, end) where bytes[position] != 0x20 && bytes[position] != 0x09 {
      return false
    }
    return true
  }
}
