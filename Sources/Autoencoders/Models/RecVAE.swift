import Compute
import FileFormats

/// RecVAE: a variational autoencoder whose encoder is kept near its state of some epochs ago, and is trained
/// alternately with the decoder.
///
/// | paper | here |
/// |---|---|
/// | x_u normalised, then dropout | `normalisesInput`, `corruption` |
/// | h_k = LN(swish(W_k h_(k−1) + b_k + h_1 + … + h_(k−1))), μ and log σ² linear in h_5 | `encoder` |
/// | f(z) = W z + b, softmax | no hidden layer in the decoder |
/// | E[log p(x\|z)] − γ N_u KL(q ‖ p(z \| φ_old, x)) | `DivergenceWeight.perInteraction` |
/// | p(z \| φ_old, x): N(0, 1), the old posterior and a wide Gaussian, mixed | ``CompositePrior`` |
/// | encoder epochs with dropout, then a decoder epoch without | `phases` |
///
/// Source: Shenbin, Alekseev, Tutubalina, Malykh & Nikolenko, "RecVAE: A new variational autoencoder for top-N recommendations
/// with implicit feedback", WSDM 2020, sections 3.2–3.4, equations 8–11, and the authors' code.
///
/// Differences from the paper: the encoder before the first update is the first "old" one, while the authors' code has
/// another random network; weights are initialised as Mult-VAE's; an epoch is a pass over the users, so that four of
/// them equal one of the authors', and validation may choose any. γ is 0.005 + 10/U, at most 0.05, for U training
/// users; the authors have 0.005 for ML-20M. Layers are 300 wide, the step size is 0.002, and batches shrink with the
/// data. `gamma: 0.005, hidden: 600, batchSize: 500, learningRate: 0.0005, epochs: 200, patience: 0` gives the authors'
/// training.
public struct RecVAE: AutoencoderModel {
  /// It encodes to a distribution.
  public typealias Latent = GaussianLatent

  /// Its name on the command line and in files.
  public static let name = "rec-vae"
  /// Its settings.
  public static var settings: [Setting<Self>] {
    [
      .hidden(\.hidden).where("one width from 1 to 100000") { $0.hidden.count == 1 },
      .latent(\.latent), .dropout(\.dropout), .likelihood(\.likelihood),
      .number(
        "gamma", \.gamma,
        "Weight γ of the KL term for each interaction of a user (default: 0.005 + 10/users, at most 0.05).",
        placeholder: "γ", accepted: "a number of at least 0", search: .logarithmic(1e-3...5e-2)
      ) { $0 >= 0 },
      .whole("encoderEpochs", \.encoderEpochs, in: 1...1000, "Epochs of the encoder before one of the decoder.")
        .withoutFlag(),
      .whole("layers", \.layers, in: 1...100, "Number of hidden layers of the encoder.").withoutFlag(),
      .weightDecay(\.weightDecay),
    ] + trainingSettings
  }

  /// The width of the encoder's hidden layers.
  public var hidden = [300]
  /// The number of hidden layers.
  public var layers = 5
  /// L, the number of latent dimensions.
  public var latent = 200
  /// The probability that an input entry is dropped while the encoder learns.
  public var dropout = 0.5
  /// The likelihood of the input given the output.
  public var likelihood = Likelihood.multinomial
  /// γ; `nil` is 0.005 + 10/U, at most 0.05, for U training users.
  public var gamma: Double?
  /// The epochs of the encoder before one of the decoder.
  public var encoderEpochs = 3
  /// λ of `λ Σ ‖W‖²`.
  public var weightDecay = 0.0
  /// The training options.
  public var training = TrainingOptions(epochs: 200, learningRate: 2e-3)

  /// Creates the model with its defaults.
  public init() {}

  /// The network.
  public var design: Design<GaussianLatent> {
    var design = Design<GaussianLatent>(
      latent: latent, prior: CompositePrior(), weight: .perInteraction(gamma ?? 0.005))
    design.normalisesInput = true
    design.corruption = .dropout(dropout)
    design.layers = Architecture(
      inputActivation: .identity, encoder: encoder, decoder: LayerStack(inputs: latent))
    design.likelihood = likelihood
    design.weightDecay = weightDecay
    design.phases = [
      Phase(learns: [.encoder], epochs: encoderEpochs, keepsEncoder: true),
      Phase(learns: [.decoder], corrupts: false, keepsEncoder: true),
    ]
    return design
  }

  /// The layers after the wide input layer; each reads all layers before it.
  private var encoder: LayerStack {
    let width = hidden.first ?? 300
    var stack = LayerStack(inputs: width)
    var outputs: [Int] = []
    for layer in 0..<layers {
      if layer > 0 { stack.append(Dense(width)) }
      stack.append(Swish(), adding: outputs)
      stack.append(LayerNormalisation(epsilon: 0.1))
      outputs.append(stack.steps.count)
    }
    stack.append(Dense(2 * latent))
    return stack
  }

  /// Fits the design, twice if there are rows for a second fit, and measures the Gaussian that serves as the prior for
  /// new users.
  public func fit(
    _ data: TrainingData<Autoencoder<GaussianLatent>>, by trainer: Trainer
  ) throws -> Fit<Autoencoder<GaussianLatent>> {
    var (set, data) = (self, data)
    set.gamma = gamma ?? Self.gamma(users: (0..<data.all.rowCount).count { data.all.count(ofRow: $0) > 0 })
    func measured(_ model: Autoencoder<GaussianLatent>, over rows: SparseRows) throws -> Autoencoder<GaussianLatent> {
      try model.measuringPrior(over: rows, processor: trainer.processor)
    }
    // A bound that chooses the epoch must be that of the final model; rankings do not use the prior.
    if trainer.waitsForPrior, let validate = data.validate {
      data = TrainingData(rows: data.rows, refit: data.refit) { [rows = data.rows] in
        try validate(measured($0, over: rows))
      }
    }
    var fit = try trainer.fit(set.design, to: data, options: training).map { try measured($0, over: data.all) }
    if gamma == nil { fit.chosen["gamma"] = set.gamma.map { .number($0) } ?? .null }
    return fit
  }

  /// The same model with explicit γ and batch size.
  public func settingsUsed(rows: Int) -> RecVAE {
    var used = self
    used.gamma = gamma ?? Self.gamma(users: rows)
    used.training.batchSize = training.batchSize(users: rows)
    return used
  }

  /// γ for a number of training users: the authors' 0.005 for many, more for few.
  static func gamma(users: Int) -> Double { min(0.05, 0.005 + 10 / Double(max(1, users))) }
}
