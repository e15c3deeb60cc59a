import Compute
import Testing

@Suite("Cores")
struct CoresTests {
  @Test("a limit of processor time is rounded up to whole cores, and the smallest of several counts")
  func quotas() {
    #expect(Cores.quota(of: []) == nil)
    #expect(Cores.quota(of: [("max", "100000"), ("-1", "100000"), ("", "")]) == nil)
    #expect(Cores.quota(of: [("200000", "100000")]) == 2)
    #expect(Cores.quota(of: [("150000", "100000"), ("max", "100000"), ("400000", "100000")]) == 2)
    #expect(Cores.quota(of: [("20000", "100000")]) == 1)
    #expect(Cores.quota(of: [("1e300", "1")]) == 1_000_000)
  }

  @Test("as many cores are counted as are named, or fewer")
  func allowed() {
    let named = Cores.allowed.reduce(0) { $0 + $1.nonzeroBitCount }
    #expect(Processor.availableCores >= 1)
    #expect(named == 0 || Processor.availableCores <= named)
  }
}
