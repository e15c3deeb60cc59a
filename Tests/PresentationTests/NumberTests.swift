import Presentation
import Testing

@Suite("Numbers as people read them")
struct NumberTests {
  @Test("have a true minus sign, none for a zero, and a dash where there is no number")
  func signs() {
    #expect(Number.decimal(-1234.5, 1) == "−1234.5")
    #expect(Number.decimal(-0.00004) == "0.0000")
    #expect(Number.decimal(-0.00005) == "−0.0001")
    #expect(Number.decimal(12345.678) == "12345.6780")
    for value in [Double.nan, .infinity, -.infinity] {
      #expect(Number.decimal(value) == "–")
      #expect(Number.text(value) == "–")
      #expect(Number.text(value, decimals: 2) == "–")
    }
    #expect(Number.percent(0.0625) == "6.2 %")
    #expect(Number.percent(-0.5, decimals: 0) == "−50 %")
  }

  @Test("have thousands set apart on pages, from five digits on")
  func thousands() {
    #expect(Number.text(-1234567.891, decimals: 2) == "−1,234,567.89")
    #expect(Number.text(1234.5, decimals: 1) == "1234.5")
    #expect(Number.text(-0.00001, decimals: 3) == "0.000")
    #expect(Number.text(20_108) == "20,108")
    #expect(Number.text(1e15, decimals: 2) == "1.000e+15")
  }

  @Test("have four significant digits where their size is unknown")
  func significant() {
    #expect(Number.text(1234.5) == "1234")
    #expect(Number.text(0.000012345) == "1.23 × 10⁻⁵")
    #expect(Number.text(-0.01) == "−0.01")
    #expect(Number.text(12.30004) == "12.3")
    #expect(Number.text(100.0) == "100")
    #expect(Number.text(99.9999) == "100")
    #expect(Number.text(0.0) == "0")
  }

  private static let given: [(value: Double, text: String)] = [
    (0.50001, "0.50001"), (0.6, "0.6"), (1, "1"), (0, "0"), (0.1 + 0.2, "0.30000000000000004"), (1e-6, "1 × 10⁻⁶"),
    (1.2345e-6, "1.2345 × 10⁻⁶"), (-0.25, "−0.25"), (20_000, "20000"), (1e300, "1 × 10³⁰⁰"),
  ]

  @Test("have all digits where they were given, and read back as the same", arguments: given)
  func exact(value: Double, text: String) {
    #expect(Number.exact(value) == text)
    #expect(Double(Number.plain(value)) == value)
    #expect(Number.exact(.nan) == "–" && Number.exact(-.infinity) == "–")
  }

  @Test("have a hyphen in files for programs")
  func plain() {
    #expect(Number.plain(-1.25, decimals: 3) == "-1.250")
    #expect(Number.plain(-0.0001, decimals: 3) == "0.000")
    #expect(Number.plain(-1.25) == "-1.25" && Number.plain(3) == "3" && Number.plain(1e-7) == "1e-07")
  }
}
