import Compute
import Testing

/// The generator and its streams.
@Suite("Random streams")
struct RandomStreamTests {
  /// Philox4x32-10 written out from the paper (Salmon et al., SC 2011, section 3.3), to compare with.
  private static func philox(counter: [UInt32], key: [UInt32]) -> [UInt32] {
    var (x, k) = (counter, key)
    for _ in 0..<10 {
      let low = x[0].multipliedFullWidth(by: 0xD251_1F53)
      let high = x[2].multipliedFullWidth(by: 0xCD9E_8D57)
      x = [high.high ^ x[1] ^ k[0], high.low, low.high ^ x[3] ^ k[1], low.low]
      k = [k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85]
    }
    return x
  }

  @Test("the generator of the tests has the known answers of Random123")
  func referenceIsRight() {
    let ones = [UInt32](repeating: .max, count: 4)
    #expect(
      Self.philox(counter: [0, 0, 0, 0], key: [0, 0]) == [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8])
    #expect(
      Self.philox(counter: ones, key: Array(ones.prefix(2))) == [
        0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD,
      ])
  }

  @Test("key 0 begins with the known answer of Random123")
  func knownAnswer() {
    var random = RandomSource(key: 0)
    let bits = (0..<4).map { _ in random.bits() }
    #expect(bits == [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8])
  }

  @Test(
    "a stream is Philox of its key and the counters 0, 1, 2 …",
    arguments: [1, 0xDEAD_BEEF_0123_4567, UInt64.max])
  func counters(key: UInt64) {
    var random = RandomSource(key: key)
    let halves = [UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)]
    for counter in 0..<UInt32(100) {
      let block = (0..<4).map { _ in random.bits() }
      #expect(block == Self.philox(counter: [counter, 0, 0, 0], key: halves), "block \(counter)")
    }
  }

  private func first(_ seed: UInt64, _ purpose: RandomPurpose, _ index: Int? = nil, _ other: Int = 0)
    -> [UInt32]
  {
    var random =
      if let index { Seed(seed).stream(purpose, index, other) } else { Seed(seed).stream(purpose) }
    return (0..<8).map { _ in random.bits() }
  }

  @Test("the same seed, purpose and indices give the same numbers", arguments: RandomPurpose.allCases)
  func repeatable(_ purpose: RandomPurpose) {
    #expect(first(42, purpose) == first(42, purpose))
    #expect(first(42, purpose, 3, 1) == first(42, purpose, 3, 1))
  }

  @Test("seeds, purposes and indices all make a difference")
  func different() {
    var seen = Set<[UInt32]>()
    var streams = 0
    for seed in [UInt64(0), 1, 42, .max] {
      for purpose in RandomPurpose.allCases {
        seen.insert(first(seed, purpose))
        streams += 1
        for index in [-1, 0, 1, 2, 1000] {
          for other in [0, 1, 7] {
            seen.insert(first(seed, purpose, index, other))
            streams += 1
          }
        }
      }
    }
    #expect(seen.count == streams)
  }

  @Test("a stream does not depend on which others were drawn from")
  func independent() {
    let alone = first(5, .latentNoise, 2)
    var other = Seed(5).stream(.latentNoise, 1)
    for _ in 0..<1000 { _ = other.bits() }
    #expect(first(5, .latentNoise, 2) == alone)
  }

  @Test(
    "shuffles are permutations, and of ten things nearly every one is new", arguments: [0, 1, 2, 10, 1000])
  func permutations(count: Int) {
    var random = Seed(6).stream(.shuffle, count)
    var seen = Set<[Int]>()
    for _ in 0..<50 {
      let order = random.permutation(count)
      #expect(order.sorted() == Array(0..<count))
      seen.insert(order)
    }
    #expect(seen.count >= (count < 2 ? 1 : count == 2 ? 2 : 49))
  }

  @Test("the six orders of three things are equally likely")
  func fairShuffle() {
    var random = Seed(7).stream(.shuffle)
    var counts: [[Int]: Int] = [:]
    let draws = 60_000
    for _ in 0..<draws { counts[random.permutation(3), default: 0] += 1 }
    // Each count has a standard deviation of √(n·5/36) = 91; five of them leave one chance in 300,000.
    #expect(counts.count == 6)
    for (order, count) in counts { #expect(abs(count - draws / 6) < 5 * 91, "\(order): \(count)") }
  }

  @Test("whole numbers stay below their bound and reach every value", arguments: [1, 2, 3, 7, 100])
  func integers(bound: Int) {
    var random = Seed(8).stream(.negatives, bound)
    var seen = Set<Int>()
    for _ in 0..<100 * bound { seen.insert(random.integer(below: bound)) }
    #expect(seen == Set(0..<bound))
  }

  @Test("the runs of a seed have seeds of their own, the first this one, that a command line can repeat")
  func runs() {
    let seeds = (0..<200).flatMap { seed in (0..<20).map { Seed(UInt64(seed)).ofRun($0) } }
    #expect(seeds.allSatisfy { $0.value < 1 << 53 })
    #expect(Set(seeds.map(\.value)).count == seeds.count)
    #expect(Seed(42).ofRun(0) == Seed(42) && Seed(42).ofRun(1) == Seed(42).ofRun(1))
    // Results were made with these.
    #expect((1...2).map { Seed(42).ofRun($0).value } == [3_546_825_141_600_307, 8_693_998_520_658_630])
  }
}
