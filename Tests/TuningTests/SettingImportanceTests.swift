import Compute
import Testing

@testable import Tuning

@Suite("The importance of settings")
struct SettingImportanceTests {
  private func points(_ count: Int, _ value: ([Double]) -> Double) -> [SearchPoint] {
    var random = Seed(5).stream(for: SearchDraw.trial, 1)
    return (0..<count).map { _ in
      let place = [random.uniform(), random.uniform(), Double(random.integer(below: 3))]
      return SearchPoint(place, value: value(place))
    }
  }

  @Test("of a sum, each term has its share of the variance, and what is not in it has none")
  func sum() {
    // Variances on the unit interval: of 3x 9/12, of a step of 1 between a choice and two others 2/9.
    let found = SettingImportance(
      points(400) { 3 * $0[0] + ($0[2] == 0 ? 1 : 0) }, choices: [nil, nil, 3], seed: Seed(1)
    ).shares
    let whole = 9.0 / 12 + 2.0 / 9
    #expect(abs(found[0] - 9.0 / 12 / whole) < 0.05 && abs(found[2] - 2.0 / 9 / whole) < 0.05)
    #expect(found[1] < 0.02)
  }

  @Test("what two settings do together is nobody's share")
  func together() {
    let found = SettingImportance(
      points(600) { ($0[0] - 0.5) * ($0[1] - 0.5) > 0 ? 1 : 0 }, choices: [nil, nil, 3], seed: Seed(1)
    ).shares
    #expect(found.reduce(0, +) < 0.4)
  }

  @Test("equal values have no variance to share")
  func constant() {
    #expect(SettingImportance(points(20) { _ in 1 }, choices: [nil, nil, 3], seed: Seed(1)).shares == [0, 0, 0])
  }
}
