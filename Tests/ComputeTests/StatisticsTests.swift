import Compute
import TestSupport
import Testing

@Suite("Statistics")
struct StatisticsTests {
  /// Published tables have three to six decimals.
  private static let table = 1e-5

  @Test("mean, deviation and standard error of 2, 4, 4, 4, 5, 5, 7, 9")
  func moments() {
    let values = [2.0, 4, 4, 4, 5, 5, 7, 9]
    #expect(Statistics.mean(values) == 5)
    expectClose([Statistics.standardDeviation(values)], [(32.0 / 7).squareRoot()], within: 1e-15, "deviation")
    expectClose(
      [Statistics.standardError(values)], [(32.0 / 56).squareRoot()], within: 1e-15, "standard error")
  }

  @Test("too few numbers have no spread")
  func fewNumbers() {
    #expect(
      Statistics.mean([]) == 0 && Statistics.standardDeviation([]) == 0 && Statistics.standardError([]) == 0)
    #expect(
      Statistics.mean([3]) == 3 && Statistics.standardDeviation([3]) == 0
        && Statistics.standardError([3]) == 0)
  }

  @Test(
    "Student's t has the quantiles of the tables",
    arguments: [
      (0.05, 1.0, 12.7062), (0.05, 10, 2.228139), (0.01, 10, 3.169273), (0.1, 5, 2.015048),
      (0.01, 30, 2.749996),
      (0.05, 120, 1.979930), (0.05, 1e7, 1.959964),
    ])
  func quantiles(alpha: Double, degrees: Double, critical: Double) {
    expectClose(
      [Statistics.studentCritical(alpha: alpha, degrees: degrees)], [critical], within: Self.table, "t")
    for t in [critical, -critical] {
      expectClose([Statistics.twoSidedStudentP(t: t, degrees: degrees)], [alpha], within: Self.table, "p")
    }
  }

  @Test("no difference at all has p = 1")
  func noDifference() { #expect(Statistics.twoSidedStudentP(t: 0, degrees: 9) == 1) }
}
