import Compute
import Foundation
import TestSupport
import Testing

@Suite("Negative binomial, roots, Cholesky")
struct NegativeBinomialTests {
  @Test("the fit is that of SciPy: the root of the digamma form of the score by brentq, SciPy 1.17.1")
  func golden() throws {
    let histogram = [3, 7, 9, 12, 8, 6, 5, 3, 2, 2, 1, 0, 1, 0, 1]
    let fitted = try NegativeBinomial(fitting: histogram)
    let shape = try #require(fitted.shape)
    #expect(abs(shape - 4.264685884290268) < 1e-9)
    #expect(abs(fitted.mean - 61.0 / 15) < 1e-12)
    let logLikelihood = histogram.enumerated().reduce(0.0) {
      $0 + Double($1.element) * fitted.logProbability($1.offset)
    }
    #expect(abs(logLikelihood + 140.66736578401378) < 1e-9)
  }

  @Test("log-probabilities are those of SciPy")
  func logProbabilities() {
    let distribution = NegativeBinomial(mean: 3, shape: 2.5)
    expectClose(
      [0, 3, 11].map(distribution.logProbability), [-1.9711434009106754, -1.9081791837038797, -5.165551800286252],
      within: 1e-12,
      "negative binomial")
    let poisson = NegativeBinomial(mean: 2.5, shape: nil)
    expectClose([0, 4].map(poisson.logProbability), [-2.5, -2.0128909028513253], within: 1e-12, "Poisson")
    #expect(distribution.logProbability(-1) == -.infinity)
    #expect(NegativeBinomial(mean: 0, shape: nil).logProbability(0) == 0)
  }

  @Test("known parameters are found again", arguments: [(5.0, 0.5), (30, 1.5), (80, 10)])
  func recovery(mean: Double, shape: Double) throws {
    let truth = NegativeBinomial(mean: mean, shape: shape)
    for seed in 1...3 {
      var random = Seed(UInt64(seed)).stream(.simulation)
      var histogram: [Int] = []
      let count = 50_000
      for _ in 0..<count {
        let value = truth.draw(using: &random)
        if value >= histogram.count { histogram += [Int](repeating: 0, count: value + 1 - histogram.count) }
        histogram[value] += 1
      }
      let fitted = try NegativeBinomial(fitting: histogram)
      #expect(abs(fitted.mean - mean) < 5 * (truth.variance / Double(count)).squareRoot())
      // The relative standard error of the shape is about √(2/n · (1 + shape/mean)²) for large means, less than 1.5 % here.
      #expect(abs((fitted.shape ?? 0) / shape - 1) < 0.06)
    }
  }

  @Test("counts that vary no more than chance makes them are Poisson, and a constant is its own mean")
  func limits() throws {
    #expect(try NegativeBinomial(fitting: [0, 0, 0, 7]) == NegativeBinomial(mean: 3, shape: nil))
    #expect(try NegativeBinomial(fitting: [4]) == NegativeBinomial(mean: 0, shape: nil))
    #expect(try NegativeBinomial(fitting: [5, 5]) == NegativeBinomial(mean: 0.5, shape: nil))
    var random = Seed(1).stream(.simulation)
    #expect(NegativeBinomial(mean: 0, shape: nil).draw(using: &random) == 0)
    let draws = (0..<20_000).map { _ in Double(NegativeBinomial(mean: 4, shape: nil).draw(using: &random)) }
    #expect(abs(Statistics.mean(draws) - 4) < 5 * 2 / 20_000.0.squareRoot())
  }

  @Test("probabilities sum to 1")
  func total() {
    let distribution = NegativeBinomial(mean: 6, shape: 0.7)
    #expect(abs((0..<400).reduce(0) { $0 + exp(distribution.logProbability($1)) } - 1) < 1e-10)
  }

  @Test("roots are found where signs differ, and refused where they do not")
  func roots() throws {
    #expect(abs(try RootFinder.root(in: 0...2) { $0 * $0 - 2 } - 2.0.squareRoot()) < 1e-11)
    #expect(throws: GSLError.self) { try RootFinder.root(in: 2...3) { $0 * $0 - 2 } }
  }

  @Test("a Cholesky factor by hand, and none of what is not positive definite")
  func cholesky() throws {
    let factor = try Matrix<Double>(rows: 2, columns: 2, elements: [4, 2, 2, 10]).choleskyFactor()
    #expect(factor.elements == [2, 0, 1, 3])
    #expect(throws: GSLError.self) {
      try Matrix<Double>(rows: 2, columns: 2, elements: [1, 2, 2, 1]).choleskyFactor()
    }
  }

  @Test("fine uniforms are in [0, 1), even, and finer than 2⁻³²")
  func fineUniforms() {
    var random = Seed(1).stream(.sampling)
    let draws = (0..<20_000).map { _ in random.fineUniform() }
    #expect(draws.allSatisfy { 0 <= $0 && $0 < 1 })
    #expect(abs(Statistics.mean(draws) - 0.5) < 5 / (12 * 20_000.0).squareRoot())
    #expect(draws.contains { ($0 * 0x1p32).rounded() != $0 * 0x1p32 })
  }
}
