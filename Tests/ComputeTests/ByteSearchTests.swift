import Compute
import Testing

@Suite("Searching for two bytes")
struct ByteSearchTests {
  private static func text(_ count: Int, share: Double, seed: UInt64) -> [UInt8] {
    var random = Seed(seed).stream(.simulation)
    return (0..<count).map { _ in
      random.uniform() < share ? (random.uniform() < 0.5 ? 44 : 10) : UInt8(random.integer(below: 256))
    }
  }

  @Test(
    "every position comes once and in order, then the end",
    arguments: [0, 1, 63, 64, 65, 127, 128, 8191, 8192, 8193, 20_000], [0, 0.003, 0.2, 1])
  func positions(count: Int, share: Double) {
    let bytes = Self.text(count + 7, share: share, seed: 90)
    let range = 3..<count + 3
    let expected = range.filter { bytes[$0] == 44 || bytes[$0] == 10 }
    var search = ByteSearch(44, or: 10, in: range)
    let found = expected.map { _ in search.next(in: bytes.span) }
    #expect(found == expected)
    #expect(search.next(in: bytes.span) == range.upperBound && search.next(in: bytes.span) == range.upperBound)
  }

  @Test("skipping passes over what lies before a position", arguments: [0, 5, 70, 9000, 19_999, 20_000])
  func skip(position: Int) {
    let bytes = Self.text(20_000, share: 0.1, seed: 91)
    var search = ByteSearch(44, or: 10, in: 0..<20_000)
    search.skip(to: position, in: bytes.span)
    #expect(
      search.next(in: bytes.span) == (position..<20_000).first { bytes[$0] == 44 || bytes[$0] == 10 } ?? 20_000)
  }
}
