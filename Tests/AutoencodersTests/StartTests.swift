import Autoencoders
import Compute
import TestSupport
import Testing

/// The numbers that models of the zoo start from.
@Suite("Starting values")
struct StartTests {
  private func tensors<Latent>(_ design: Design<Latent>, items: Int = 900) -> [String: Matrix<Double>] {
    NamedTensors(Network<Double>(design, items: items, users: 70, seed: Seed(11))).matrices
  }

  private func deviation(_ matrix: Matrix<Double>?) -> Double {
    Statistics.standardDeviation(matrix?.elements ?? [])
  }

  @Test("AutoRec starts with N(0, 0.01²) weights and N(0, 0.001²) biases, whichever side it is for")
  func autoRec() {
    for tensors in [tensors(UserAutoRec().design), tensors(ItemAutoRec().design)] {
      for name in ["encoder.0.weight", "decoder.0.weight"] {
        #expect(abs(deviation(tensors[name]) / 0.01 - 1) < 0.01, "\(name)")
      }
      // 500 and 900 draws: five standard errors of a standard deviation.
      for name in ["encoder.0.bias", "decoder.0.bias"] {
        #expect(abs(deviation(tensors[name]) / 0.001 - 1) < 5 / (2 * 500.0).squareRoot(), "\(name)")
      }
    }
  }

  /// Shards have 64 items, and 192 where the streams have 157.
  @Test(
    "every tensor, and each sixteenth of a wide one, starts from a stream of its own, the one it has always had",
    arguments: [(900, 64, 64), (2500, 157, 192)])
  func streams(items: Int, size: Int, shard: Int) {
    var vae = MultVAE()
    (vae.hidden, vae.latent) = ([8, 6], 3)
    let found = tensors(vae.design, items: items)
    #expect(ItemShard<Double>.ranges(items: items).first == 0..<shard)
    func uniform(_ tensor: Int, _ part: Int, _ rows: Int, _ columns: Int, fan: Int) -> Matrix<Double> {
      var random = Seed(11).stream(.initialisation, tensor, part)
      var matrix = Matrix<Double>(rows: rows, columns: columns)
      random.fillUniform(&matrix, limit: (6 / Double(fan)).squareRoot())
      return matrix
    }
    func truncated(_ tensor: Int, _ part: Int, _ columns: Int) -> Matrix<Double> {
      var random = Seed(11).stream(.initialisation, tensor, part)
      var matrix = Matrix<Double>(rows: 1, columns: columns)
      random.fillTruncatedGaussian(&matrix, deviation: 0.001)
      return matrix
    }
    #expect(found["encoder.0.bias"] == truncated(3, 0, 8))
    #expect(found["encoder.1.weight"] == uniform(4, 1, 6, 8, fan: 14))
    #expect(found["encoder.1.bias"] == truncated(4, 2, 6))
    #expect(found["encoder.2.weight"] == uniform(4, 3, 6, 6, fan: 12))
    #expect(found["decoder.0.weight"] == uniform(5, 1, 6, 3, fan: 9))
    #expect(found["decoder.1.bias"] == truncated(5, 4, 8))
    for first in stride(from: 0, to: items, by: size) {
      let (block, index) = (first..<min(first + size, items), first / size)
      let input = uniform(0, index, block.count, 8, fan: items + 8)
      let output = uniform(1, index, block.count, 8, fan: items + 8)
      #expect(found["encoder.0.weight"]?.elements[block.lowerBound * 8..<block.upperBound * 8] == input.elements[...])
      #expect(found["decoder.2.weight"]?.elements[block.lowerBound * 8..<block.upperBound * 8] == output.elements[...])
      #expect(found["decoder.2.bias"]?.elements[block] == truncated(2, index, block.count).elements[...])
    }
    var cdae = CDAE()
    cdae.latent = 5
    #expect(tensors(cdae.design)["user.weight"] == uniform(6, 0, 70, 5, fan: 905))
  }
}
