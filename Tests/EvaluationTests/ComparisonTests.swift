import Compute
import Evaluation
import Foundation
import Testing

@Suite("Holm's correction")
struct HolmTests {
  @Test(
    "p-values are multiplied by m, m − 1, … and never fall below one before",
    arguments: [
      // 4 · 0.005, 3 · 0.01, 2 · 0.03, 1 · 0.04 → not below 0.06.
      ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
      ([0.5, 0.6], [1, 1]), ([0.02], [0.02]), ([], []), ([0, 1], [0, 1]),
      ([0.02, 0.02, 0.02], [0.06, 0.06, 0.06]),
    ])
  func golden(pValues: [Double], expected: [Double]) {
    let adjusted = Holm.adjusted(pValues)
    #expect(adjusted.count == expected.count)
    for (a, b) in zip(adjusted, expected) { #expect(isClose(a, b)) }
  }

  @Test(
    "each test is held against those left at its step, and those not rejected against as many as were left at the end",
    arguments: [
      // 0.005 < 0.05/4 and 0.01 < 0.05/3 are rejected; 0.03 ≥ 0.05/2 stops the procedure with two left.
      ([0.01, 0.04, 0.03, 0.005], [3, 2, 2, 4]), ([0.5, 0.6], [2, 2]), ([0.02], [1]), ([], []), ([0, 1], [2, 1]),
      ([0.001, 0.001, 0.04], [3, 3, 1]), ([0.02, 0.02, 0.02], [3, 3, 3]),
    ])
  func counts(pValues: [Double], expected: [Int]) {
    let counts = Holm.counts(pValues, alpha: 0.05)
    #expect(counts == expected)
    for (index, adjusted) in Holm.adjusted(pValues).enumerated() {
      #expect((pValues[index] * Double(counts[index]) < 0.05) == (adjusted < 0.05))
    }
  }
}

@Suite("Paired comparisons")
struct ComparisonTests {
  private let metric = Metric(.ndcg, at: 100)

  @Test("one pair: mean 0.3, sd 0.158, n 5 give t = 4.243, p = 0.0132 and 0.3 ± 2.776 · 0.0707")
  func onePair() throws {
    // Differences 0.1, 0.2, 0.3, 0.4, 0.5: variance 0.1 / 4, standard error √(0.025 / 5).
    let pair = try #require(
      PairedComparison.allPairs(
        of: [("a", [0.2, 0.3, 0.4, 0.5, 0.6]), ("b", [0.1, 0.1, 0.1, 0.1, 0.1])], metric: metric
      ).first)
    #expect(isClose(pair.difference, 0.3))
    // For 4 degrees of freedom P(|T| > t) = 1 − (3/2) · s · (1 − s²/3) with s = t / √(t² + 4); here t² = 18.
    let s = (18.0 / 22).squareRoot()
    #expect(isClose(pair.pValue ?? -1, 1 - 1.5 * s * (1 - s * s / 3), tolerance: 1e-9))
    let interval = try #require(pair.interval)
    #expect(isClose(interval.upper - 0.3, 2.7764451052 * 0.005.squareRoot(), tolerance: 1e-9))
    #expect(isClose(interval.upper - 0.3, 0.3 - interval.lower))
  }

  @Test("three models give the pairs ab, ac, bc, p-values of Holm and the intervals of Holm's steps")
  func threeModels() throws {
    let a = [0.5, 0.6, 0.8, 0.4, 0.7, 0.9]
    let b = [0.4, 0.6, 0.6, 0.5, 0.5, 0.7]
    let c = [0.1, 0.3, 0.2, 0.0, 0.4, 0.3]
    let all = PairedComparison.allPairs(of: [("a", a), ("b", b), ("c", c)], metric: metric)
    #expect(all.map { $0.a + $0.b } == ["ab", "ac", "bc"])
    func alone(_ index: Int, _ level: Double) -> PairedComparison {
      let values = [(a, b), (a, c), (b, c)][index]
      return PairedComparison.allPairs(of: [("x", values.0), ("y", values.1)], metric: metric, level: level)[0]
    }
    let pValues = (0..<3).compactMap { alone($0, 0.95).pValue }
    #expect(all.map(\.pValue) == Holm.adjusted(pValues).map(Optional.some))
    let counts = Holm.counts(pValues, alpha: 0.05)
    #expect(Set(counts) == [1, 2, 3])
    for (index, together) in all.enumerated() {
      let single = alone(index, 1 - 0.05 / Double(counts[index]))
      let (wide, narrow) = (try #require(together.interval), try #require(single.interval))
      #expect(isClose(wide.lower, narrow.lower) && isClose(wide.upper, narrow.upper))
    }
  }

  @Test("an interval leaves out 0 exactly where the corrected p-value is below 0.05", arguments: 0..<20)
  func agreement(seed: UInt64) throws {
    var random = Seed(seed).stream(.simulation)
    var shown = 0
    for _ in 0..<50 {
      // Differences on both sides of what can be shown.
      let models = (0..<5).map { model in
        (name: "m\(model)", values: (0..<15).map { _ in 0.4 * Double(model) + random.gaussian() })
      }
      for pair in PairedComparison.allPairs(of: models, metric: metric) {
        let (interval, pValue) = (try #require(pair.interval), try #require(pair.pValue))
        #expect((interval.lower > 0 || interval.upper < 0) == (pValue < 0.05), "\(pair)")
        if pValue < 0.05 { shown += 1 }
      }
    }
    #expect(shown > 50 && shown < 450, "\(shown) of 500: both kinds are tried")
  }

  @Test("without variance p is 1 for no difference and 0 for the same difference everywhere")
  func noVariance() {
    let values = [0.1, 0.2, 0.7]
    let same = PairedComparison.allPairs(of: [("a", values), ("b", values)], metric: metric)
    #expect(same.map(\.pValue) == [1] && same[0].interval == .init(lower: 0, upper: 0))
    let shifted = PairedComparison.allPairs(of: [("a", [1, 2, 3]), ("b", [0.5, 1.5, 2.5])], metric: metric)
    #expect(shifted.map(\.pValue) == [0] && shifted[0].interval == .init(lower: 0.5, upper: 0.5))
  }

  @Test("one user allows no test")
  func oneUser() {
    let pair = PairedComparison.allPairs(of: [("a", [1]), ("b", [0.25])], metric: metric)[0]
    #expect(pair.difference == 0.75 && pair.interval == nil && pair.pValue == nil)
  }

  @Test("one model has nothing to be compared with")
  func oneModel() {
    #expect(PairedComparison.allPairs(of: [("a", [1, 2])], metric: metric).isEmpty)
  }

  @Test("where models do not differ, one family in twenty or fewer claims a difference", arguments: [1, 2])
  func falseClaims(seed: UInt64) {
    var random = Seed(seed).stream(.simulation)
    var (claims, misses) = (0, 0)
    let runs = 1000
    for _ in 0..<runs {
      let models = ["a", "b", "c"].map { (name: $0, values: (0..<20).map { _ in random.gaussian() }) }
      let pairs = PairedComparison.allPairs(of: models, metric: metric)
      if pairs.contains(where: { ($0.pValue ?? 1) < 0.05 }) { claims += 1 }
      if pairs.contains(where: { $0.interval.map { $0.lower > 0 || $0.upper < 0 } ?? false }) { misses += 1 }
    }
    // Binomial deviation √(1000 · 0.05 · 0.95) = 6.9; four of them are allowed for.
    #expect(claims < 50 + 28, "seed \(seed)")
    #expect(misses <= claims, "seed \(seed)")
    #expect(claims > 10, "seed \(seed): the test is not simply never significant")
  }

  @Test("JSON has a, b, metric, difference, interval and pValue, with null for what is missing")
  func json() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let full = PairedComparison(
      a: "x", b: "y", metric: metric, difference: 0.5, interval: .init(lower: 0.25, upper: 0.75),
      pValue: 0.125)
    #expect(
      String(decoding: try encoder.encode(full), as: UTF8.self)
        == #"{"a":"x","b":"y","difference":0.5,"interval":[0.25,0.75],"metric":"ndcg@100","pValue":0.125}"#)
    let bare = PairedComparison(a: "x", b: "y", metric: metric, difference: 0.5, interval: nil, pValue: nil)
    #expect(
      String(decoding: try encoder.encode(bare), as: UTF8.self)
        == #"{"a":"x","b":"y","difference":0.5,"interval":null,"metric":"ndcg@100","pValue":null}"#)
    for pair in [full, bare] {
      #expect(try JSONDecoder().decode(PairedComparison.self, from: try encoder.encode(pair)) == pair)
    }
  }
}
