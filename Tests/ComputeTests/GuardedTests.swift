import Compute
import Testing

@Suite("Guarded values")
struct GuardedTests {
  private struct Broken: Error {}

  @Test("no change is lost when many threads make them")
  func changes() throws {
    let table = Guarded<[Int: [Int]]>([:])
    _ = try Processor(engine: .gsl, threads: 8).map(count: 4_000) { index in
      table.withLock { $0[index % 5, default: []].append(index) }
    }
    let found = table.withLock { $0 }
    #expect(found.values.flatMap(\.self).sorted() == Array(0..<4_000))
  }

  @Test("an error comes out, and the next one is let in")
  func errors() {
    let number = Guarded(1)
    #expect(throws: Broken.self) {
      try number.withLock { number in
        number = 2
        throw Broken()
      }
    }
    #expect(number.withLock { $0 } == 2)
  }
}
