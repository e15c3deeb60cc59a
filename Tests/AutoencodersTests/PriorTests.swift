import Autoencoders
import Compute
import Foundation
import InteractionData
import TestSupport
import Testing

/// What a prior says in training, of densities and in draws must be one and the same distribution.
@Suite("Priors")
struct PriorTests {
  private static let users = Profiles(items: randomRows(60, 50, density: 0.2, seed: 180))

  private static func design(_ prior: any Prior, _ weight: DivergenceWeight? = nil, latent: Int = 2) -> Design<
    GaussianLatent
  > {
    var model = MultVAE()
    (model.hidden, model.latent, model.beta, model.annealingSteps) = ([6], latent, 0.7, 0)
    var design = model.design
    design.prior = prior
    if let weight { design.regulariser.weight = weight }
    return design
  }

  /// A model whose prior is 0.25 N((1, −1), (0.25, 1)) + 0.75 N((−2, 0.5), (1, 4)).
  private static func mixture() throws -> Autoencoder<GaussianLatent> {
    let design = design(MixtureOfGaussians(components: 2))
    var tensors = NamedTensors(Network<Float>(design, items: 50, users: 0, seed: Seed(1))).matrices
    tensors["prior.logits"] = Matrix(rows: 1, columns: 2, elements: [0, Float(log(3.0))])
    tensors["prior.means"] = Matrix(rows: 2, columns: 2, elements: [1, -1, -2, 0.5])
    tensors["prior.logVariances"] = Matrix(rows: 2, columns: 2, elements: [Float(log(0.25)), 0, 0, Float(log(4.0))])
    return Autoencoder(design: design, network: try Network(design, items: 50, users: 0, tensors: tensors))
  }

  private static func normal(_ x: Double, _ mean: Double, _ variance: Double) -> Double {
    exp(-(x - mean) * (x - mean) / (2 * variance)) / (2 * Double.pi * variance).squareRoot()
  }

  private static func density(_ x: Double, _ y: Double) -> Double {
    0.25 * normal(x, 1, 0.25) * normal(y, -1, 1) + 0.75 * normal(x, -2, 1) * normal(y, 0.5, 4)
  }

  @Test(
    "every gradient under a mixture prior, its own parameters' included, is the slope of the loss",
    arguments: [
      GradientCase("mixture", design(MixtureOfGaussians(components: 3), latent: 4)),
      GradientCase("mixture, log-variance near 2", design(MixtureOfGaussians(components: 2)), logVariance: 2),
      GradientCase("mixture, γ·N_u", design(MixtureOfGaussians(components: 2), .perInteraction(0.02))),
      GradientCase("standard normal, γ·N_u", design(StandardNormal(), .perInteraction(0.02))),
    ])
  func slopes(_ model: GradientCase) throws {
    let wrong = try model.disagreements()
    #expect(wrong.isEmpty, "seed \(GradientCase.seed.value): \(wrong)")
  }

  @Test("log densities are those of the formula, for N(0, I) and for a mixture")
  func logDensity() throws {
    let points: [(Double, Double)] = [(0, 0), (1, -1), (-2, 0.5), (3, 3), (-40, 20)]
    let latents = Matrix(rows: 5, columns: 2, elements: points.flatMap { [Float($0.0), Float($0.1)] })
    let model = try Self.mixture()
    let found = model.logDensities(of: latents)
    expectClose(
      Array(found.prefix(4)), points.prefix(4).map { log(Self.density($0.0, $0.1)) }, within: 1e-5, "mixture")
    // So far out that the sum of the densities is zero: log-sum-exp still has it.
    let far = log(0.75 / (2 * Double.pi * 2)) - 0.5 * (38 * 38 + 19.5 * 19.5 / 4)
    expectClose([found[4]], [far], within: 1e-3, "far out")
    let standard = Autoencoder(
      design: Self.design(StandardNormal()),
      network: Network<Float>(Self.design(StandardNormal()), items: 50, users: 0, seed: Seed(1)))
    expectClose(
      standard.logDensities(of: latents), points.map { -log(2 * Double.pi) - 0.5 * ($0.0 * $0.0 + $0.1 * $0.1) },
      within: 1e-5, "standard normal")
  }

  @Test(
    "draws follow the density: means, variances and the share below a value, over seeds",
    arguments: [1, 2, 3] as [UInt64])
  func draws(seed: UInt64) throws {
    let prior = try Self.mixture().prior
    var random = Seed(seed).stream(.sampling)
    let count = 40_000
    let drawn = prior.draw(count: count, using: &random)
    expectClose(prior.mean, [-1.25, 0.125], within: 1e-6, "mean")
    for k in 0..<2 {
      let values = (0..<count).map { Double(drawn[$0, k]) }
      let error = (prior.variance[k] / Double(count)).squareRoot()
      #expect(abs(Statistics.mean(values) - prior.mean[k]) < 5 * error, "mean of dimension \(k)")
      let variance = pow(Statistics.standardDeviation(values), 2)
      #expect(abs(variance / prior.variance[k] - 1) < 5 * (3 / Double(count)).squareRoot(), "variance of \(k)")
      for value in [-2.5, 0, 1.2] {
        let share = Double(values.count { $0 <= value }) / Double(count)
        let expected = prior.below(value, dimension: k)
        #expect(abs(share - expected) < 5 * (0.25 / Double(count)).squareRoot(), "below \(value) in \(k)")
      }
    }
    #expect(prior.components.map(\.weight).map { ($0 * 1e6).rounded() } == [250_000, 750_000])
  }

  @Test("in one dimension the estimated divergence is that of a quadrature, on average over draws")
  func unbiased() throws {
    let design = Self.design(MixtureOfGaussians(components: 2), latent: 1)
    var tensors = NamedTensors(Network<Float>(design, items: 50, users: 0, seed: Seed(1))).matrices
    tensors["prior.means"] = Matrix(rows: 2, columns: 1, elements: [1, -2])
    tensors["prior.logVariances"] = Matrix(rows: 2, columns: 1, elements: [Float(log(0.25)), 0])
    let model = Autoencoder(
      design: design, network: try Network(design, items: 50, users: 0, tensors: tensors))
    let codes = model.encode(Profiles(items: Self.users.items.selecting(rows: [0])), using: .gsl)
    let (mean, variance) = (Double(codes.mean[0, 0]), exp(Double(codes.logVariance[0, 0])))
    var exact = 0.0
    for step in -100_000...100_000 {
      let z = mean + Double(step) * 1e-4 * variance.squareRoot()
      let q = Self.normal(z, mean, variance)
      let p = 0.5 * Self.normal(z, 1, 0.25) + 0.5 * Self.normal(z, -2, 1)
      if q > 0 { exact += q * log(q / p) * 1e-4 * variance.squareRoot() }
    }
    var random = Seed(7).stream(.sampling)
    let found = (0..<4_000).map { _ in
      model.prior.divergences(codes, at: model.drawFromPosterior(codes, using: &random))[0]
    }
    #expect(abs(Statistics.mean(found) - exact) < 5 * Statistics.standardError(found), "\(exact)")
    #expect(model.prior.exactDivergences(codes) == nil && model.divergences(codes) == model.divergences(codes))
  }

  @Test("training's divergence at a draw is log q − log p of the finished model at that draw")
  func trainingAgrees() throws {
    let model = try Self.mixture()
    let rows = Self.users.items
    var step = TrainingStep(
      model.design, network: model.network, batchSize: 60, plannedUpdates: 1, adam: Adam(),
      processor: Processor(engine: .gsl, threads: 2))
    var random = Seed(8).stream(.latentNoise)
    var noise = Matrix<Double>(rows: 60, columns: 2)
    random.fillGaussian(&noise)
    let given = NoiseSource.given(
      GivenNoise(kept: (0..<60).map { [Bool](repeating: true, count: rows.count(ofRow: $0)) }, latent: noise))
    // Kept entries count double in training: the codes of the clean rows would be others.
    let head = try step.outputs(rows: Array(0..<60), of: rows, noise: given).head
    let codes = GaussianLatent.codes(of: head)
    let latents = codes.mean.addingScaledNoise(
      Matrix(rows: 60, columns: 2, elements: noise.elements.map { Float($0) }), logVariance: codes.logVariance)
    let loss = try step.loss(rows: Array(0..<60), of: rows, noise: given)
    expectClose(
      [loss.divergence], [Statistics.mean(model.prior.divergences(codes, at: latents))], within: 1e-4, "divergence")
  }

  @Test("the parameters of a mixture learn, are in the model file, and are the same on any number of threads")
  func parameters() throws {
    let rows = Self.users.items
    let mixture = Self.design(MixtureOfGaussians(components: 3))
    let models = try [1, 2, 3].map { threads in
      try Trainer(processor: Processor(engine: .gsl, threads: threads), seed: Seed(4))
        .fit(mixture, to: rows, options: TrainingOptions(epochs: 3, batchSize: 20)).model
    }
    let tensors = models.map { NamedTensors($0.network).matrices }
    #expect(tensors[0] == tensors[1] && tensors[0] == tensors[2])
    let start = NamedTensors(Network<Float>(mixture, items: 50, users: 60, seed: Seed(4))).matrices
    for name in ["prior.logits", "prior.means", "prior.logVariances"] {
      #expect(tensors[0][name] != nil && tensors[0][name] != start[name], "\(name) has not learned")
    }
    #expect(models[0].network.parameterCount == tensors[0].values.reduce(0) { $0 + $1.count })
    let bound = try models[0].evidenceBound(
      of: Self.users, seed: Seed(9), processor: Processor(engine: .gsl, threads: 2))
    #expect(bound.value.isFinite && bound.divergence != 0)
  }
}
