import FileFormats

/// Reading decimal numbers from bytes.
enum DecimalNumber {
  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]

  /// The number in `bytes[start..<end]`, blanks around it ignored; `nil` when it is not a finite decimal
  /// number.
  ///
  /// Up to fifteen digits are read exactly here: whole number and power of ten both fit a `Double`, and one
  /// division rounds correctly. Anything longer, or with an exponent, goes to the standard library.
  static func value(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Double? {
    var (start, end) = (start, end)
    while start < end && isBlank(bytes[start]) { start += 1 }
    while end > start && isBlank(bytes[end - 1]) { end -= 1 }
    var position = start
    var negative = false
    if position < end, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
      negative = bytes[position] == UInt8(ascii: "-")
      position += 1
    }
    var digits = 0
    var decimals = 0
    var afterPoint = false
    var whole: UInt64 = 0
    while position < end {
      let byte = bytes[position]
      if byte &- 48 < 10 {
        whole = whole &* 10 &+ UInt64(byte &- 48)
        digits += 1
        if afterPoint { decimals += 1 }
        if digits > 15 { return slow(bytes, start, end) }
      } else if byte == UInt8(ascii: ".") && !afterPoint {
        afterPoint = true
      } else {
        return slow(bytes, start, end)
      }
      position += 1
    }
    if digits == 0 { return nil }
    let value = decimals == 0 ? Double(whole) : Double(whole) / powers[decimals]
    return negative ? -value : value
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private static func slow(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Double? {
    var text = ""
    for position in start..<end {
      switch bytes[position] {
      // The standard library also reads hexadecimal, "nan" and "inf".
      case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"),
        UInt8(ascii: "E"):
        text.unicodeScalars.append(Unicode.Scalar(bytes[position]))
      default: return nil
      }
    }
    guard let value = Double(text), value.isFinite else { return nil }
    return value
  }
}

extension DecimalNumber {
  /// The number in `bytes[start..<end]` if it consists of one to fifteen digits, given its first word.
  @inline(__always)
  static func whole(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, first: UInt64) -> Double? {
    let length = end - start
    if length <= 8 { return digits(first, length).map { Double($0) } }
    guard length <= 15, let high = digits(first, 8), let low = digits(bytes.word(at: start + 8), length - 8)
    else { return nil }
    return Double(high) * powers[length - 8] + Double(low)
  }

  /// Whether `bytes[start..<end]` consists of one to fifteen digits, given its first word.
  @inline(__always)
  static func isWhole(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, first: UInt64) -> Bool {
    let length = end - start
    if length <= 8 { return length > 0 && areDigits(text(first, length)) }
    return length <= 15 && areDigits(first) && areDigits(text(bytes.word(at: start + 8), length - 8))
  }

  /// The first `length` bytes of a word, one to eight of them, with zeros in front.
  @inline(__always)
  private static func text(_ word: UInt64, _ length: Int) -> UInt64 {
    let missing = 8 * UInt64(8 - length)
    return word &<< missing | (missing == 0 ? 0 : zeros &>> (64 &- missing))
  }

  private static let zeros: UInt64 = 0x3030_3030_3030_3030

  @inline(__always)
  private static func areDigits(_ text: UInt64) -> Bool {
    let sixes = text &+ 0x0606_0606_0606_0606
    return text & 0xF0F0_F0F0_F0F0_F0F0 == zeros && sixes & 0xF0F0_F0F0_F0F0_F0F0 == zeros
  }

  /// The number that the first `length` bytes of a word write in digits, one to eight of them.
  @inline(__always)
  private static func digits(_ word: UInt64, _ length: Int) -> UInt64? {
    if length < 1 { return nil }
    // With zeros in front, the number is valid only if every byte is a digit.
    let text = text(word, length)
    if !areDigits(text) { return nil }
    // Join neighbours: bytes to pairs, pairs to fours, fours to eight.
    let pairs = (((text &- zeros) &* (1 + 10 << 8)) &>> 8) & 0x00FF_00FF_00FF_00FF
    let fours = ((pairs &* (1 + 100 << 16)) &>> 16) & 0x0000_FFFF_0000_FFFF
    return (fours &* (1 + 10_000 << 32)) &>> 32
  }
}

/// A cache of parsed ratings: there are only a few different ones, and comparing is faster than parsing.
struct ScoreMemory {
  // A key has the length in its top byte, so that it never equals the key of an empty place. There are far more places
  // than ratings, so that two ratings rarely compete for one place.
  private var keys = InlineArray<256, UInt64>(repeating: .max)
  private var values = InlineArray<256, Float>(repeating: 0)

  /// The finite number in `bytes[start..<end]`, given its first word, or `nil`.
  @inline(__always)
  mutating func value(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, first: UInt64) -> Float? {
    let length = UInt64(end - start)
    if length > 7 { return Self.read(bytes, start, end) }
    let key = first & (1 &<< (8 &* length) &- 1) | length &<< 56
    let place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> 56)
    if keys[place] == key { return values[place] }
    guard let value = Self.read(bytes, start, end) else { return nil }
    keys[place] = key
    values[place] = value
    return value
  }

  private static func read(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Float? {
    guard let value = DecimalNumber.value(bytes, start, end).map({ Float($0) }), value.isFinite else {
      return nil
    }
    return value
  }
}
