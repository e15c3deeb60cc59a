import Compute
import Foundation
import TestSupport
import Testing

/// Rows of logits: softmax sums and softplus sums.
@Suite("Rows of logits")
struct SoftmaxKernelTests {
  /// Ten digits were written down.
  private static let golden = 1e-9
  /// A Float exponential is good to 2e-7, sums of at most 1024 Floats in 16 lanes lose a few times 6e-8 more.
  private static let floatBound = 1e-6

  private func tolerance<S: Scalar>(_: S.Type) -> Double {
    S.self == Float.self ? Self.floatBound : Self.golden
  }

  @Test("f = [1, 2, 3] has log Σ exp f = 3.4076059644 and the softmax written down for it")
  func goldenSoftmax() {
    func check<S: Scalar>(_: S.Type) {
      var f = Matrix<S>(rows: 2, columns: 3, elements: [9, 9, 9, 1, 2, 3])
      let (maximum, sum) = f.exponentiateShifted(row: 1)
      #expect(maximum == 3)
      expectClose(
        [Double(maximum) + log(sum)], [3.4076059644], within: tolerance(S.self), "logsumexp")
      expectClose(
        f[row: 1].map { Double($0) / sum }, [0.0900305732, 0.2447284711, 0.6652409558],
        within: tolerance(S.self), "softmax")
      #expect(Array(f[row: 0]) == [9, 9, 9])
    }
    check(Float.self)
    check(Double.self)
  }

  @Test("long rows agree with plain Double sums", arguments: [1, 2, 15, 16, 17, 1023, 1024, 1025, 5000])
  func longRows(count: Int) {
    func check<S: Scalar>(_: S.Type) {
      var f: Matrix<S> = gaussianMatrix(1, count, seed: 30, place: count, deviation: 5)
      let logits = f.elements.map { Double($0) }
      let top = logits.max() ?? 0
      let expected = logits.map { exp($0 - top) }
      let (maximum, sum) = f.exponentiateShifted(row: 0)
      #expect(Double(maximum) == top)
      let total = expected.reduce(0, +)
      #expect(abs(sum - total) <= Self.floatBound * total, "\(count) logits: \(sum), not \(total)")
      expectClose(f.elements.map { Double($0) }, expected, within: tolerance(S.self), "exponentials")
    }
    check(Float.self)
    check(Double.self)
  }

  @Test("logits of ±1000 neither overflow nor vanish from the sum")
  func extremes() {
    var f = Matrix<Float>(rows: 1, columns: 4, elements: [1000, -1000, 1000, 0])
    let (maximum, sum) = f.exponentiateShifted(row: 0)
    #expect(maximum == 1000)
    expectClose([sum], [2], within: Self.floatBound, "sum")
    #expect(f.isFinite)
  }

  @Test("a NaN among the logits reaches the sum", arguments: [0, 8, 16, 19])
  func nanReachesTheSum(place: Int) {
    func check<S: Scalar>(_: S.Type) {
      var f: Matrix<S> = gaussianMatrix(1, 20, seed: 31)
      f[0, place] = .nan
      var g = f
      #expect(f.exponentiateShifted(row: 0).sum.isNaN)
      #expect(g.sigmoidWithSoftplusSum(row: 0).isNaN)
    }
    check(Float.self)
    check(Double.self)
  }

  @Test(
    "binary cross-entropy and its gradient have the values written down",
    arguments: [
      (2.0, 1.0, 0.1269280110, -0.1192029220), (-1.0, 0.0, 0.3132616875, 0.2689414214),
      (0.5, 0.0, 0.9740769842, 0.6224593312),
    ])
  func goldenCrossEntropy(logit: Double, target: Double, loss: Double, gradient: Double) {
    func check<S: Scalar>(_: S.Type) {
      var f = Matrix<S>(rows: 1, columns: 1, elements: [S(logit)])
      let softplus = f.sigmoidWithSoftplusSum(row: 0)
      expectClose([softplus - target * logit], [loss], within: tolerance(S.self), "loss")
      expectClose([Double(f[0, 0]) - target], [gradient], within: tolerance(S.self), "gradient")
    }
    check(Float.self)
    check(Double.self)
  }

  @Test("Σ log(1 + exp f) agrees with plain Double sums", arguments: [1, 16, 17, 1024, 1025, 5000])
  func softplusSums(count: Int) {
    func check<S: Scalar>(_: S.Type) {
      var f: Matrix<S> = gaussianMatrix(1, count, seed: 32, place: count, deviation: 8)
      let logits = f.elements.map { Double($0) }
      let expected = logits.reduce(0) { $0 + max($1, 0) + log1p(exp(-abs($1))) }
      let sum = f.sigmoidWithSoftplusSum(row: 0)
      #expect(abs(sum - expected) <= Self.floatBound * expected, "\(count) logits: \(sum), not \(expected)")
      let sigmoids = logits.map { 1 / (1 + exp(-$0)) }
      expectClose(f.elements.map { Double($0) }, sigmoids, within: tolerance(S.self), "sigmoids")
    }
    check(Float.self)
    check(Double.self)
  }

  @Test("a logit of 1000 costs 1000, one of −1000 nothing")
  func extremeCoins() {
    var f = Matrix<Float>(rows: 1, columns: 2, elements: [1000, -1000])
    #expect(f.sigmoidWithSoftplusSum(row: 0) == 1000)
    #expect(f[0, 0] == 1 && f[0, 1] < 1e-37)
  }
}
