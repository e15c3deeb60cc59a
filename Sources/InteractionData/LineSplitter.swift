/// Where the columns of one line are.
struct LineColumns {
  /// Start and end of the columns asked for, in the order asked for; `-1` for those the line does not have.
  var bounds = InlineArray<8, Int>(repeating: -1)
  /// The number of columns of the line.
  var count = 0
  /// Where the next line starts.
  var next = 0
  /// Whether the line is empty but for blanks.
  var isBlank = false
  /// Whether an asked-for column contains a doubled quote.
  var hasDoubledQuote = false
  /// What is wrong with the line, if anything.
  var fault: Fault?

  enum Fault {
    case unclosedQuote, textAfterQuote
  }
}

/// Cuts lines into columns.
struct LineSplitter {
  private let delimiter: UInt8
  private let otherBlank: UInt8
  private let isDouble: Bool
  private let isBlanks: Bool
  private let quotes: Bool
  /// The columns wanted, counted from 0; −1 for none.
  private let wanted: InlineArray<4, Int>

  private static let newline = UInt8(ascii: "\n")
  private static let quote = UInt8(ascii: "\"")

  init(_ delimiter: Delimiter, wanted: InlineArray<4, Int>) {
    self.wanted = wanted
    isDouble = delimiter == .doubleColon
    isBlanks = delimiter == .blanks
    quotes = delimiter.allowsQuotes
    switch delimiter {
    case .blanks: (self.delimiter, otherBlank) = (UInt8(ascii: " "), UInt8(ascii: "\t"))
    case .doubleColon: (self.delimiter, otherBlank) = (UInt8(ascii: ":"), UInt8(ascii: ":"))
    case .byte(let byte): (self.delimiter, otherBlank) = (byte, byte)
    }
  }

  /// Cuts the line that starts at `start`.
  @inline(__always)
  func columns(of bytes: Span<UInt8>, at start: Int) -> LineColumns {
    var line = LineColumns()
    var position = start
    let count = bytes.count
    if isBlanks { position = skipBlanks(bytes, position) }
    var fieldStart = position
    var afterDelimiter = false
    while true {
      if quotes, position == fieldStart, position < count, bytes[position] == Self.quote {
        position = quoted(bytes, position, &line)
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
        if !(isBlanks && afterDelimiter && end == fieldStart) { note(fieldStart, end, &line) }
        line.isBlank = start >= end || bytes[start] <= 0x20 && isAllBlank(bytes, start, end)
        break
      }
      if byte == delimiter || byte == otherBlank {
        if isDouble && !(position + 1 < count && bytes[position + 1] == byte) {
          position += 1
          continue
        }
        note(fieldStart, position, &line)
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
  private func note(_ start: Int, _ end: Int, _ line: inout LineColumns) {
    for role in 0..<4 where wanted[role] == line.count {
      line.bounds[2 * role] = start
      line.bounds[2 * role + 1] = end
    }
    line.count += 1
  }

  /// Takes a quoted column; returns the position of the delimiter or line end after it.
  private func quoted(_ bytes: Span<UInt8>, _ start: Int, _ line: inout LineColumns) -> Int {
    var position = start + 1
    var doubled = false
    while true {
      guard position < bytes.count, bytes[position] != Self.newline else {
        line.fault = .unclosedQuote
        line.next = position
        return position
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
    if doubled && (0..<4).contains(where: { wanted[$0] == line.count }) { line.hasDoubledQuote = true }
    note(start + 1, position, &line)
    position += 1
    if position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\r"), bytes[position + 1] == Self.newline {
      position += 1
    } else if position + 1 == bytes.count, bytes[position] == UInt8(ascii: "\r") {
      position += 1
    }
    if position < bytes.count, bytes[position] != Self.newline, bytes[position] != delimiter {
      line.fault = .textAfterQuote
      line.next = position
    }
    return position
  }

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
