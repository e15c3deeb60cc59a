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
