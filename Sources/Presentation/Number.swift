import Foundation

/// Numbers for people: the same in every locale, with a true minus sign, none for zero, and a dash for values that are
/// not finite.
///
/// Files for programs (JSON, CSV, TSV) have numbers in Swift's format, or ``plain(_:decimals:)``.
public enum Number {
  /// A number with a given number of decimals, in tables and sentences.
  public static func decimal(_ value: Double, _ decimals: Int = 4) -> String {
    guard value.isFinite else { return "–" }
    let digits = fixed(abs(value), decimals)
    return (value < 0 && digits.contains { $0 != "0" && $0 != "." } ? "−" : "") + digits
  }

  /// A share in percent.
  public static func percent(_ share: Double, decimals: Int = 1) -> String { decimal(100 * share, decimals) + " %" }

  /// A number in the form of ``decimal(_:_:)`` with separated thousands, for pages, where numbers are not copied into
  /// programs.
  public static func text(_ value: Double, decimals: Int) -> String {
    if value.isFinite && abs(value) >= 1e15 { return String(format: "%.3e", value) }
    let parts = decimal(abs(value), decimals).split(separator: ".", maxSplits: 1)
    let sign = decimal(value, decimals).hasPrefix("−") ? "−" : ""
    return sign + grouped(String(parts[0])) + (parts.count > 1 ? "." + parts[1] : "")
  }

  /// A whole number with separated thousands, for pages.
  public static func text(_ count: Int) -> String { text(Double(count), decimals: 0) }

  /// A number to four significant digits, whatever its size, without zeros at the end.
  public static func text(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    if value == 0 { return "0" }
    let size = Int(log10(abs(value)).rounded(.down))
    if size < -4 || size > 9 {
      let factor = value / pow(10, Double(size))
      return text(factor, decimals: 2) + " × " + power(size)
    }
    let written = text(value, decimals: value == value.rounded() ? 0 : max(0, 3 - size))
    guard written.contains(".") else { return written }
    let kept = written.reversed().drop { $0 == "0" }
    return String((kept.first == "." ? kept.dropFirst() : kept).reversed())
  }

  /// A number with all the digits that tell it from every other, for what was given, such as a limit or a temperature.
  public static func exact(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    let parts = plain(abs(value)).split(separator: "e")
    let exponent = parts.count > 1 ? Int(parts[1]) : nil
    return (value < 0 ? "−" : "") + String(parts[0]) + (exponent.map { " × " + power($0) } ?? "")
  }

  /// The same for programs: it reads back as the same number.
  public static func plain(_ value: Double) -> String {
    let written = "\(value)"
    return written.hasSuffix(".0") ? String(written.dropLast(2)) : written
  }

  /// A number with a given number of decimals for programs, with a hyphen as the minus sign.
  public static func plain(_ value: Double, decimals: Int) -> String {
    decimal(value, decimals).replacing("−", with: "-")
  }

  /// 10 to the power of `exponent`, such as 10⁻³.
  public static func power(_ exponent: Int) -> String {
    let superscripts: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    let digits = String(abs(exponent)).compactMap { $0.wholeNumberValue.map { superscripts[$0] } }
    return "10" + (exponent < 0 ? "⁻" : "") + String(digits)
  }

  private static func fixed(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(max(0, decimals))f", value)
  }

  private static func grouped(_ digits: String) -> String {
    if digits.count < 5 { return digits }
    var result = ""
    for (place, digit) in digits.enumerated() {
      if place > 0 && (digits.count - place) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return result
  }
}
