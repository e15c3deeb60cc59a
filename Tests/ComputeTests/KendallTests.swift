import Compute
import Testing

@Suite("Kendall's τ-b")
struct KendallTests {
  // Expected values: scipy.stats.kendalltau.
  @Test(
    "Kendall's τ-b with and without ties",
    arguments: [
      ([1, 2, 3, 4], [1, 2, 3, 4], 1), ([1, 2, 3, 4], [4, 3, 2, 1], -1),
      ([1, 2, 3, 4], [1, 3, 2, 4], 0.6666666666666669), ([1, 2, 2, 4], [1, 3, 2, 4], 0.912870929175277),
      ([1, 1, 2, 3, 3], [2, 1, 1, 5, 4], 0.5892556509887895),
    ] as [([Double], [Double], Double)])
  func kendall(_ a: [Double], _ b: [Double], _ expected: Double) throws {
    #expect(abs(try #require(Statistics.kendall(a, b)) - expected) < 1e-12)
  }

  @Test("Kendall's τ-b is nothing where all are equal")
  func kendallOfTies() { #expect(Statistics.kendall([1, 1, 1], [1, 2, 3]) == nil) }
}
