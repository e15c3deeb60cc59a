import Autoencoders
import Compute
import Foundation
import Generation
import InteractionData
import TestSupport
import Testing

@Suite("A Gaussian fitted to codes")
struct FittedGaussianTests {
  private let processor = Processor(engine: .gsl, threads: 2)
  private let rows = randomRows(600, 50, density: 0.2, seed: 410)

  /// C Cᵀ.
  private func covariance(_ factor: Matrix<Float>) -> [Double] {
    let size = factor.rows
    return (0..<size).flatMap { i in
      (0..<size).map { j in (0..<size).reduce(0.0) { $0 + Double(factor[i, $1]) * Double(factor[j, $1]) } }
    }
  }

  /// Means and covariance of rows, by the definition.
  private func moments(_ matrix: Matrix<Float>) -> (mean: [Double], covariance: [Double]) {
    let (n, size) = (Double(matrix.rows), matrix.columns)
    let mean = (0..<size).map { k in (0..<matrix.rows).reduce(0.0) { $0 + Double(matrix[$1, k]) } / n }
    let covariance = (0..<size).flatMap { i in
      (0..<size).map { j in
        (0..<matrix.rows).reduce(0.0) {
          $0 + (Double(matrix[$1, i]) - mean[i]) * (Double(matrix[$1, j]) - mean[j])
        } / n
      }
    }
    return (mean, covariance)
  }

  @Test("over points it has their mean and covariance, and so have its draws")
  func points() throws {
    let model = pointwise()
    let profiles = Profiles(items: rows)
    let fitted = try FittedGaussian(to: model, over: profiles, processor: processor)
    let (mean, expected) = moments(model.encode(profiles, using: .gsl).points)
    #expect(fitted.ridge == 0)
    expectClose(fitted.mean.elements.map { Double($0) }, mean, within: 1e-6, "mean")
    let scale = expected.map(abs).max() ?? 1
    expectClose(covariance(fitted.factor).map { $0 / scale }, expected.map { $0 / scale }, within: 1e-5, "covariance")

    let count = 50_000
    let draws = moments(fitted.draw(users: 0..<count, seed: Seed(1), engine: .gsl).vectors)
    // An entry of a sample covariance has a standard error of at most √(2/n) of the largest variance.
    let error = 5 * (2 / Double(count)).squareRoot()
    expectClose(draws.covariance.map { $0 / scale }, expected.map { $0 / scale }, within: error, "drawn covariance")
    for k in 0..<4 {
      #expect(abs(draws.mean[k] - mean[k]) < 5 * (expected[5 * k] / Double(count)).squareRoot())
    }
  }

  @Test("over distributions it has the moments of the aggregate posterior")
  func distributions() throws {
    let model = variational()
    let profiles = Profiles(items: rows)
    let fitted = try FittedGaussian(to: model, over: profiles, processor: processor)
    let moments = try model.aggregatePosterior(of: profiles, processor: processor)
    expectClose(fitted.mean.elements.map { Double($0) }, moments.mean, within: 1e-6, "mean")
    let covariance = covariance(fitted.factor)
    // The bound by single dimensions, and what their correlations add: −½ log det of the correlation matrix.
    var correlation = Matrix<Double>(rows: 4, columns: 4, elements: covariance)
    for i in 0..<4 {
      for j in 0..<4 { correlation[i, j] /= (moments.variance[i] * moments.variance[j]).squareRoot() }
    }
    let factor = try correlation.choleskyFactor()
    let coupling = -(0..<4).reduce(0.0) { $0 + log(factor[$1, $1]) }
    #expect(coupling > 0)
    expectClose([try fitted.divergence(from: model.prior)], [moments.divergence + coupling], within: 1e-5, "divergence")
    expectClose((0..<4).map { covariance[5 * $0] }, moments.variance, within: 1e-5, "variance")
  }

  @Test("it is held against the mean and covariance of a learned prior")
  func mixture() throws {
    let (model, profiles) = (try mixed(), Profiles(items: rows))
    let fitted = try FittedGaussian(to: model, over: profiles, processor: processor)
    // ½ (tr Σ₀⁻¹Σ + dᵀ Σ₀⁻¹ d − L + log det Σ₀ − log det Σ) by eigenvectors of Σ₀.
    let (own, prior) = (covariance(fitted.factor), model.prior)
    let system = try LinearAlgebra.eigensystem(symmetric: prior.covariance)
    var expected = -4.0
    for axis in 0..<4 {
      let vector = (0..<4).map { system.vectors[$0, axis] }
      var (variance, distance) = (0.0, 0.0)
      for i in 0..<4 {
        distance += vector[i] * (Double(fitted.mean[0, i]) - prior.mean[i])
        for j in 0..<4 { variance += vector[i] * own[4 * i + j] * vector[j] }
      }
      expected += (variance + distance * distance) / system.values[axis] + log(system.values[axis])
    }
    let ownSystem = try LinearAlgebra.eigenvalues(symmetric: Matrix(rows: 4, columns: 4, elements: own))
    expected -= ownSystem.reduce(0) { $0 + log($1) }
    expectClose([try fitted.divergence(from: prior)], [expected / 2], within: 1e-5, "divergence")
  }

  @Test("fewer users than dimensions take a small ridge, and one user is a point")
  func degenerate() throws {
    let few = Profiles(items: randomRows(3, 50, density: 0.3, seed: 411))
    let fitted = try FittedGaussian(to: pointwise(), over: few, processor: processor)
    #expect(fitted.ridge > 0)
    #expect(fitted.factor.elements.allSatisfy { $0.isFinite })
    let one = try FittedGaussian(to: pointwise(), over: few.selecting(0..<1), processor: processor)
    let code = pointwise().encode(few.selecting(0..<1), using: .gsl).points
    let draws = one.draw(users: 0..<4, seed: Seed(2), engine: .gsl).vectors
    for row in 0..<4 {
      expectClose(draws[row: row].map { Double($0) }, code.elements.map { Double($0) }, within: 1e-6, "the one code")
    }
  }
}
