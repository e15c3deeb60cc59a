import Compute
import Foundation
import Inspection
import TestSupport
import Testing

@Suite("Agreement of runs")
struct AgreementTests {
  private let processor = Processor(engine: .gsl, threads: 2)

  private func compare(_ a: Matrix<Float>, _ b: Matrix<Float>) throws -> LatentAgreement {
    try LatentAgreement(a: "a", a, b: "b", b, model: "ae", processor: processor)
  }

  @Test(
    "a rotation, a reflection, a scale and a shift change nothing but coordinates", arguments: [1, 2, 3] as [UInt64])
  func rotated(seed: UInt64) throws {
    let codes: Matrix<Float> = gaussianMatrix(700, 2, seed: seed)
    var other = codes
    let angle: Float = 1.1
    for row in 0..<codes.rows {
      let (x, y) = (codes[row, 0], codes[row, 1])
      other[row, 0] = 3 * (cosf(angle) * x - sinf(angle) * y) + 5
      other[row, 1] = -3 * (sinf(angle) * x + cosf(angle) * y)
    }
    let found = try compare(codes, other)
    #expect(found.procrustes < 1e-5 && abs(found.cka - 1) < 1e-5 && abs(found.scaleRatio - 3) < 1e-4)
    #expect(found.unaligned > 0.5)
    let same = try compare(codes, codes)
    #expect(same.procrustes < 1e-9 && same.unaligned < 1e-9 && abs(same.cka - 1) < 1e-9 && same.scaleRatio == 1)
  }

  @Test("unrelated spaces have hardly anything in common; one without spread nothing")
  func unrelated() throws {
    let a: Matrix<Float> = gaussianMatrix(4000, 5, seed: 1)
    let b: Matrix<Float> = gaussianMatrix(4000, 5, seed: 2)
    let found = try compare(a, b)
    #expect(found.procrustes > 0.99 && found.cka < 0.01 && found.unaligned > 0.99)
    let nothing = try compare(a, Matrix<Float>(rows: 4000, columns: 5))
    #expect(nothing.procrustes == 1 && nothing.cka == 0)
  }

  @Test("spaces of different width: a copy with an empty dimension agrees")
  func widths() throws {
    let a: Matrix<Float> = gaussianMatrix(300, 2, seed: 1)
    var b = Matrix<Float>(rows: 300, columns: 3)
    for row in 0..<300 { (b[row, 2], b[row, 0]) = (a[row, 0], a[row, 1]) }
    let found = try compare(a, b)
    #expect(found.procrustes < 1e-5 && abs(found.cka - 1) < 1e-5)
  }

  @Test("an interval over pairs is a jackknife over runs")
  func jackknife() {
    // Runs with effects e: the value of a pair is e_a + e_b, so the mean is 2 · mean(e), and the jackknife's error is exactly
    // twice the standard error of the mean of e.
    let effects = [0.1, 0.4, 0.2, 0.7, 0.5]
    let pairs = effects.indices.flatMap { a in
      effects.indices.filter { $0 > a }.map { (a: a, b: $0, value: effects[a] + effects[$0]) }
    }
    let found = Interval(runs: 5, pairs: pairs)
    let reach = 2 * Statistics.standardError(effects) * 2.776_445_105_2
    #expect(abs(found.value - 2 * Statistics.mean(effects)) < 1e-12)
    #expect(abs(found.high - found.value - reach) < 1e-8 && abs(found.value - found.low - reach) < 1e-8)
  }
}
