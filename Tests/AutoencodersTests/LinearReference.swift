import Foundation
import InteractionData

/// `Fixtures/linear.json`, written by `make_linear_fixtures.py` with NumPy and PyTorch in double precision.
struct LinearReference: Decodable {
  struct Spectral: Decodable {
    struct Case: Decodable {
      let flatness, idealWeight, degreeExponent: Double
      let coefficients, scores, authorsCoefficients, authorsScores: [Double]
    }

    let items, order, rank: Int
    let rows: [[Int]]
    let singularValues, projector, linear: [Double]
    let cases: [Case]
  }

  struct ELSA: Decodable {
    let items, rank: Int
    let rows: [[Int]]
    let loss: Double
    let initial, outputs, gradient, lossesOfTenSteps, afterTenSteps: [Double]
  }

  let spectral: Spectral
  let elsa: ELSA

  /// What the file holds.
  static func read() throws -> LinearReference {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Fixtures/linear.json")
    return try JSONDecoder().decode(LinearReference.self, from: try Data(contentsOf: path))
  }
}
