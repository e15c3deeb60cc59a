import Autoencoders
import Compute
import TestSupport
import Testing

/// The layers that are no plain dense ones: by hand, by differences, and as a reader of a design sees them.
@Suite("Layers")
struct LayerTests {
  private static let rounding = 1e-9

  private func outputs(_ layer: some Layer, _ input: [Double], _ weights: [[Double]] = []) -> [Double] {
    let parameters = layer.parameters(inputs: input.count)
    let matrices = zip(parameters, weights).map { Matrix(rows: $0.rows, columns: $0.columns, elements: $1) }
    var trace = LayerTrace<Double>(layer, inputs: input.count, rows: 1, forTraining: false)
    var multiplier = Multiplier<Double>(.gsl)
    layer.forward(
      Matrix(rows: 1, columns: input.count, elements: input), matrices[...], trace: &trace, multiplier: &multiplier)
    return trace.output.elements
  }

  @Test("layer normalisation with ε = 0.1 divides by the biased variance")
  func normalisation() {
    expectClose(
      outputs(LayerNormalisation(epsilon: 0.1), [1, 2, 4], [[1, 1, 1], [0, 0, 0]]),
      [-1.0362555203, -0.2590638801, 1.2953194004], within: Self.rounding, "weight 1, bias 0")
    expectClose(
      outputs(LayerNormalisation(epsilon: 0.1), [1, 2, 4], [[2, 1, 0], [0, 5, 7]]),
      [-2.0725110406, 4.7409361199, 7], within: Self.rounding, "other weights")
  }

  @Test("swish(1) is σ(1), a gate lets σ(c) of a through, and a gated dense layer is both halves of one product")
  func gates() {
    expectClose(outputs(Swish(), [1, 0, -1]), [0.7310585786, 0, -0.2689414214], within: Self.rounding, "swish")
    expectClose(outputs(Gate(), [3, -2, 1, 0]), [3 * 0.7310585786, -1], within: Self.rounding, "gate")
    // W x + b = 2·1 − 1·1 + 0.5, V x + c = 0·1 + 3·1 − 2.
    expectClose(
      outputs(GatedDense(1), [1, 1], [[2, -1, 0, 3], [0.5, -2]]), [1.5 * 0.7310585786], within: Self.rounding, "gated")
  }

  @Test("every gradient of networks with such layers is the slope of the loss", arguments: cases)
  func slopes(_ model: GradientCase) throws {
    let wrong = try model.disagreements()
    #expect(wrong.isEmpty, "seed \(GradientCase.seed.value): \(wrong)")
  }

  static let cases =
    designs.map { GradientCase($0.name, $0.design) } + [GradientCase("the encoder of RecVAE", recVAE())]

  static let designs = [
    ("a gated dense layer on both sides", point(.identity, encoder: [GatedDense(7)], decoder: [GatedDense(8)])),
    ("a gated wide layer", point(.identity, first: 14, encoder: [Gate(), Dense(6, .tanh)], decoder: [])),
    ("swish", point(.identity, encoder: [Swish(), Dense(7), Swish()], decoder: [Dense(5), Swish()])),
    (
      "layer normalisation",
      point(
        .tanh, encoder: [LayerNormalisation(), Dense(7)], decoder: [Dense(6, .tanh), LayerNormalisation(epsilon: 0.1)])
    ),
  ].map { (name: $0.0, design: $0.1) }

  private static func point(
    _ activation: Activation, first: Int = 9, encoder: [any Layer], decoder: [any Layer]
  ) -> Design<PointLatent> {
    var below = LayerStack(inputs: first)
    for layer in encoder { below.append(layer) }
    var above = LayerStack(inputs: below.outputs)
    for layer in decoder { above.append(layer) }
    var design = AE().design
    design.latent = below.outputs
    design.weightDecay = 0.01
    design.layers = Architecture(inputActivation: activation, encoder: below, decoder: above)
    return design
  }

  /// Two dense layers after the wide one: `h_k = LN(swish(W_k h_{k−1} + b_k + h_1 + … + h_{k−1}))`.
  static func recVAE() -> Design<GaussianLatent> {
    var model = MultVAE()
    (model.latent, model.beta, model.annealingSteps) = (4, 0.5, 0)
    var design = model.design
    var encoder = LayerStack(inputs: 8)
    encoder.append(Swish())
    encoder.append(LayerNormalisation(epsilon: 0.1))
    var outputs = [2]
    for _ in 0..<2 {
      encoder.append(Dense(8))
      encoder.append(Swish(), adding: outputs)
      encoder.append(LayerNormalisation(epsilon: 0.1))
      outputs.append(encoder.steps.count)
    }
    encoder.append(Dense(8))
    design.layers = Architecture(inputActivation: .identity, encoder: encoder, decoder: LayerStack(inputs: 4))
    return design
  }

  @Test("a network with such layers is the same on any number of threads, and scores what training saw")
  func threads() throws {
    let rows = randomRows(90, 140, density: 0.08, seed: 170)
    let options = TrainingOptions(epochs: 2, batchSize: 40)
    let models = try [1, 2, 3].map { threads in
      try Trainer(processor: Processor(engine: .gsl, threads: threads), seed: Seed(4))
        .fit(Self.recVAE(), to: rows, options: options).model
    }
    let tensors = models.map { NamedTensors($0.network).matrices }
    #expect(tensors[0] == tensors[1] && tensors[0] == tensors[2])
    let network = try Network<Float>(Self.recVAE(), items: 140, users: 90, tensors: tensors[0])
    #expect(NamedTensors(network).matrices == tensors[0])
    #expect(network.parameterCount == models[0].network.parameterCount)
  }
}
