import Autoencoders
import Compute
import Foundation
import InteractionData
import TestSupport
import Testing

/// RecVAE against PyTorch, in both phases, and what its prior is without a user.
@Suite("RecVAE")
struct RecVAETests {
  /// `Fixtures/recvae.json`, written by `make_recvae.py`.
  private struct Reference: Decodable {
    let items: Int
    let latent: Int
    let hidden: [Int]
    let gamma: Double
    let phases: String
    let rows: [[Int]]
    let keep: [[Int]]
    let epsilon: [Double]
    let initial: [String: ReferenceCase.Tensor]
    let losses: [Double]
    let divergences: [Double]
    let gradients: [String: [String: ReferenceCase.Tensor]]
    let after: [String: ReferenceCase.Tensor]

    init() throws {
      let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures/recvae.json")
      self = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: path))
    }

    var design: Design<GaussianLatent> {
      var model = RecVAE()
      (model.hidden, model.layers) = ([hidden[0]], hidden.count)
      (model.latent, model.gamma) = (latent, gamma)
      return model.design
    }

    var data: SparseRows {
      SparseRows(
        columnCount: items, offsets: rows.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) },
        indices: rows.flatMap { $0.map(Int32.init) })
    }

    func noise(masked: Bool) -> NoiseSource {
      .given(
        GivenNoise(
          kept: keep.map { $0.map { !masked || $0 == 1 } },
          latent: Matrix(rows: rows.count, columns: latent, elements: epsilon)))
    }
  }

  @Test("ten steps in both phases agree with PyTorch's in double precision: losses, divergences, gradients, weights")
  func reference() throws { try compare(Double.self, within: 1e-9) }

  /// Adam divides by √v, so a gradient that is nearly zero turns rounding into a visible step.
  @Test("ten steps in both phases agree with PyTorch's double precision to 1e-4 in single")
  func single() throws { try compare(Float.self, within: 1e-4) }

  private func compare<S: Scalar>(_ scalar: S.Type, within tolerance: Double) throws {
    let reference = try Reference()
    let design = reference.design
    var initial = reference.initial.mapValues { tensor in
      Matrix<S>(rows: tensor.matrix.rows, columns: tensor.matrix.columns, elements: tensor.values.map { S($0) })
    }
    for name in ["mean", "logVariance"] { initial["prior.\(name)"] = Matrix(rows: 1, columns: reference.latent) }
    var step = TrainingStep(
      design, network: try Network<S>(design, items: reference.items, users: 0, tensors: initial),
      batchSize: reference.rows.count, plannedUpdates: 10, adam: Adam(learningRate: 0.01),
      processor: Processor(engine: .gsl, threads: 2))
    var (losses, divergences): ([Double], [Double]) = ([], [])
    var last: Character?
    for (number, letter) in reference.phases.enumerated() {
      if letter != last {
        step.phase = design.phases[letter == "E" ? 0 : 1]
        step.keepEncoder()
      }
      last = letter
      let before = step.firstMoments.matrices
      let loss = try step.update(
        rows: Array(reference.rows.indices), of: reference.data, noise: reference.noise(masked: letter == "E"))
      losses.append(loss.total)
      divergences.append(loss.divergence)
      let after = step.firstMoments.matrices
      for (name, gradient) in reference.gradients["\(number)"] ?? [:] {
        // m becomes 0.9 m + 0.1 gradient.
        let (now, earlier) = (doubles(after[name]), doubles(before[name]))
        let found = now.indices.map { 10 * now[$0] - 9 * earlier[$0] }
        expectClose(found, gradient.values, within: 10 * tolerance, "gradient of \(name) in step \(number)")
      }
    }
    expectClose(losses, reference.losses, within: tolerance * 10, "losses")
    expectClose(divergences, reference.divergences, within: tolerance * 10, "divergences")
    let found = NamedTensors(step.network).matrices
    #expect(Set(found.keys) == Set(reference.after.keys).union(["prior.mean", "prior.logVariance"]))
    for (name, tensor) in reference.after {
      expectClose(doubles(found[name]), tensor.values, within: 10 * tolerance, "\(name) at the end")
    }
    #expect(["0", "2", "3", "6"].allSatisfy { reference.gradients[$0]?.isEmpty == false })
  }

  private func doubles<S: Scalar>(_ matrix: Matrix<S>?) -> [Double] { (matrix?.elements ?? []).map { Double($0) } }

  private static let rows = randomRows(90, 140, density: 0.08, seed: 200)

  private static func model() -> RecVAE {
    var model = RecVAE()
    (model.hidden, model.layers, model.latent, model.gamma) = ([9], 3, 4, 0.02)
    (model.training.epochs, model.training.batchSize) = (5, 30)
    return model
  }

  @Test("before an encoder is kept, every gradient is the slope of the loss")
  func slopes() throws {
    var design = Self.model().design
    design.phases = [Phase()]
    let wrong = try GradientCase("rec-vae", design, still: ["prior.mean", "prior.logVariance"]).disagreements()
    #expect(wrong.isEmpty, "seed \(GradientCase.seed.value): \(wrong)")
  }

  private func step(_ phase: Phase, rate: Double) -> TrainingStep<GaussianLatent, Float> {
    let design = Self.model().design
    var step = TrainingStep(
      design, network: Network<Float>(design, items: 140, users: 90, seed: Seed(6)), batchSize: 90,
      plannedUpdates: 3, adam: Adam(learningRate: rate), processor: Processor(engine: .gsl, threads: 2))
    step.phase = phase
    return step
  }

  @Test("where the encoder stands still on clean rows, it is its own reference, in the same bits")
  func ownReference() throws {
    let (all, noise) = (Array(0..<90), NoiseSource.drawn(seed: Seed(6), update: 1))
    let phases = Self.model().design.phases
    var own = step(phases[1], rate: 0)
    own.keepEncoder()
    // An update of the encoder, if only by nothing: from then on the kept one is asked.
    var other = step(phases[0], rate: 0)
    other.keepEncoder()
    _ = try other.update(rows: all, of: Self.rows, noise: noise)
    other.phase = phases[1]
    let losses = try [
      own.loss(rows: all, of: Self.rows, noise: noise), other.loss(rows: all, of: Self.rows, noise: noise),
    ]
    #expect(losses[0] == losses[1] && losses[0].divergence != 0)
    #expect(own.references == other.references && own.references.rows == 90)
  }

  @Test("a decoder that learns alone learns what it learns with the encoder, in the same bits")
  func decoderAlone() throws {
    let noise = NoiseSource.drawn(seed: Seed(6), update: 1)
    let steps = try [Phase(corrupts: false), Phase(learns: [.decoder], corrupts: false)].map { phase in
      var step = step(phase, rate: 0.01)
      _ = try step.update(rows: Array(0..<90), of: Self.rows, noise: noise)
      return NamedTensors(step.network).matrices
    }
    for name in ["decoder.0.weight", "decoder.0.bias"] { #expect(steps[0][name] == steps[1][name], "\(name)") }
    #expect(steps[0]["encoder.2.weight"] != steps[1]["encoder.2.weight"])
  }

  @Test("without a user the prior is the Gaussian with the moments of the aggregate posterior")
  func measured() throws {
    let processor = Processor(engine: .gsl, threads: 2)
    // Users without items are not among the training users.
    let rows = SparseRows(
      columnCount: 140, offsets: [0, 0] + Self.rows.offsets.dropFirst(), indices: Self.rows.indices)
    let fit = try Self.model().fit(
      TrainingData(rows: rows), by: Trainer(processor: processor, seed: Seed(3)))
    let found = try fit.model.aggregatePosterior(of: Profiles(items: Self.rows), processor: processor)
    expectClose(fit.model.prior.mean, found.mean, within: 1e-6, "means")
    for (prior, own) in zip(fit.model.prior.variance, found.variance) { #expect(abs(prior / own - 1) < 1e-6) }
    #expect(found.divergence < 1e-6 && fit.model.prior.description == "a Gaussian")
    let codes = fit.model.encode(Profiles(items: Self.rows), using: .gsl)
    #expect(fit.model.prior.exactDivergences(codes)?.allSatisfy { $0 > 0 } == true)
  }
}
