import Autoencoders
import Compute
import FileFormats
import Testing
import Tuning

@Suite("The Parzen sampler")
struct ParzenSamplerTests {
  private static let space = SearchSpace([
    SearchedSetting(name: "x", isWhole: false, range: .linear(0...1)),
    SearchedSetting(name: "y", isWhole: false, range: .linear(0...1)),
    SearchedSetting(name: "kind", isWhole: false, range: .among(["a", "b", "c"])),
  ])

  /// Largest, 0, at (0.7, 0.2, "b").
  private static func value(_ point: [Double]) -> Double {
    -(point[0] - 0.7) * (point[0] - 0.7) - (point[1] - 0.2) * (point[1] - 0.2) - (point[2] == 1 ? 0 : 0.3)
  }

  private func search(_ trials: Int, seed: UInt64) -> [SearchPoint] {
    let sampler = ParzenSampler(Self.space)
    return (0..<trials).reduce(into: []) { history, trial in
      let place = sampler.proposal(trial: trial, after: history, seed: Seed(seed))
      history.append(SearchPoint(place, value: Self.value(place)))
    }
  }

  @Test("a proposal is a function of seed, trial and history, and lies in the space")
  func function() {
    let history = search(25, seed: 3)
    #expect(history == search(25, seed: 3))
    #expect(history != search(25, seed: 4))
    for point in history {
      #expect((0...1).contains(point.place[0]) && (0...1).contains(point.place[1]))
      #expect([0, 1, 2].contains(point.place[2]))
    }
  }

  @Test("of the first ten points, each tenth of every dimension has one")
  func start() {
    let points = search(10, seed: 9)
    for dimension in 0..<2 { #expect(Set(points.map { Int($0.place[dimension] * 10) }).count == 10) }
    #expect((0..<3).allSatisfy { choice in points.count { $0.place[2] == Double(choice) } >= 3 })
  }

  @Test("with forty trials it comes nearer to the optimum than even draws do, by the median of 25 seeds")
  func better() {
    func median(_ best: (UInt64) -> Double) -> Double { (0..<25).map { best(UInt64($0)) }.sorted()[12] }
    let found = median { seed in search(40, seed: seed).compactMap(\.value).max() ?? -1 }
    let drawn = median { seed in
      var random = Seed(seed).stream(for: SearchDraw.trial, 0)
      return (0..<40).map { _ in
        Self.value([random.uniform(), random.uniform(), Double(random.integer(below: 3))])
      }.max() ?? -1
    }
    #expect(found > drawn / 3, "\(found) after a search, \(drawn) of even draws")
  }

  @Test("the choice and the region of the good trials are proposed more often than others")
  func concentrates() {
    let sampler = ParzenSampler(Self.space)
    let history = search(40, seed: 1)
    let proposals = (0..<200).map { sampler.proposal(trial: 1000 + $0, after: history, seed: Seed(1)) }
    // Even draws would have a third and a quarter.
    #expect(proposals.count { $0[2] == 1 } > 110)
    #expect(proposals.count { abs($0[0] - 0.7) < 0.125 } > 100)
  }

  @Test("a trial is seldom proposed near one that is running")
  func pending() {
    let sampler = ParzenSampler(Self.space)
    let history = search(40, seed: 1)
    func proposals(_ pending: [[Double]]) -> [[Double]] {
      (0..<120).map { sampler.proposal(trial: 1000 + $0, after: history, pending: pending, seed: Seed(1)) }
    }
    let free = proposals([])
    let running = Array(free.prefix(3))
    func near(_ proposals: [[Double]]) -> Int {
      proposals.dropFirst(3).count { point in
        running.contains { abs($0[0] - point[0]) < 0.1 && abs($0[1] - point[1]) < 0.1 && $0[2] == point[2] }
      }
    }
    let (without, with) = (near(free), near(proposals(running)))
    #expect(without > 10 && 4 * with < 3 * without, "\(with) near running trials, instead of \(without)")
  }

  @Test("trials that failed are never among the good ones, not even where all failed")
  func failures() {
    let sampler = ParzenSampler(Self.space)
    let failed = (0..<12).map { SearchPoint([0.9, 0.9, Double($0 % 3)], value: nil) }
    let proposals = (0..<100).map { sampler.proposal(trial: $0, after: failed, seed: Seed(2)) }
    #expect(proposals.count { $0[0] > 0.8 && $0[1] > 0.8 } < 10)
    let one = failed + [SearchPoint([0.2, 0.2, 0], value: 1)]
    let near = (0..<100).map { sampler.proposal(trial: $0, after: one, seed: Seed(2)) }
    #expect(near.count { $0[0] < 0.5 } > 60)
  }
}
