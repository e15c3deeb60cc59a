import Compute
import Foundation
import Testing

@testable import Lesson

@Suite("Means with intervals")
struct MeasuredTests {
  @Test("the interval of a mean is Student's")
  func student() {
    let measured = Measured([1, 2, 3, 4])
    // s = 1.29099, t(0.975, 3) = 3.18245: 2.5 ± 2.05426.
    #expect(abs(measured.value - 2.5) < 1e-12)
    #expect(abs(measured.low - 0.44574) < 1e-4 && abs(measured.high - 4.55426) < 1e-4)
    #expect(Measured([7]).low == -.infinity && Measured([7]).value == 7)
  }

  @Test("a ratio of means is that of the means, and exact where both go together")
  func ratio() {
    let exact = Measured(of: [2, 4, 6], dividedBy: [1, 2, 3])
    #expect(exact.value == 2 && exact.low == 2 && exact.high == 2)
    let loose = Measured(of: [1, 5, 3, 4], dividedBy: [2, 1, 3, 2])
    #expect(abs(loose.value - 13.0 / 8) < 1e-12 && loose.low < loose.value && loose.value < loose.high)
  }

  @Test("the jackknife of a mean is the mean of the groups' means, with their spread")
  func jackknife() {
    let values = (0..<100).map { Double($0 % 7) }
    let found = Measured.jackknife(people: 100) { kept in Statistics.mean(kept.map { values[$0] }) }
    #expect(abs(found.value - Statistics.mean(values)) < 1e-12)
    let groups = (0..<10).map { group in Statistics.mean((0..<100).filter { $0 % 10 == group }.map { values[$0] }) }
    let reach = Statistics.standardError(groups) * Statistics.studentCritical(alpha: 0.05, degrees: 9)
    #expect(abs(found.high - found.value - reach) < 1e-9)
  }

  @Test("an interval without ends is null in JSON")
  func json() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(Measured([7])), as: UTF8.self) == #"{"interval":null,"value":7}"#)
  }

  @Test("two items go together by the correlation of their columns")
  func correlation() {
    let rows = SparseRows(columnCount: 4, rows: [[0, 1, 3], [0, 1, 3], [0, 2, 3], [2, 3], [1, 3], [3]])
    let audiences = Audiences(rows)
    // By hand: items 0 and 1 have 3 users each of 6, two in common: (6·2 − 9) ÷ 9.
    #expect(abs(audiences.correlation(0, 1) - 1.0 / 3) < 1e-12)
    #expect(audiences.correlation(0, 1) == audiences.correlation(1, 0))
    #expect(audiences.correlation(0, 0) == 1)
    // Everybody has item 3, so that nobody can be told by it.
    #expect(audiences.correlation(0, 3) == 0)
    // 0 and 2: three and two users, one in common: (6 − 6) ÷ …
    #expect(audiences.correlation(0, 2) == 0)
    #expect(abs(audiences.coherence([0, 1, 2]) - (1.0 / 3 + 0 + audiences.correlation(1, 2)) / 3) < 1e-12)
    #expect(audiences.coherence([2]) == 0)
  }
}
