import Compute
import Testing

@Suite("Times of passes")
struct PassMeterTests {
  @Test("passes with a name are counted with their pieces, others are not", arguments: [1, 3])
  func counting(threads: Int) throws {
    let meter = PassMeter()
    var processor = Processor(engine: .gsl, threads: threads)
    processor.meter = meter
    var numbers = Array(0..<40)
    for _ in 0..<3 { try processor.forEach(&numbers, as: Pass("rows")) { _, number in number += 1 } }
    try processor.forEach(&numbers) { _, number in number += 1 }
    let squares = try processor.map(count: 7, as: Pass("squares")) { $0 * $0 }
    #expect(numbers == Array(4..<44) && squares == [0, 1, 4, 9, 16, 25, 36])
    let readings = meter.readings
    #expect(readings.map(\.pass.name) == ["rows", "squares"])
    #expect(readings.map(\.passes) == [3, 1] && readings.map(\.pieces) == [120, 7])
    meter.reset()
    #expect(meter.readings.isEmpty)
  }

  @Test("a piece ten times as long as the nine others is most of the pass, on any number of threads")
  func largest() throws {
    let meter = PassMeter()
    var processor = Processor(engine: .gsl, threads: 2)
    processor.meter = meter
    var sums = [Double](repeating: 0, count: 10)
    try processor.forEach(&sums, as: Pass("sums")) { index, sum in
      for step in 0..<(index == 3 ? 4_000_000 : 4_000) { sum += Double(step).squareRoot() }
    }
    let reading = try #require(meter.readings.first)
    #expect(reading.largest <= reading.work && reading.largest <= reading.elapsed)
    #expect(reading.imbalance > 2 && reading.imbalance <= 10)
    #expect(reading.leastSeconds(threads: 1) == reading.work)
    #expect(reading.leastSeconds(threads: 64) == reading.largest)
  }

  @Test("pieces that throw are counted, and the error arrives")
  func throwing() throws {
    struct Refusal: Error {}
    let meter = PassMeter()
    var processor = Processor(engine: .gsl, threads: 2)
    processor.meter = meter
    #expect(throws: Refusal.self) {
      try processor.map(count: 5, as: Pass("refused")) { index in if index == 2 { throw Refusal() } }
    }
    #expect(meter.readings.first?.pieces == 5)
  }
}
