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

  /// A gated wide layer and a gated one above it.
  private static func gated(_ prior: any Prior) -> Design<GaussianLatent> {
    var design = design(prior, latent: 3)
    var encoder = LayerStack(inputs: 10)
    encoder.append(Gate())
    encoder.append(GatedDense(4))
    encoder.append(Dense(6, .identity))
    design.layers = Architecture(inputActivation: .identity, encoder: encoder, decoder: LayerStack(inputs: 3))
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
      GradientCase("VampPrior", design(VampPrior(pseudoInputs: 3, inputWidth: 6), latent: 4)),
      GradientCase("VampPrior, γ·N_u", design(VampPrior(pseudoInputs: 2, inputWidth: 6), .perInteraction(0.02))),
      GradientCase("VampPrior over gates", gated(VampPrior(pseudoInputs: 3, inputWidth: 10))),
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

  /// Both priors, by name.
  private static func prior(_ name: String) throws -> FittedPrior {
    name == "mixture" ? try mixture().prior : .standardNormal(dimensions: 2)
  }

  @Test(
    "draws follow the density: means, variances, and the shares in twenty bins of each dimension, over seeds",
    arguments: ["standard normal", "mixture"], [1, 2, 3] as [UInt64])
  func draws(name: String, seed: UInt64) throws {
    let prior = try Self.prior(name)
    var random = Seed(seed).stream(.sampling)
    let count = 40_000
    let drawn = prior.draw(count: count, using: &random)
    for k in 0..<2 {
      let values = (0..<count).map { Double(drawn[$0, k]) }
      let error = (prior.variance[k] / Double(count)).squareRoot()
      #expect(abs(Statistics.mean(values) - prior.mean[k]) < 5 * error, "mean of dimension \(k)")
      let variance = pow(Statistics.standardDeviation(values), 2)
      #expect(abs(variance / prior.variance[k] - 1) < 5 * (3 / Double(count)).squareRoot(), "variance of \(k)")
      let edges = [-Double.infinity] + stride(from: -4.5, through: 4.5, by: 0.5).map(\.self) + [.infinity]
      var statistic = 0.0
      for (low, high) in zip(edges, edges.dropFirst()) {
        let expected = Double(count) * (prior.below(high, dimension: k) - prior.below(low, dimension: k))
        let difference = Double(values.count { low < $0 && $0 <= high }) - expected
        // Where next to nothing is expected, the statistic is none.
        if expected > 5 { statistic += difference * difference / expected }
        #expect(abs(prior.above(high, dimension: k) + prior.below(high, dimension: k) - 1) < 1e-12)
      }
      // χ² with at most 19 degrees of freedom exceeds 53 once in 50,000.
      #expect(statistic < 53, "χ² of dimension \(k)")
    }
  }

  @Test(
    "draws and density are of one distribution: the mean of q(z) ÷ p(z) over draws from p is 1",
    arguments: ["standard normal", "mixture"], [4, 5, 6] as [UInt64])
  func importance(name: String, seed: UInt64) throws {
    let prior = try Self.prior(name)
    var random = Seed(seed).stream(.sampling)
    let drawn = prior.draw(count: 20_000, using: &random)
    // Narrower than p everywhere, so that the ratio has a variance.
    for (x, y) in [(0.0, 0.0), (-1.5, 0.8), (0.8, -0.7)] {
      let ratios = zip(prior.logDensities(of: drawn), 0..<drawn.rows).map { density, row in
        Self.normal(Double(drawn[row, 0]), x, 0.09) * Self.normal(Double(drawn[row, 1]), y, 0.09) / exp(density)
      }
      #expect(abs(Statistics.mean(ratios) - 1) < 5 * Statistics.standardError(ratios), "around (\(x), \(y))")
    }
  }

  @Test("moments and covariance of a mixture are those of its components")
  func moments() throws {
    let prior = try Self.mixture().prior
    expectClose(prior.components.map(\.weight), [0.25, 0.75], within: 1e-6, "weights")
    expectClose(prior.mean, [-1.25, 0.125], within: 1e-6, "mean")
    // Within components 0.25 · 0.25 + 0.75 · 1 and 0.25 · 1 + 0.75 · 4; between them 3/16 of the squared distances.
    expectClose(prior.variance, [0.8125 + 27.0 / 16, 3.25 + 27.0 / 64], within: 1e-6, "variance")
    let between = 3.0 / 16 * 3 * -1.5
    expectClose(
      prior.covariance.elements, [prior.variance[0], between, between, prior.variance[1]], within: 1e-6, "covariance")
    #expect(prior.description == "a mixture of 2 Gaussians" && !prior.isStandardNormal)
  }

  @Test("a mixture of one standard Gaussian is N(0, I) in everything that is asked of a prior")
  func oneComponent() throws {
    let design = Self.design(MixtureOfGaussians(components: 1))
    var tensors = NamedTensors(Network<Float>(design, items: 50, users: 0, seed: Seed(1))).matrices
    tensors["prior.means"]?.clear()
    let mixture = Autoencoder(design: design, network: try Network(design, items: 50, users: 0, tensors: tensors))
    let plain = Self.design(StandardNormal())
    let standard = Autoencoder(
      design: plain,
      network: try Network(plain, items: 50, users: 0, tensors: tensors.filter { !$0.key.hasPrefix("prior.") }))
    #expect(mixture.prior.isStandardNormal && mixture.prior.components == standard.prior.components)
    let codes = mixture.encode(Self.users, using: .gsl)
    #expect(mixture.divergences(codes) == standard.divergences(codes))
    let processor = Processor(engine: .gsl, threads: 2)
    #expect(
      try mixture.evidenceBound(of: Self.users, seed: Seed(3), processor: processor)
        == standard.evidenceBound(of: Self.users, seed: Seed(3), processor: processor))
    #expect(
      try mixture.aggregatePosterior(of: Self.users, processor: processor)
        == standard.aggregatePosterior(of: Self.users, processor: processor))
    var one = Seed(5).stream(.sampling)
    var other = Seed(5).stream(.sampling)
    #expect(
      mixture.drawFromPrior(count: 9, using: &one).elements == standard.drawFromPrior(count: 9, using: &other).elements)
  }

  @Test("the moments of the aggregate posterior are held against those of the prior")
  func aggregate() throws {
    let model = try Self.mixture()
    let found = try model.aggregatePosterior(of: Self.users, processor: Processor(engine: .gsl, threads: 2))
    let (mean, variance) = (model.prior.mean, model.prior.variance)
    expectClose(
      found.divergences,
      (0..<2).map { k in
        let ratio = found.variance[k] / variance[k]
        return 0.5 * (ratio + pow(found.mean[k] - mean[k], 2) / variance[k] - 1 - log(ratio))
      }, within: 1e-12, "divergences")
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
    func quadrature(_ prior: (Double) -> Double) -> Double {
      (-100_000...100_000).reduce(0) { sum, step in
        let z = mean + Double(step) * 1e-4 * variance.squareRoot()
        let q = Self.normal(z, mean, variance)
        return q > 0 ? sum + q * log(q / prior(z)) * 1e-4 * variance.squareRoot() : sum
      }
    }
    let exact = quadrature { 0.5 * Self.normal($0, 1, 0.25) + 0.5 * Self.normal($0, -2, 1) }
    var random = Seed(7).stream(.sampling)
    let found = (0..<4_000).map { _ in
      model.prior.divergences(codes, at: model.drawFromPosterior(codes, using: &random))[0]
    }
    #expect(abs(Statistics.mean(found) - exact) < 5 * Statistics.standardError(found), "\(exact)")
    // Estimated again and again, with an error that says how far off the estimates are.
    let estimates = (0..<400).map { model.prior.divergences(codes, seed: Seed($0)) }
    let errors = estimates.map { ($0.values[0] - exact) / $0.error }
    let bias = Statistics.mean(estimates.map { $0.values[0] }) - exact
    #expect(abs(bias) < 5 * Statistics.mean(estimates.map(\.error)) / 20)
    // Student's t with 15 degrees of freedom varies by 15/13; five standard errors of 400.
    #expect(abs(Statistics.standardDeviation(errors) - (15.0 / 13).squareRoot()) < 0.3)
    #expect(model.prior.exactDivergences(codes) == nil && model.divergences(codes) == model.divergences(codes))
    let closed = try #require(FittedPrior.standardNormal(dimensions: 1).exactDivergences(codes))
    expectClose(closed, [quadrature { Self.normal($0, 0, 1) }], within: 1e-6, "closed form")
    #expect(FittedPrior.standardNormal(dimensions: 1).divergences(codes, seed: Seed(1)).error == 0)
  }

  @Test(
    "training's divergence at a draw is log q − log p of the finished model at that draw",
    arguments: ["mixture", "VampPrior"])
  func trainingAgrees(name: String) throws {
    let vamp = Self.design(VampPrior(pseudoInputs: 4, inputWidth: 6))
    let model =
      name == "mixture"
      ? try Self.mixture() : Autoencoder(design: vamp, network: Network(vamp, items: 50, users: 0, seed: Seed(1)))
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

  @Test(
    "the parameters of a prior learn, are in the model file, and are the same on any number of threads",
    arguments: [
      (MixtureOfGaussians(components: 3) as any Prior, ["prior.logits", "prior.means", "prior.logVariances"]),
      (VampPrior(pseudoInputs: 3, inputWidth: 6), ["prior.inputs", "prior.logits"]),
    ])
  func parameters(prior: any Prior, names: [String]) throws {
    let rows = Self.users.items
    let design = Self.design(prior)
    let models = try [1, 2, 3].map { threads in
      try Trainer(processor: Processor(engine: .gsl, threads: threads), seed: Seed(4))
        .fit(design, to: rows, options: TrainingOptions(epochs: 3, batchSize: 20)).model
    }
    let tensors = models.map { NamedTensors($0.network).matrices }
    #expect(tensors[0] == tensors[1] && tensors[0] == tensors[2])
    let start = NamedTensors(Network<Float>(design, items: 50, users: 60, seed: Seed(4))).matrices
    for name in names {
      #expect(tensors[0][name] != nil && tensors[0][name] != start[name], "\(name) has not learned")
    }
    #expect(models[0].network.parameterCount == tensors[0].values.reduce(0) { $0 + $1.count })
    let bound = try models[0].evidenceBound(
      of: Self.users, seed: Seed(9), processor: Processor(engine: .gsl, threads: 2))
    #expect(bound.value.isFinite && bound.divergence != 0)
  }

  @Test("a pseudo-input with the wide layer's sums of a user is, in the prior, that user's posterior")
  func pseudoInput() throws {
    let design = Self.design(VampPrior(pseudoInputs: 2, inputWidth: 6))
    var tensors = NamedTensors(Network<Float>(design, items: 50, users: 0, seed: Seed(1))).matrices
    let weights = try #require(tensors["encoder.0.weight"])
    for (place, user) in [7, 31].enumerated() {
      let items = Self.users.items.indices(ofRow: user)
      for h in 0..<6 {
        let sum = items.reduce(Float(0)) { $0 + weights[Int($1), h] }
        tensors["prior.inputs"]?[place, h] = sum / Float(items.count).squareRoot()
      }
    }
    tensors["prior.logits"] = Matrix(rows: 1, columns: 2, elements: [0, Float(log(3.0))])
    let model = Autoencoder(design: design, network: try Network(design, items: 50, users: 0, tensors: tensors))
    let codes = model.encode(Profiles(items: Self.users.items.selecting(rows: [7, 31])), using: .gsl)
    for (row, component) in model.prior.components.enumerated() {
      expectClose([component.weight], [row == 0 ? 0.25 : 0.75], within: 1e-6, "weight")
      expectClose(component.mean, codes.mean[row: row].map { Double($0) }, within: 1e-5, "mean")
      expectClose(
        component.variance, codes.logVariance[row: row].map { exp(Double($0)) }, within: 1e-5, "variance")
    }
  }
}
