import Autoencoders
import Compute
import TestSupport
import Testing

/// The corrupted input as the network sees it: a network of identities with squared loss has the output
/// bias's gradient `2(x̃ − x)`, so x̃ can be read off.
@Suite("Corruption")
struct CorruptionTests {
  private static let draws = 4000
  /// Five standard errors, with fixed seeds.
  private static let errors = 5.0
  private let data = SparseRows(
    columnCount: 6, offsets: [0, 4], indices: [0, 2, 3, 5], values: [1, 2, -3, 0.5])
  private let clean = [1, 0, 2, -3, 0, 0.5]

  private func inputs(_ corruption: Corruption) throws -> [[Double]] {
    var design = Design<PointLatent>(latent: 6)
    (design.likelihood, design.corruption) = (.gaussian, corruption)
    var identity = Matrix<Double>(rows: 6, columns: 6)
    for place in 0..<6 { identity[place, place] = 1 }
    let zeros = Matrix<Double>(rows: 1, columns: 6)
    let network = try Network(
      design, items: 6, users: 0,
      tensors: [
        "encoder.0.weight": identity, "encoder.0.bias": zeros, "decoder.0.weight": identity,
        "decoder.0.bias": zeros,
      ])
    return try (0..<Self.draws).map { update in
      var step = TrainingStep(
        design, network: network, batchSize: 1, plannedUpdates: 1, adam: Adam(),
        processor: Processor(engine: .gsl, threads: 1))
      _ = try step.update(rows: [0], of: data, noise: .drawn(seed: Seed(130), update: update))
      let gradient = step.firstMoments.matrices["decoder.0.bias"]?.elements ?? []
      return zip(gradient, clean).map { $0 / 0.1 / 2 + $1 }
    }
  }

  /// A gradient is read through a division by 0.1.
  private static let rounding = 1e-12

  @Test(
    "a masked entry is 0 or δ times itself, and dropped with probability q", arguments: [0.2, 0.5, 0.9],
    [1, 2.5])
  func masking(rate: Double, scale: Double) throws {
    let inputs = try inputs(.masking(rate: rate, scale: scale))
    for (place, value) in clean.enumerated() {
      let seen = inputs.map { $0[place] }
      #expect(
        seen.allSatisfy { abs($0) < Self.rounding || abs($0 - scale * value) < Self.rounding },
        "entry \(place)")
      if value == 0 { continue }
      let dropped = Double(seen.count { abs($0) < Self.rounding }) / Double(Self.draws)
      let error = (rate * (1 - rate) / Double(Self.draws)).squareRoot()
      #expect(abs(dropped - rate) < Self.errors * error, "entry \(place): dropped \(dropped)")
    }
  }

  @Test("the mean of many dropouts is the clean input", arguments: [0.1, 0.5, 0.8])
  func dropoutIsUnbiased(rate: Double) throws {
    let inputs = try inputs(.dropout(rate))
    for (place, value) in clean.enumerated() {
      let mean = Statistics.mean(inputs.map { $0[place] })
      let error = abs(value) * (rate / (1 - rate) / Double(Self.draws)).squareRoot()
      #expect(abs(mean - value) <= Self.errors * error + Self.rounding, "entry \(place): mean \(mean)")
    }
  }

  @Test("Gaussian noise has the deviation asked for, and leaves what a user has not at zero")
  func gaussianNoise() throws {
    let inputs = try inputs(.gaussian(deviation: 0.3))
    for (place, value) in clean.enumerated() {
      let noise = inputs.map { $0[place] - value }
      if value == 0 {
        #expect(noise.allSatisfy { abs($0) < Self.rounding }, "entry \(place)")
      } else {
        let n = Double(Self.draws)
        #expect(abs(Statistics.mean(noise)) < Self.errors * 0.3 / n.squareRoot(), "entry \(place)")
        let deviation = Statistics.standardDeviation(noise)
        #expect(
          abs(deviation - 0.3) < Self.errors * 0.3 / (2 * n).squareRoot(), "entry \(place): \(deviation)")
      }
    }
  }
}
