import Autoencoders
import Compute
import InteractionData
import TestSupport
import Testing

/// Properties that follow from the formulas, whatever the weights.
@Suite("Properties of the loss")
struct PropertyTests {
  private static let seeds: [UInt64] = [120, 121, 122]
  /// Double sums of a few thousand terms.
  private static let rounding = 1e-12
  /// Float products of another shape.
  private static let floatRounding = 1e-6

  private let rows = randomRows(90, 140, density: 0.08, seed: 123)
  private var batch: [Int] { Array(0..<90) }

  private func step<Latent>(
    _ design: Design<Latent>, _ tensors: [String: Matrix<Double>], users: Int = 90, items: Int = 140
  ) throws -> TrainingStep<Latent, Double> {
    TrainingStep(
      design, network: try Network(design, items: items, users: users, tensors: tensors), batchSize: 90,
      plannedUpdates: 10, adam: Adam(), processor: Processor(engine: .gsl, threads: 2))
  }

  private func tensors<Latent>(_ design: Design<Latent>, seed: UInt64) -> [String: Matrix<Double>] {
    NamedTensors(Network<Double>(design, items: 140, users: 90, seed: Seed(seed))).matrices
  }

  /// The first L columns or rows of a head: the means alone.
  private func means(_ matrix: Matrix<Double>, _ latent: Int, bias: Bool) -> Matrix<Double> {
    Matrix(
      rows: bias ? 1 : latent, columns: bias ? latent : matrix.columns,
      elements: Array(matrix.elements.prefix(bias ? latent : latent * matrix.columns)))
  }

  @Test(
    "with β = 0 and ε = 0 a Mult-VAE is an autoencoder: same loss, same gradients, same logits",
    arguments: seeds)
  func vaeWithoutNoise(seed: UInt64) throws {
    var vae = MultVAE()
    (vae.hidden, vae.latent, vae.beta, vae.dropout) = ([9], 4, 0, 0)
    var plain = Design<PointLatent>(latent: 4)
    (plain.hidden, plain.normalisesInput) = ([9], true)
    let full = tensors(vae.design, seed: seed)
    var half = full
    for (name, bias) in [("encoder.1.weight", false), ("encoder.1.bias", true)] {
      half[name] = full[name].map { means($0, 4, bias: bias) }
    }
    let noise = NoiseSource.given(
      GivenNoise(
        kept: batch.map { [Bool](repeating: true, count: rows.count(ofRow: $0)) },
        latent: Matrix(rows: 90, columns: 4)))
    var (one, two) = try (step(vae.design, full), step(plain, half))
    let (first, second) = try (
      one.update(rows: batch, of: rows, noise: noise), two.update(rows: batch, of: rows, noise: noise)
    )
    expectClose([first.total], [second.total], within: Self.rounding, "loss, seed \(seed)")
    let (gradients, expected) = (one.firstMoments.matrices, two.firstMoments.matrices)
    for (name, reference) in expected {
      let found = (gradients[name]?.elements ?? []).prefix(reference.count)
      expectClose(Array(found), reference.elements, within: Self.rounding, "\(name), seed \(seed)")
    }
    #expect(gradients["encoder.1.bias"]?.elements.suffix(4) == [0, 0, 0, 0], "seed \(seed)")

    func scores<Latent>(_ design: Design<Latent>, _ tensors: [String: Matrix<Double>]) throws -> [Double] {
      let floats = tensors.mapValues { matrix in
        Matrix(rows: matrix.rows, columns: matrix.columns, elements: matrix.elements.map { Float($0) })
      }
      let network = try Network(design, items: 140, users: 90, tensors: floats)
      return try Autoencoder(design: design, network: network)
        .scores(for: Profiles(items: rows), using: .gsl).elements.map { Double($0) }
    }
    expectClose(
      try scores(vae.design, full), try scores(plain, half), within: Self.floatRounding,
      "logits, seed \(seed)")
  }

  @Test("adding a constant to every output bias changes no softmax loss and no gradient", arguments: seeds)
  func shiftedLogits(seed: UInt64) throws {
    var model = MultDAE()
    (model.hidden, model.latent, model.weightDecay) = ([], 6, 0)
    let before = tensors(model.design, seed: seed)
    var after = before
    for item in 0..<140 { after["decoder.0.bias"]?[0, item] += 3 }
    let noise = NoiseSource.drawn(seed: Seed(seed), update: 0)
    var (one, two) = try (step(model.design, before), step(model.design, after))
    let (first, second) = try (
      one.update(rows: batch, of: rows, noise: noise), two.update(rows: batch, of: rows, noise: noise)
    )
    expectClose([first.total], [second.total], within: Self.rounding, "loss, seed \(seed)")
    let gradients = two.firstMoments.matrices
    for (name, reference) in one.firstMoments.matrices {
      expectClose(
        gradients[name]?.elements ?? [], reference.elements, within: Self.rounding, "\(name), seed \(seed)")
    }
  }

  @Test("the masked loss does not look at items nobody in the batch has rated", arguments: seeds)
  func unobservedItems(seed: UInt64) throws {
    var model = UserAutoRec()
    (model.latent, model.weightDecay) = (5, 0)
    // Items 100 and later have no ratings.
    let rated = randomRows(90, 100, density: 0.1, seed: seed, ratings: [1, 3, 5])
    let data = SparseRows(
      columnCount: 140, offsets: rated.offsets, indices: rated.indices, values: rated.values)
    let before = tensors(model.design, seed: seed)
    var after = before
    for item in 100..<140 {
      after["decoder.0.bias"]?[0, item] = 1e6
      after["decoder.0.weight"]?[item, 2] = -1e6
    }
    let noise = NoiseSource.drawn(seed: Seed(seed), update: 0)
    var (one, two) = try (step(model.design, before), step(model.design, after))
    let (first, second) = try (
      one.update(rows: batch, of: data, noise: noise), two.update(rows: batch, of: data, noise: noise)
    )
    #expect(first == second, "seed \(seed)")
    let gradients = two.firstMoments.matrices
    #expect(gradients["decoder.0.bias"]?.elements.suffix(40).allSatisfy { $0 == 0 } == true, "seed \(seed)")
    for (name, reference) in one.firstMoments.matrices {
      expectClose(
        gradients[name]?.elements ?? [], reference.elements, within: Self.rounding, "\(name), seed \(seed)")
    }
  }

  @Test("masking with q = 0 is no corruption, bit by bit", arguments: seeds)
  func noMasking(seed: UInt64) throws {
    var design = AE().design
    design.latent = 5
    #expect(Corruption.dropout(0) == .none)
    let weights = tensors(design, seed: seed)
    let noise = NoiseSource.drawn(seed: Seed(seed), update: 7)
    var plain = try step(design, weights)
    let reference = try plain.update(rows: batch, of: rows, noise: noise)
    for corruption in [Corruption.masking(rate: 0, scale: 1), .gaussian(deviation: 0)] {
      design.corruption = corruption
      var masked = try step(design, weights)
      #expect(try masked.update(rows: batch, of: rows, noise: noise) == reference, "seed \(seed)")
      #expect(masked.firstMoments.matrices == plain.firstMoments.matrices, "seed \(seed)")
    }
  }
}
