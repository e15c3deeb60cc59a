import Compute
import Foundation
import Inspection
import TestSupport
import Testing

@Suite("Recovery of the truth")
struct RecoveryTests {
  /// Three independent tastes of 2,000 users, uniform on 0 … 1.
  private static func tastes(seed: UInt64) -> Matrix<Double> {
    var random = Seed(seed).stream(.simulation)
    var matrix = Matrix<Double>(rows: 2000, columns: 3)
    for row in 0..<2000 { for column in 0..<3 { matrix[row, column] = random.uniform() } }
    return matrix
  }

  private func columns(_ matrix: Matrix<Double>, _ chosen: [Int?]) -> Matrix<Double> {
    var result = Matrix<Double>(rows: matrix.rows, columns: chosen.count)
    for row in 0..<matrix.rows {
      for (column, source) in chosen.enumerated() { result[row, column] = source.map { matrix[row, $0] } ?? 1 }
    }
    return result
  }

  @Test("the truth as a code: everything is 1", arguments: [1, 2, 3] as [UInt64])
  func identity(seed: UInt64) throws {
    let truth = Self.tastes(seed: seed)
    let found = try RecoveryRow(name: "a", codes: truth, tastes: truth)
    #expect(found.probe > 0.999_99)
    // Two independent tastes share (20 − 1)² ÷ 2 · 2000 = 0.09 nats by chance, of 3 nats of entropy.
    let gap = 1 - 0.09 / log(20.0)
    #expect(abs(found.informationGap - gap) < 0.01)
    #expect(found.disentanglement == 1 && found.completeness == 1)
  }

  @Test("a constant code knows nothing")
  func constant() throws {
    let truth = Self.tastes(seed: 1)
    let found = try RecoveryRow(name: "a", codes: columns(truth, [nil, nil]), tastes: truth)
    #expect(abs(found.probe) < 0.01)
    #expect(found.informationGap == 0 && found.disentanglement == 0 && found.completeness == 0)
  }

  @Test("every taste twice: no information gap, dimensions about one taste, tastes in two dimensions")
  func duplicated() throws {
    let truth = Self.tastes(seed: 1)
    let found = try RecoveryRow(name: "a", codes: columns(truth, [0, 0, 1, 1, 2, 2]), tastes: truth)
    #expect(found.probe > 0.999_99)
    #expect(found.informationGap == 0)
    #expect(found.disentanglement == 1)
    let completeness = 1 - log(2.0) / log(6.0)
    #expect(abs(found.completeness - completeness) < 1e-6)
  }

  @Test("a rotation keeps what a probe can read, and mixes the dimensions")
  func rotated() throws {
    let truth = Self.tastes(seed: 1)
    var mixed = truth
    for row in 0..<truth.rows {
      let (a, b) = (truth[row, 0], truth[row, 1])
      (mixed[row, 0], mixed[row, 1]) = ((a + b) / 2.0.squareRoot(), (a - b) / 2.0.squareRoot())
    }
    let found = try RecoveryRow(name: "a", codes: mixed, tastes: truth)
    #expect(found.probe > 0.999_99)
    // Two of three dimensions and tastes share one another equally: 1 − ln 2 ÷ ln 3 instead of 1.
    let shared = (1 + 2 * (1 - log(2.0) / log(3.0))) / 3
    #expect(abs(found.completeness - shared) < 0.01 && abs(found.disentanglement - shared) < 0.05)
  }

  @Test("a probe on noise explains nothing of users it has not seen")
  func noise() throws {
    let codes: Matrix<Double> = gaussianMatrix(2000, 50, seed: 5)
    let found = try RecoveryRow(name: "a", codes: codes, tastes: Self.tastes(seed: 1))
    #expect(found.probe < 0.01)
  }

  @Test("a Gaussian's total correlation within 2 %", arguments: [1, 2, 3] as [UInt64])
  func totalCorrelation(seed: UInt64) throws {
    // x, 0.8 x + 0.6 y, 0.5 x + √0.75 z: det R = (1 − 0.64)(1 − 0.25), by elimination.
    let noise: Matrix<Float> = gaussianMatrix(40_000, 3, seed: seed)
    var codes = noise
    for row in 0..<codes.rows {
      codes[row, 1] = 3 * (0.8 * noise[row, 0] + 0.6 * noise[row, 1]) + 7
      codes[row, 2] = 0.5 * noise[row, 0] + Float(0.75).squareRoot() * noise[row, 2]
    }
    let expected = -0.5 * log((1 - 0.64) * (1 - 0.25))
    let processor = Processor(engine: .gsl, threads: 2)
    let found = try TotalCorrelation.gaussian(of: codes, processor: processor)
    #expect(abs(found - expected) < 0.02 * expected)
    #expect(try TotalCorrelation.gaussian(of: codes, processor: Processor(engine: .gsl, threads: 1)) == found)
  }

  @Test("components of sparse profiles have the variances of the dense ones")
  func components() throws {
    let rows = randomRows(80, 14, density: 0.3, seed: 2)
    var dense: Matrix<Double> = rows.dense()
    for row in 0..<80 { dense.scale(row: row, by: 1 / dense.sumOfSquares(row: row).squareRoot()) }
    for column in 0..<14 {
      let mean = Statistics.mean((0..<80).map { dense[$0, column] })
      for row in 0..<80 { dense[row, column] -= mean }
    }
    var covariance = Matrix<Double>(rows: 14, columns: 14)
    ProductEngine.gsl.multiply(transposing: dense, dense, into: &covariance)
    let expected = try LinearAlgebra.eigenvalues(symmetric: covariance).map { $0 / 80 }
    var random = Seed(1).stream(.inspection)
    let found = try ProfileComponents(rows, count: 6, random: &random)
    expectClose(found.variances, Array(expected.prefix(6)), within: 1e-9, "variances")
    let first = (0..<80).map { found.scores[$0, 0] }
    #expect(abs(Statistics.populationVariance(first) - expected[0]) < 1e-9)
  }
}
