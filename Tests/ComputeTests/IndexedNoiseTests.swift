import Compute
import Foundation
import Testing

/// Draws by index: their distribution, and that a part of them is the same part of all.
@Suite("Noise by index")
struct IndexedNoiseTests {
  @Test("10⁷ draws have the moments and the tails of N(0, σ²)")
  func distribution() {
    let noise = IndexedNoise(Seed(500), .privateNoise, 1, deviation: 2)
    var draws = Matrix<Float>(rows: 2500, columns: 4000)
    noise.add(to: &draws)
    let n = Double(draws.count)
    var (sums, beyond, neighbours, last) = ([0.0, 0, 0, 0], [0.0, 0, 0, 0], 0.0, 0.0)
    for draw in draws.elements {
      let z = Double(draw) / 2
      sums[0] += z
      sums[1] += z * z
      sums[2] += z * z * z
      sums[3] += z * z * z * z
      for limit in 1...4 where abs(z) > Double(limit) { beyond[limit - 1] += 1 }
      neighbours += z * last
      last = z
    }
    // Standard errors: of z 1, of z² √2, of z³ √15, of z⁴ √96, all over √n.
    for (sum, (mean, variance)) in zip(sums, [(0.0, 1.0), (1, 2), (0, 15), (3, 96)]) {
      #expect(abs(sum / n - mean) < 4 * (variance / n).squareRoot(), "\(sum / n) for \(mean)")
    }
    for (index, count) in beyond.enumerated() {
      let expected = n * erfc(Double(index + 1) / 2.0.squareRoot())
      #expect(abs(count - expected) < 4 * expected.squareRoot(), "\(count) for \(expected)")
    }
    #expect(abs(neighbours / n) < 4 / n.squareRoot())
  }

  @Test("a part is the same part of all, wherever it begins", arguments: [0, 1, 3, 127, 128, 1000])
  func parts(start: Int) {
    let noise = IndexedNoise(Seed(501), .privateNoise, 7, 2, deviation: 1)
    var (all, part) = (Matrix<Float>(rows: 1, columns: 3000), Matrix<Float>(rows: 3, columns: 250))
    noise.add(to: &all)
    noise.add(to: &part, from: start)
    #expect(part.elements == Array(all.elements[start..<start + 750]))
  }

  @Test("in Double they are the same draws")
  func formats() {
    let noise = IndexedNoise(Seed(502), .privateNoise, 1, deviation: 1)
    var (single, double) = (Matrix<Float>(rows: 5, columns: 77), Matrix<Double>(rows: 5, columns: 77))
    noise.add(to: &single, from: 9)
    noise.add(to: &double, from: 9)
    #expect(double.elements == single.elements.map { Double($0) })
  }

  @Test("they are Box and Muller's transform of Philox's words")
  func transform() {
    var random = Seed(503).stream(.privateNoise, 4)
    var words: [UInt32] = []
    for _ in 0..<4 * 32 { words.append(random.bits()) }
    var draws = Matrix<Float>(rows: 1, columns: 128)
    IndexedNoise(Seed(503), .privateNoise, 4, deviation: 1).add(to: &draws)
    for counter in 0..<32 {
      for pair in 0..<2 {
        let (first, second) = (words[4 * counter + 2 * pair], words[4 * counter + 2 * pair + 1])
        let radius = (-2 * log((Double(first) + 0.5) / 0x1p32)).squareRoot()
        let angle = 2 * Double.pi * Double(Int32(bitPattern: second)) / 0x1p32
        for (half, expected) in [radius * cos(angle), radius * sin(angle)].enumerated() {
          #expect(abs(Double(draws[0, (2 * pair + half) * 32 + counter]) - expected) < 1e-5)
        }
      }
    }
  }
}
