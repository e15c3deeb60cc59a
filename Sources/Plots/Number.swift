import Foundation

/// How plots write numbers.
public enum Number {
  /// A coordinate: at most two decimals, no trailing zeros.
  static func coordinate(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let hundredths = Int((max(-1e9, min(1e9, value)) * 100).rounded())
    if hundredths % 100 == 0 { return "\(hundredths / 100)" }
    let sign = hundredths < 0 ? "-" : ""
    let (whole, rest) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
    return "\(sign)\(whole)." + (rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)")
  }

  /// A number with so many decimals, thousands set apart, a real minus sign; a dash for what is not finite.
  public static func text(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return "–" }
    if abs(value) >= 1e15 { return String(format: "%.3e", value) }
    let digits = String(format: "%.\(max(0, decimals))f", abs(value))
    let isZero = digits.allSatisfy { $0 == "0" || $0 == "." }
    let parts = digits.split(separator: ".")
    let whole = grouped(String(parts[0]))
    return (value < 0 && !isZero ? "−" : "") + whole + (parts.count > 1 ? "." + parts[1] : "")
  }

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

  /// 10 to the power of `exponent`, such as 10⁻³.
  static func power(_ exponent: Int) -> String {
    let superscripts: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    let digits = String(abs(exponent)).compactMap { $0.wholeNumberValue.map { superscripts[$0] } }
    return "10" + (exponent < 0 ? "⁻" : "") + String(digits)
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
