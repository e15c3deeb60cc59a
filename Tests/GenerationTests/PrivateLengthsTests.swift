import Compute
import Generation
import InteractionData
import TestSupport
import Testing

/// Profile lengths that say nothing about any one user.
@Suite("Private profile lengths")
struct PrivateLengthsTests {
  private static let rows = SparseRows(
    columnCount: 400, rows: (0..<600).map { user in Array(0..<(user % 3 == 0 ? 5 : 40)) })

  @Test("at a large ε the bins of the true lengths hold the users")
  func faithful() throws {
    let found = try #require(LengthHistogram(of: Self.rows, epsilon: 50, seed: Seed(1)))
    #expect(found.total == 600)
    #expect(found.counts[4..<6].reduce(0, +) == 200, "\(found.users)")
    #expect(found.counts[28..<45].reduce(0, +) == 400, "\(found.users)")
  }

  @Test("noise has the distribution that ε asks for, and neighbours differ in one bin by 1")
  func noise() throws {
    let epsilon = 0.4
    var random = Seed(2).stream(.resampling)
    let n = 100_000
    var counts: [Int: Int] = [:]
    for _ in 0..<n { counts[random.geometric(epsilon: epsilon) - random.geometric(epsilon: epsilon), default: 0] += 1 }
    // P(k) = (1 − a)/(1 + a) a^|k| with a = e^−ε.
    let a = 0.670320046
    for k in -6...6 {
      var expected = Double(n) * (1 - a) / (1 + a)
      for _ in 0..<abs(k) { expected *= a }
      #expect(
        abs(Double(counts[k] ?? 0) - expected) < 4.5 * expected.squareRoot(), "\(k): \(counts[k] ?? 0), \(expected)")
    }
  }

  @Test("lengths that nobody has stay away, whatever the seed", arguments: [0.1, 1.0])
  func thresholds(epsilon: Double) throws {
    var (strangers, drawn) = (0, 0)
    for seed in 0..<200 {
      let found = try #require(LengthHistogram(of: Self.rows, epsilon: epsilon, seed: Seed(UInt64(seed))))
      #expect(found.counts[0] == 0 && found.counts.count <= 401)
      strangers += found.counts[100...].contains { $0 > 0 } ? 1 : 0
      drawn += 1
    }
    #expect(Double(strangers) / Double(drawn) < 0.3)
  }

  @Test("someone is always left to draw from")
  func nobody() throws {
    let one = SparseRows(columnCount: 50, rows: [[1, 2, 3]])
    for seed in 0..<50 {
      let found = try #require(LengthHistogram(of: one, epsilon: 0.05, seed: Seed(UInt64(seed))))
      #expect(found.total > 0 && found.least >= 1)
    }
  }
}
