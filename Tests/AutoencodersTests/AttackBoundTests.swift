import Autoencoders
import Foundation
import Testing

@Suite("What an attacker reaches at most under a guarantee")
struct AttackBoundTests {
  @Test("the area is that under the curve", arguments: [0, 0.1, 1, 3, 8], [0, 1e-5, 0.1])
  func area(epsilon: Double, delta: Double) {
    let bound = AttackBound(epsilon: epsilon, delta: delta)
    let count = 200_000
    let sum = (0..<count).reduce(0.0) { $0 + bound.truePositives(at: (Double($1) + 0.5) / Double(count)) }
    #expect(abs(sum / Double(count) - bound.area) < 1e-6)
  }

  @Test("nothing is found at ε 0, everything where nothing is promised, and the curve is its own mirror image")
  func ends() {
    #expect(AttackBound(epsilon: 0, delta: 0).area == 0.5)
    #expect(AttackBound(epsilon: 0, delta: 0).truePositives(at: 0.01) == 0.01)
    #expect(AttackBound(epsilon: 50, delta: 0).area > 0.999999)
    let bound = AttackBound(epsilon: 1, delta: 1e-3)
    for share in stride(from: 0.01, to: 0.99, by: 0.01) {
      // Accusing the innocent and missing the guilty play the same part.
      let missed = 1 - bound.truePositives(at: share)
      #expect(abs(1 - bound.truePositives(at: missed) - share) < 1e-12)
    }
    // Randomised response with a truth probability of e^ε / (1 + e^ε) reaches the corner.
    #expect(abs(bound.truePositives(at: 0.999 / (1 + exp(1.0))) - (1 - 0.999 / (1 + exp(1.0)))) < 1e-12)
  }
}
