import FileFormats

/// What is wrong with the JSON of a line.
struct JSONFault: Error {
  enum Reason {
    /// The line, or the file, ends before the object does.
    case incomplete
    case unexpected
    case control
    case escape
    case encoding
    case number
    case depth
  }

  let reason: Reason
  /// The byte of the file where it shows.
  let position: Int
}

/// A value of a JSON object: what it is and where.
struct JSONToken {
  enum Kind {
    case string, number, object, array, `true`, `false`, null
  }

  let kind: Kind
  /// The text between the quotes of a string; the whole text of any other value.
  let start: Int
  let end: Int
  /// Whether a string has escapes.
  var isEscaped = false
}

/// Reads one JSON object on one line, member by member, in one pass that checks grammar and UTF-8 (RFC 8259).
///
/// Designed for lines of which a few members are read: nothing is allocated, and text is scanned eight bytes at a time.
struct JSONCursor {
  /// The next byte to look at.
  private(set) var position: Int
  private var isFirst = true

  /// The deepest nesting of brackets: every level takes some of the thread's stack.
  static let deepest = 100

  /// Begins before the opening brace at `start`.
  init(at start: Int) { position = start }

  /// The next member of the object, or `nil` after the last one, when ``position`` is behind the closing brace.
  mutating func next(_ bytes: Span<UInt8>) throws(JSONFault) -> (name: JSONToken, value: JSONToken)? {
    if isFirst {
      try expect(UInt8(ascii: "{"), bytes)
      isFirst = false
      if try peek(bytes) == UInt8(ascii: "}") {
        position += 1
        return nil
      }
    } else {
      switch try peek(bytes) {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "}"):
        position += 1
        return nil
      default: throw JSONFault(reason: .unexpected, position: position)
      }
    }
    return try member(bytes, depth: 1)
  }

  private mutating func member(
    _ bytes: Span<UInt8>, depth: Int
  ) throws(JSONFault) -> (name: JSONToken, value: JSONToken) {
    guard try peek(bytes) == UInt8(ascii: "\"") else { throw JSONFault(reason: .unexpected, position: position) }
    let name = try string(bytes)
    try expect(UInt8(ascii: ":"), bytes)
    return (name, try value(bytes, depth: depth))
  }

  private mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(JSONFault) -> JSONToken {
    let byte = try peek(bytes)
    switch byte {
    case UInt8(ascii: "\""): return try string(bytes)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number(bytes)
    case UInt8(ascii: "t"): return try word(0x65757274, length: 4, .true, bytes)
    case UInt8(ascii: "f"): return try word(0x65736C61, length: 5, .false, bytes)
    case UInt8(ascii: "n"): return try word(0x6C6C756E, length: 4, .null, bytes)
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      let start = position
      try skipNested(bytes, depth: depth + 1)
      return JSONToken(kind: byte == UInt8(ascii: "{") ? .object : .array, start: start, end: position)
    default: throw JSONFault(reason: .unexpected, position: position)
    }
  }

  /// Skips an object or an array.
  private mutating func skipNested(_ bytes: Span<UInt8>, depth: Int) throws(JSONFault) {
    if depth > Self.deepest { throw JSONFault(reason: .depth, position: position) }
    let isObject = bytes[position] == UInt8(ascii: "{")
    let closing = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
    position += 1
    if try peek(bytes) == closing {
      position += 1
      return
    }
    while true {
      if isObject { _ = try member(bytes, depth: depth) } else { _ = try value(bytes, depth: depth) }
      let byte = try peek(bytes)
      guard byte == closing || byte == UInt8(ascii: ",") else {
        throw JSONFault(reason: .unexpected, position: position)
      }
      position += 1
      if byte == closing { return }
    }
  }

  // MARK: Strings

  /// Skips a string, and checks it.
  private mutating func string(_ bytes: Span<UInt8>) throws(JSONFault) -> JSONToken {
    position += 1
    let start = position
    var isEscaped = false
    while true {
      skipPlain(bytes)
      guard position < bytes.count else { throw JSONFault(reason: .incomplete, position: position) }
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return JSONToken(kind: .string, start: start, end: position - 1, isEscaped: isEscaped)
      case UInt8(ascii: "\\"):
        isEscaped = true
        _ = try escape(bytes)
      case 0x80...:
        let length = Self.lengthOfScalar(bytes, at: position)
        if length == 0 { throw JSONFault(reason: .encoding, position: position) }
        position += length
      case 0x0A: throw JSONFault(reason: .incomplete, position: position)
      case 0..<0x20: throw JSONFault(reason: .control, position: position)
      default: position += 1
      }
    }
  }

  /// Skips ASCII without a special meaning in a string.
  @inline(__always)
  private mutating func skipPlain(_ bytes: Span<UInt8>) {
    let (ones, highs): (UInt64, UInt64) = (0x0101_0101_0101_0101, 0x8080_8080_8080_8080)
    while true {
      let word = bytes.word(at: position)
      let (quote, slash) = (word ^ ones &* 0x22, word ^ ones &* 0x5C)
      // The highest bit of the first byte that is a quote, a backslash, below a blank (so are those beyond the end) or
      // beyond ASCII; borrows spoil only what comes after it.
      let stops =
        ((quote &- ones) & ~quote | (slash &- ones) & ~slash | (word &- ones &* 0x20) & ~word | word) & highs
      if stops != 0 {
        position += stops.trailingZeroBitCount / 8
        return
      }
      position += 8
    }
  }

  /// Reads an escape, at whose backslash ``position`` is.
  private mutating func escape(_ bytes: Span<UInt8>) throws(JSONFault) -> Unicode.Scalar {
    let start = position
    guard position + 1 < bytes.count else { throw JSONFault(reason: .incomplete, position: bytes.count) }
    let byte = bytes[position + 1]
    position += 2
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    case 0x0A: throw JSONFault(reason: .incomplete, position: start + 1)
    default: throw JSONFault(reason: .escape, position: start)
    }
    guard var value = fourDigits(bytes) else { throw JSONFault(reason: .escape, position: start) }
    if 0xD800..<0xDC00 ~= value, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      guard let low = fourDigits(bytes), 0xDC00..<0xE000 ~= low else {
        throw JSONFault(reason: .escape, position: start)
      }
      value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
    }
    // Half a surrogate pair is not a character.
    guard let scalar = Unicode.Scalar(value) else { throw JSONFault(reason: .escape, position: start) }
    return scalar
  }

  private mutating func fourDigits(_ bytes: Span<UInt8>) -> UInt32? {
    guard position + 4 <= bytes.count else { return nil }
    var value: UInt32 = 0
    for offset in 0..<4 {
      let byte = bytes[position + offset]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt32(digit)
    }
    position += 4
    return value
  }

  /// The length of the UTF-8 sequence of two to four bytes at a position, 0 if there is none (Unicode 15, table 3-7).
  private static func lengthOfScalar(_ bytes: Span<UInt8>, at position: Int) -> Int {
    func follows(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
      position + offset < bytes.count && range.contains(bytes[position + offset])
    }
    switch bytes[position] {
    case 0xC2...0xDF: return follows(1) ? 2 : 0
    case 0xE0: return follows(1, 0xA0...0xBF) && follows(2) ? 3 : 0
    case 0xED: return follows(1, 0x80...0x9F) && follows(2) ? 3 : 0
    case 0xE1...0xEF: return follows(1) && follows(2) ? 3 : 0
    case 0xF0: return follows(1, 0x90...0xBF) && follows(2) && follows(3) ? 4 : 0
    case 0xF1...0xF3: return follows(1) && follows(2) && follows(3) ? 4 : 0
    case 0xF4: return follows(1, 0x80...0x8F) && follows(2) && follows(3) ? 4 : 0
    default: return 0
    }
  }

  /// The text of a string with escapes, which has been checked before.
  static func decoded(_ bytes: Span<UInt8>, _ token: JSONToken) -> [UInt8] {
    var text: [UInt8] = []
    var cursor = JSONCursor(at: token.start)
    while cursor.position < token.end {
      if bytes[cursor.position] == UInt8(ascii: "\\"), let scalar = try? cursor.escape(bytes) {
        text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      } else {
        text.append(bytes[cursor.position])
        cursor.position += 1
      }
    }
    return text
  }

  // MARK: Numbers, words, blanks

  private mutating func number(_ bytes: Span<UInt8>) throws(JSONFault) -> JSONToken {
    let start = position
    func isDigit(_ position: Int) -> Bool { position < bytes.count && bytes[position] &- 48 < 10 }
    func digits(_ position: inout Int) -> Bool {
      let first = position
      while isDigit(position) { position += 1 }
      return position > first
    }
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    // Only a point or an exponent may follow a leading zero.
    let isZero = position < bytes.count && bytes[position] == UInt8(ascii: "0")
    if !digits(&position) || isZero && position - start > (bytes[start] == 0x2D ? 2 : 1) {
      throw JSONFault(reason: .number, position: start)
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      if !digits(&position) { throw JSONFault(reason: .number, position: start) }
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
        position += 1
      }
      if !digits(&position) { throw JSONFault(reason: .number, position: start) }
    }
    return JSONToken(kind: .number, start: start, end: position)
  }

  /// Skips a word whose last four bytes equal the given little-endian number.
  private mutating func word(
    _ ending: UInt32, length: Int, _ kind: JSONToken.Kind, _ bytes: Span<UInt8>
  ) throws(JSONFault) -> JSONToken {
    let start = position
    guard start + length <= bytes.count,
      UInt32(truncatingIfNeeded: bytes.word(at: start + length - 4)) == ending
    else { throw JSONFault(reason: .unexpected, position: start) }
    position += length
    return JSONToken(kind: kind, start: start, end: position)
  }

  /// The next byte that is not a blank; ``position`` moves to it.
  @inline(__always)
  private mutating func peek(_ bytes: Span<UInt8>) throws(JSONFault) -> UInt8 {
    while position < bytes.count {
      let byte = bytes[position]
      if byte > 0x20 { return byte }
      if byte == 0x0A { break }
      if byte != 0x20 && byte != 0x09 && byte != 0x0D { throw JSONFault(reason: .unexpected, position: position) }
      position += 1
    }
    throw JSONFault(reason: .incomplete, position: position)
  }

  private mutating func expect(_ byte: UInt8, _ bytes: Span<UInt8>) throws(JSONFault) {
    if try peek(bytes) != byte { throw JSONFault(reason: .unexpected, position: position) }
    position += 1
  }
}
