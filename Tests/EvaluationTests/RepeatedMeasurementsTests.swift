import Compute
import Evaluation
import Foundation
import Testing

/// A comparison with known truth: users differ, runs differ, and so do users from run to run.
private struct Simulation {
  /// Who is measured in which run.
  enum Design: CaseIterable {
    /// The same users in every run, as with fixed test files.
    case crossed
    /// A tenth of the users in every run, as with held-out users.
    case overlapping
    /// Each user in one of five runs, as with folds.
    case folds
    /// Three times five folds.
    case repeatedFolds
  }

  let runs: [[Int]]
  let userCount: Int

  init(_ design: Design, _ random: inout RandomSource) {
    func folds(_ users: Int) -> [[Int]] {
      let order = random.permutation(users)
      return (0..<5).map { Array(order[$0 * users / 5..<($0 + 1) * users / 5]) }
    }
    switch design {
    case .crossed: (userCount, runs) = (120, (0..<5).map { _ in Array(0..<120) })
    case .overlapping:
      (userCount, runs) = (600, (0..<5).map { _ in Array(random.permutation(600)[..<60]) })
    case .folds: (userCount, runs) = (300, folds(300))
    case .repeatedFolds: (userCount, runs) = (300, (0..<3).flatMap { _ in folds(300) })
    }
  }

  /// Differences whose mean is 0; of users they are skewed, and of four in ten there is none, as with metrics of short lists.
  func differences(ofRuns share: Double, _ random: inout RandomSource) -> [Double] {
    func skewed() -> Double {
      let draw = -log(random.positiveUniform()) - 1
      return random.uniform() < 0.4 ? 0 : draw
    }
    let users = (0..<userCount).map { _ in skewed() }
    return runs.flatMap { run -> [Double] in
      let ofRun = (share * 1.4 / Double(run.count)).squareRoot() * random.gaussian()
      return run.map { users[$0] + ofRun + 0.6 * skewed() }
    }
  }
}

@Suite("Means over users and runs")
struct RepeatedMeasurementsTests {
  private let metric = Metric(.ndcg, at: 100)

  @Test(
    "over 2,000 replications the interval has the true difference in 95 ± 2 % of them",
    arguments: Simulation.Design.allCases, [0, 1, 4, 20])
  private func coverage(design: Simulation.Design, share: Double) {
    var random = Seed(UInt64(share) + 11).stream(.simulation)
    var held = 0
    let replications = 2000
    for _ in 0..<replications {
      let simulation = Simulation(design, &random)
      let repeated = RepeatedMeasurements(simulation.runs.map { $0.map { "u\($0)" } })
      let differences = simulation.differences(ofRuns: share, &random)
      let pair = PairedComparison.allPairs(
        of: [("a", differences), ("b", differences.map { _ in 0 })], metric: metric, repeated: repeated)[0]
      guard let interval = pair.interval, let pValue = pair.pValue else { continue }
      if interval.lower <= 0 && 0 <= interval.upper { held += 1 }
      #expect((interval.lower <= 0 && 0 <= interval.upper) == (pValue >= 0.05))
    }
    // The binomial deviation is 0.5 %, so four of them fit in the two per cent.
    #expect(abs(Double(held) / Double(replications) - 0.95) <= 0.02, "\(held) of \(replications)")
  }

  @Test("runs of the same users have the variance (MSᵤ + MSᵣ − MSₑ) / UR of the two-way analysis of variance")
  func twoWay() throws {
    let values = [[0.1, 0.5, 0.9, 0.4], [0.3, 0.4, 1.2, 0.7], [0.2, 0.8, 1.1, 0.3]]
    let (runs, users) = (3.0, 4.0)
    let mean = values.joined().reduce(0, +) / 12
    let ofRuns = values.map { $0.reduce(0, +) / users }
    let ofUsers = (0..<4).map { user in values.reduce(0) { $0 + $1[user] } / runs }
    let runSquare = users * ofRuns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (runs - 1)
    let userSquare = runs * ofUsers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (users - 1)
    var rest = 0.0
    for run in 0..<3 {
      for user in 0..<4 {
        let residual = values[run][user] - ofRuns[run] - ofUsers[user] + mean
        rest += residual * residual / ((runs - 1) * (users - 1))
      }
    }
    let estimate = try #require(
      RepeatedMeasurements([["a", "b", "c", "d"], ["a", "b", "c", "d"], ["a", "b", "c", "d"]]).estimate(
        Array(values.joined())))
    let variance = (userSquare + runSquare - rest) / 12
    #expect(abs(estimate.mean - mean) < 1e-12)
    #expect(abs(estimate.standardError * estimate.standardError - variance) < 1e-12)
    let (byRun, byUser) = (runSquare / 12, (userSquare - rest) / 12)
    let degrees = variance * variance / (byRun * byRun / 2 + byUser * byUser / 3)
    #expect(abs(estimate.degrees - degrees) < 1e-9)
  }

  @Test("where nobody is measured twice it is the t-test of the runs' means")
  func nested() throws {
    // Means 1, 2 and 4.5: mean 2.5, standard deviation √3.25.
    let estimate = try #require(
      RepeatedMeasurements([["a", "b"], ["c", "d"], ["e", "f"]]).estimate([0, 2, 1, 3, 4, 5]))
    #expect(estimate.mean == 2.5)
    #expect(abs(estimate.standardError - (3.25 / 3).squareRoot()) < 1e-12)
    #expect(abs(estimate.degrees - 2) < 1e-9)
  }

  @Test("users are told apart by their bytes, and the order of a run does not matter")
  func identity() throws {
    let runs = [["é", "e\u{301}", "c"], ["c", "é", "e\u{301}"]]
    let one = try #require(RepeatedMeasurements(runs).estimate([1, 2, 4, 4.5, 1, 2.25]))
    let sorted = [["é", "e\u{301}", "c"], ["é", "e\u{301}", "c"]]
    let other = try #require(RepeatedMeasurements(sorted).estimate([1, 2, 4, 1, 2.25, 4.5]))
    #expect(abs(one.standardError - other.standardError) < 1e-12 && abs(one.degrees - other.degrees) < 1e-9)
  }

  @Test("equal models have p = 1, and one run is the plain paired test")
  func edges() throws {
    let values = [0.1, 0.5, 0.2, 0.6]
    let two = RepeatedMeasurements([["a", "b"], ["a", "b"]])
    let same = PairedComparison.allPairs(of: [("x", values), ("y", values)], metric: metric, repeated: two)[0]
    #expect(same.pValue == 1 && same.interval == .init(lower: 0, upper: 0))
    let single = RepeatedMeasurements([["a", "b", "c", "d"]])
    let models = [(name: "x", values: values), (name: "y", values: [0.2, 0.2, 0.1, 0.1])]
    #expect(
      PairedComparison.allPairs(of: models, metric: metric, repeated: single)
        == PairedComparison.allPairs(of: models, metric: metric))
    // A single user, who tells nothing of others, and a run of one user.
    let lonely = try #require(RepeatedMeasurements([["a"], ["a"], ["a"]]).estimate([1, 2, 3]))
    #expect(abs(lonely.standardError - (1.0 / 3).squareRoot()) < 1e-12 && lonely.degrees == 2)
    #expect(try #require(RepeatedMeasurements([["a"], ["b", "c"]]).estimate([1, 2, 4])).standardError.isFinite)
  }
}
