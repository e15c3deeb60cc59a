import Plots
import Testing

@Suite("Scales and ticks")
struct ScaleTests {
  @Test("a step is 1, 2 or 5 times a power of ten", arguments: [0.0003, 0.07, 1, 9, 10, 11, 123, 4567, 1e9])
  func steps(span: Double) {
    for ticks in 2...12 {
      var step = ScaledDomain.niceStep(span, ticks: ticks)
      #expect(span / step <= 2 * Double(ticks) && span / step >= Double(ticks) / 2)
      while step < 0.99 { step *= 10 }
      while step > 9.99 { step /= 10 }
      #expect([1, 2, 5].contains { abs($0 - step) < 1e-9 })
    }
  }

  @Test("ends are rounded outwards to ticks, and the ticks say so exactly")
  func linear() {
    let domain = ScaledDomain(.linear, values: 0.03...0.97)
    #expect(domain.lower == 0)
    #expect(domain.upper == 1)
    #expect(domain.ticks().map(\.label) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(domain.share(0.5) == 0.5)
    #expect(domain.share(.nan) == nil)
  }

  @Test("values that end on a tick add no step")
  func exact() {
    #expect(ScaledDomain(.linear, values: 0...0.3).upper <= 0.3 + 1e-12)
    #expect(ScaledDomain(.linear, values: -10...10).lower == -10)
  }

  @Test("negative numbers have a minus sign, thousands are set apart")
  func labels() {
    #expect(
      ScaledDomain(.linear, values: -20_000...20_000).ticks().map(\.label)
        == ["−20,000", "−10,000", "0", "10,000", "20,000"])
  }

  @Test("equal ratios are equal distances on a logarithmic axis")
  func logarithmic() throws {
    let domain = ScaledDomain(.logarithmic, values: 2...4_000)
    #expect(domain.lower == 1)
    #expect(abs(domain.upper - 10_000) < 1e-6)
    #expect(domain.ticks().map(\.label) == ["1", "10", "100", "1000", "10,000"])
    let share = try #require(domain.share(100))
    #expect(abs(share - 0.5) < 1e-12)
    #expect(domain.share(0) == nil)
    #expect(domain.share(-1) == nil)
    #expect(
      ScaledDomain(.logarithmic, values: 1e-9...1e-7).ticks().map(\.label).contains("10⁻⁸"))
  }

  @Test("one value, none or equal values still have an axis", arguments: [nil, 5...5, 0...0, -3 ... -3])
  func degenerate(values: ClosedRange<Double>?) throws {
    let domain = ScaledDomain(.linear, values: values)
    #expect(domain.lower < domain.upper)
    #expect(domain.ticks().count >= 2)
    if let values { #expect((0...1).contains(try #require(domain.share(values.lowerBound)))) }
  }

  @Test("categories lie in the middle of their places")
  func categories() throws {
    let domain = ScaledDomain(.categories(["a", "b"]), values: nil)
    #expect(domain.share(0) == 0.25)
    #expect(domain.share(1) == 0.75)
    #expect(domain.ticks().map(\.label) == ["a", "b"])
  }

  @Test("all ticks lie within the ends", arguments: [0.001, 0.37, 4, 99, 123_456])
  func within(size: Double) {
    for scale in [Scale.linear, .logarithmic] {
      let domain = ScaledDomain(scale, values: size...(size * 7.3))
      let ticks = domain.ticks()
      #expect(ticks.count >= 2 && ticks.count <= 14)
      for tick in ticks {
        let share = domain.share(tick.value) ?? -1
        #expect(share > -1e-6 && share < 1 + 1e-6)
      }
    }
  }
}
