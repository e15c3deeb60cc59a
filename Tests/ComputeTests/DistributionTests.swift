import Compute
import Testing

/// Moments of many draws.
///
/// Every check allows five standard errors: by chance one seed in two million is
/// beyond it, and the seeds are fixed.
@Suite("Distributions")
struct DistributionTests {
  private static let draws = 200_000
  private static let errors = 5.0

  /// - Parameters:
  ///   - variance, kurtosis: of the distribution; the variance of the sample variance is σ⁴ (kurtosis − 1) /
  ///     n.
  private func check(
    _ values: [Double], mean: Double, variance: Double, kurtosis: Double, _ what: String
  ) {
    let n = Double(values.count)
    let found = Statistics.mean(values)
    let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    #expect(
      abs(found - mean) < Self.errors * (variance / n).squareRoot(),
      "\(what): mean \(found), expected \(mean)")
    #expect(
      abs(spread - variance) < Self.errors * variance * ((kurtosis - 1) / n).squareRoot(),
      "\(what): variance \(spread), expected \(variance)")
  }

  @Test("uniform draws lie in [0, 1), positive ones in (0, 1), with mean 1/2 and variance 1/12")
  func uniform() {
    var random = Seed(80).stream(.corruption)
    let values = (0..<Self.draws).map { _ in random.uniform() }
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    check(values, mean: 0.5, variance: 1 / 12, kurtosis: 1.8, "uniform")
    let positive = (0..<Self.draws).map { _ in random.positiveUniform() }
    #expect(positive.allSatisfy { $0 > 0 && $0 < 1 })
    check(positive, mean: 0.5, variance: 1 / 12, kurtosis: 1.8, "positive uniform")
  }

  @Test("Gaussian draws have mean 0, variance 1, and 4.55 % beyond two deviations")
  func gaussian() {
    var random = Seed(81).stream(.latentNoise)
    let values = (0..<Self.draws).map { _ in random.gaussian() }
    check(values, mean: 0, variance: 1, kurtosis: 3, "gaussian")
    let share = Double(values.count { abs($0) > 2 }) / Double(Self.draws)
    let error = (0.0455 * 0.9545 / Double(Self.draws)).squareRoot()
    #expect(abs(share - 0.04550026) < Self.errors * error)
  }

  @Test("filled matrices have the deviation asked for, and truncated ones end at two of it")
  func matrices() {
    var random = Seed(82).stream(.initialisation)
    var matrix = Matrix<Float>(rows: 400, columns: 500)
    random.fillGaussian(&matrix, deviation: 3)
    check(matrix.elements.map { Double($0) }, mean: 0, variance: 9, kurtosis: 3, "filled gaussian")
    random.fillTruncatedGaussian(&matrix, deviation: 3)
    #expect(matrix.elements.allSatisfy { abs($0) <= 6 })
    // 1 − 2·2φ(2)/(2Φ(2) − 1), and the fourth moment likewise: 1.4161 over the square.
    check(matrix.elements.map { Double($0) }, mean: 0, variance: 9 * 0.773741, kurtosis: 2.3655, "truncated")
    random.fillUniform(&matrix, limit: 2)
    #expect(matrix.elements.allSatisfy { $0 >= -2 && $0 <= 2 })
    check(matrix.elements.map { Double($0) }, mean: 0, variance: 4 / 3, kurtosis: 1.8, "filled uniform")
  }

  @Test("Float and Double matrices are filled with the same draws")
  func formats() {
    var one = Seed(83).stream(.initialisation)
    var two = Seed(83).stream(.initialisation)
    var single = Matrix<Float>(rows: 7, columns: 9)
    var double = Matrix<Double>(rows: 7, columns: 9)
    one.fillGaussian(&single)
    two.fillGaussian(&double)
    #expect(single.elements == double.elements.map { Float($0) })
  }

  @Test("gamma draws have mean kθ and variance kθ²", arguments: [(0.3, 1.0), (1.0, 2.0), (4.5, 0.5)])
  func gamma(shape: Double, scale: Double) {
    var random = Seed(84).stream(.simulation)
    let values = (0..<Self.draws).map { _ in random.gamma(shape: shape, scale: scale) }
    #expect(values.allSatisfy { $0 >= 0 })
    check(
      values, mean: shape * scale, variance: shape * scale * scale, kurtosis: 3 + 6 / shape,
      "gamma(\(shape), \(scale))")
  }

  @Test("negative binomial draws count failures: mean n(1 − p)/p", arguments: [(0.5, 1.5), (0.1, 3.0)])
  func negativeBinomial(probability: Double, successes: Double) {
    var random = Seed(85).stream(.simulation)
    let values = (0..<Self.draws).map { _ in
      Double(random.negativeBinomial(probability: probability, successes: successes))
    }
    let failure = 1 - probability
    check(
      values, mean: successes * failure / probability,
      variance: successes * failure / (probability * probability),
      kurtosis: 3 + 6 / successes + probability * probability / (failure * successes), "negative binomial")
  }

  @Test("Dirichlet draws are shares that sum to 1, on average those of the concentrations")
  func dirichlet() {
    var random = Seed(86).stream(.simulation)
    let concentrations = [0.2, 1, 2.8]
    let total = concentrations.reduce(0, +)
    let draws = (0..<20_000).map { _ in random.dirichlet(concentrations: concentrations) }
    // Three additions of numbers below 1.
    #expect(draws.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-15 * 4 && $0.allSatisfy { $0 >= 0 } })
    for (index, concentration) in concentrations.enumerated() {
      let mean = concentration / total
      let error = (mean * (1 - mean) / (total + 1) / 20_000).squareRoot()
      #expect(abs(Statistics.mean(draws.map { $0[index] }) - mean) < Self.errors * error, "share \(index)")
    }
  }
}
