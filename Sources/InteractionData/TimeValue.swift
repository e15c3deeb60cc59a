import FileFormats

/// Reading times from bytes: numbers, or dates and times in ISO 8601.
enum TimeValue {
  /// The time in `bytes[start..<end]` in seconds since 1970, blanks around it ignored; `nil` when it is not a time.
  static func value(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Double? {
    var (start, end) = (start, end)
    while start < end && (bytes[start] == 0x20 || bytes[start] == 0x09) { start += 1 }
    while end > start && (bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09) { end -= 1 }
    // Checked first, because parsing such a text as a number fails slowly.
    if end - start >= 10, bytes[start + 4] == UInt8(ascii: "-") { return date(bytes, start, end) }
    return DecimalNumber.value(bytes, start, end).map(seconds)
  }

  /// A time written as a number, in seconds.
  ///
  /// From 10¹¹ on, which in seconds is the year 5138, it is in milliseconds (12 or 13 digits), from 10¹⁴ on in
  /// microseconds, from 10¹⁷ on in nanoseconds.
  @inline(__always)
  static func seconds(_ number: Double) -> Double {
    if number < 1e11 { return number }
    return number < 1e14 ? number / 1e3 : number < 1e17 ? number / 1e6 : number / 1e9
  }

  /// `YYYY-MM-DD`, then perhaps `T` or a blank and `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fraction`, then perhaps `Z`, `UTC` or
  /// an offset such as `+02:00`; without one the time is in UTC.
  private static func date(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Double? {
    guard var text = Cursor(bytes, start, end) else { return nil }
    guard let year = text.digits(4), year > 0, text.take("-"), let month = text.digits(2), text.take("-"),
      let day = text.digits(2), 1...12 ~= month, 1...daysInMonth(month, year) ~= day
    else { return nil }
    var seconds = Double(days(year, month, day)) * 86_400
    if text.isAtEnd { return seconds }
    guard text.take("T") || text.take("t") || text.take(" "), let hour = text.digits(2), text.take(":"),
      let minute = text.digits(2), hour < 24, minute < 60
    else { return nil }
    seconds += Double(hour * 3600 + minute * 60)
    if text.take(":") {
      // A leap second has the number 60.
      guard let second = text.digits(2), second <= 60 else { return nil }
      seconds += Double(second)
      if text.take(".") || text.take(",") {
        guard let fraction = text.fraction() else { return nil }
        seconds += fraction
      }
    }
    if text.isAtEnd { return seconds }
    _ = text.take(" ")
    if text.take("Z") || text.take("z") { return text.isAtEnd ? seconds : nil }
    if text.take("U") { return text.take("T") && text.take("C") && text.isAtEnd ? seconds : nil }
    let isWest = text.take("-")
    guard isWest || text.take("+"), let hours = text.digits(2), hours < 24 else { return nil }
    var offset = hours * 3600
    if !text.isAtEnd {
      _ = text.take(":")
      guard let minutes = text.digits(2), minutes < 60, text.isAtEnd else { return nil }
      offset += minutes * 60
    }
    return seconds + Double(isWest ? offset : -offset)
  }

  private static func daysInMonth(_ month: Int, _ year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// The days from 1970-01-01 to a day of the Gregorian calendar.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    // Years that begin in March have the leap day at their end.
    let year = month <= 2 ? year - 1 : year
    let monthFromMarch = (month + 9) % 12
    let leapDays = year / 4 - year / 100 + year / 400
    return 365 * year + leapDays + (153 * monthFromMarch + 2) / 5 + day - 1 - 719_468
  }

  /// Reads a short text from its start.
  private struct Cursor {
    private var bytes = InlineArray<40, UInt8>(repeating: 0)
    private var position = 0
    private let end: Int

    /// - Returns: `nil` when the text is longer than any time.
    init?(_ source: Span<UInt8>, _ start: Int, _ end: Int) {
      guard end - start <= 40 else { return nil }
      self.end = end - start
      for index in start..<end { bytes[index - start] = source[index] }
    }

    var isAtEnd: Bool { position == end }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard position < end, bytes[position] == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }

    mutating func digits(_ count: Int) -> Int? {
      guard position + count <= end else { return nil }
      var value = 0
      for _ in 0..<count {
        let digit = bytes[position] &- 48
        guard digit < 10 else { return nil }
        value = 10 * value + Int(digit)
        position += 1
      }
      return value
    }

    /// One or more digits after a decimal point; those beyond the ninth are ignored.
    mutating func fraction() -> Double? {
      var (value, scale) = (0.0, 1.0)
      var count = 0
      while position < end, bytes[position] &- 48 < 10 {
        if count < 9 {
          value = 10 * value + Double(bytes[position] - 48)
          scale *= 10
        }
        count += 1
        position += 1
      }
      return count == 0 ? nil : value / scale
    }
  }
}
