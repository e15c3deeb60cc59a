import Compute
import Testing

@Suite("Logistic regression")
struct LogisticRegressionTests {
  private let features: [[Double]] = [[1, 2], [2, 1], [3, 4], [4, 3], [5, 1], [6, 5], [7, 2], [8, 7]]
  private let isPositive = [false, false, true, false, true, false, true, true]

  // Expected: fifty Newton steps in NumPy on columns standardised with n − 1, the ridge on the intercept too.
  @Test("gives the log-odds of Newton's method written elsewhere")
  func values() throws {
    let model = try LogisticRegression(features, isPositive: isPositive)
    let expected = [
      -1.1102573058922427, -0.7948180701492057, -0.4739596204940216, -0.15852038475098448, 0.15556404751401595,
      0.4777773006472368, 0.7905069294342004, 1.114074986045458,
    ]
    for (row, value) in zip(features, expected) { #expect(abs(model.score(row) - value) < 1e-9, "\(row)") }
  }

  @Test("has an answer for classes that are apart, and for a feature that does not vary")
  func separable() throws {
    let model = try LogisticRegression([[0, 5], [1, 5], [10, 5], [11, 5]], isPositive: [false, false, true, true])
    #expect(model.score([0.5, 5]) < 0 && model.score([10.5, 5]) > 0)
    #expect(model.score([20, 5]).isFinite)
  }
}
