import Compute
import Foundation
import TestSupport
import Testing

/// RecVAE's mixture in each dimension, by hand and by differences.
@Suite("Composite Gaussian")
struct CompositeGaussianTests {
  private static let mixture = CompositeGaussian(standard: 0.15, own: 0.75, wide: 0.1, wideLogVariance: 10)

  /// log p of one row.
  private func found<S: Scalar>(
    _ z: [S], _ mean: [S], _ logVariance: [S], _ mixture: CompositeGaussian = mixture
  ) -> (logDensity: Double, slopes: [S]) {
    let width = z.count
    var slopes = Matrix<S>(rows: 0, columns: 0)
    let density = mixture.logDensities(
      of: Matrix(rows: 1, columns: width, elements: z),
      owns: Matrix(rows: 1, columns: 2 * width, elements: mean + logVariance), slopes: &slopes)
    return (density[0], slopes.elements)
  }

  private static func normal(_ x: Double, _ mean: Double, _ variance: Double) -> Double {
    exp(-(x - mean) * (x - mean) / (2 * variance)) / (2 * Double.pi * variance).squareRoot()
  }

  @Test("log p is the logarithm of the three parts' sum, dimension by dimension")
  func golden() {
    // log 0.15 N(0.5; 0, 1) = −2.9410585181, log 0.75 N(0.5; 0.4, e⁻¹) = −0.7202120148, log 0.1 N(0.5; 0, e¹⁰) = −8.2215293012.
    expectClose([found([0.5], [0.4], [-1]).logDensity], [-0.6166905798], within: 1e-9, "one dimension")
    let parts = [-2.9410585181, -0.7202120148, -8.2215293012]
    expectClose([log(parts.reduce(0) { $0 + exp($1) })], [-0.6166905798], within: 1e-9, "its parts")
    let two = found([0.5, -2], [0.4, 1], [-1, 0.7]).logDensity
    let second =
      0.15 * Self.normal(-2, 0, 1) + 0.75 * Self.normal(-2, 1, exp(0.7)) + 0.1 * Self.normal(-2, 0, exp(10))
    expectClose([two], [-0.6166905798 + log(second)], within: 1e-9, "the sum over dimensions")
  }

  @Test("far from all three parts the density and its slope are those of the wide one")
  func far() {
    let there = found([-900.0], [3], [0])
    expectClose(
      [there.logDensity], [log(0.1) - 5 - 0.5 * log(2 * Double.pi) - 0.5 * 810_000 * exp(-10)], within: 1e-9, "log p")
    expectClose(there.slopes, [-900 * exp(-10)], within: 1e-12, "slope")
    let single = found([-900 as Float], [3], [0])
    #expect(single.logDensity.isFinite && single.slopes[0].isFinite)
  }

  @Test("slopes are −∂ log p/∂z, and the log-variance of the own part is held to its range", arguments: [0.2, -3, 2.5])
  func slopes(_ z: Double) {
    for (mean, logVariance) in [(0.4, -1.0), (-2, 1.5), (0.1, -30), (0.1, 30)] {
      let h = 1e-4
      func value(_ z: Double) -> Double { found([z], [mean], [logVariance]).logDensity }
      let numeric = -(8 * (value(z + h) - value(z - h)) - (value(z + 2 * h) - value(z - 2 * h))) / (12 * h)
      expectClose(found([z], [mean], [logVariance]).slopes, [numeric], within: 1e-6 * max(1, abs(numeric)), "\(mean)")
    }
    #expect(found([z], [0.1], [-30]).logDensity == found([z], [0.1], [-10]).logDensity)
    #expect(found([z], [0.1], [30]).logDensity == found([z], [0.1], [10]).logDensity)
  }

  @Test("single precision gives what double precision gives, whichever part is the largest")
  func single() {
    var random = Seed(30).stream(.sampling)
    var (z, owns) = (Matrix<Double>(rows: 40, columns: 33), Matrix<Double>(rows: 40, columns: 66))
    random.fillGaussian(&z, deviation: 3)
    random.fillGaussian(&owns, deviation: 2)
    func single(_ matrix: Matrix<Double>) -> Matrix<Float> {
      Matrix(rows: matrix.rows, columns: matrix.columns, elements: matrix.elements.map { Float($0) })
    }
    var (slopes, singleSlopes) = (Matrix<Double>(rows: 0, columns: 0), Matrix<Float>(rows: 0, columns: 0))
    let exact = Self.mixture.logDensities(of: z, owns: owns, slopes: &slopes)
    let found = Self.mixture.logDensities(of: single(z), owns: single(owns), slopes: &singleSlopes)
    // Rounded arguments: a relative 6e-8 of terms of up to some thousands, where a part is narrow.
    expectClose(found, exact, within: 1e-3, "log p")
    for (found, exact) in zip(singleSlopes.elements, slopes.elements) {
      #expect(abs(Double(found) - exact) < 1e-3 * max(1, abs(exact)))
    }
  }
}
