import Compute

/// A variational autoencoder whose prior is the posterior of learned pseudo-inputs, with a gated encoder.
///
/// | paper | here |
/// |---|---|
/// | h = (x W + b) ⊙ σ(x V + c) | wide layer of 2H, `Gate` |
/// | q(z\|x) = N(μ(h), diag σ²(h)) | H → 2L, ``GaussianLatent`` |
/// | p(z) = (1/K) Σ_k q(z \| u_k) | ``VampPrior`` |
/// | π(z) = softmax(z A + a) | L → items |
/// | E[log p(x\|z)] − β (log q(z\|x) − log p(z)) | `prior`, β as ``MultVAE``'s |
///
/// It can generate users without training data, because its prior matches the aggregate posterior. With N(0, I), all
/// posteriors together must approach the prior, which costs information or leaves regions without users.
///
/// Sources: Tomczak & Welling, "VAE with a VampPrior", AISTATS 2018; Kim & Suh, "Enhancing VAEs for collaborative filtering:
/// flexible priors & gating mechanisms", RecSys 2019, sections 3.2 and 3.4.
///
/// Differences from the papers: one latent layer in place of two; a linear decoder in place of a gated one;
/// pseudo-inputs behind the wide layer (see ``VampPrior``), 100 of them in place of 500 to 1,000.
public struct VampVAE: AutoencoderModel {
  /// It encodes to a distribution.
  public typealias Latent = GaussianLatent

  /// Its name on the command line and in files.
  public static let name = "vamp-vae"
  /// It is compared only when named, because it differs from Mult-VAE mainly as a generator.
  public static let isComparedByDefault = false
  /// Its settings.
  public static var settings: [Setting<Self>] {
    [
      .hidden(\.hidden), .latent(\.latent), .dropout(\.dropout), .likelihood(\.likelihood),
      .whole(
        "components", \.components, in: 1...1000, "Number of Gaussians in a learned prior.",
        search: .logarithmic(10...1000)),
      .beta(\.beta), .annealingSteps(\.annealingSteps), .weightDecay(\.weightDecay),
    ] + trainingSettings
  }

  /// The widths of the hidden layers of the encoder.
  public var hidden = [200]
  /// L, the number of latent dimensions.
  public var latent = 200
  /// The probability that an input entry is dropped.
  public var dropout = 0.5
  /// The likelihood of the input given the output.
  public var likelihood = Likelihood.multinomial
  /// K.
  public var components = 100
  /// The cap of β.
  public var beta = 1.0
  /// T of the schedule; see ``KLSchedule``.
  public var annealingSteps: Int?
  /// λ of `λ Σ ‖W‖²`.
  public var weightDecay = 0.0
  /// The training options.
  public var training = TrainingOptions(epochs: 100, learningRate: 2e-3)

  /// Creates the model with its defaults.
  public init() {}

  /// The network.
  public var design: Design<GaussianLatent> {
    let layers = layers
    let prior = VampPrior(pseudoInputs: components, inputWidth: layers.inputWidth)
    let schedule = KLSchedule(cap: beta, annealingSteps: annealingSteps)
    var design = Design<GaussianLatent>(latent: latent, prior: prior, weight: .annealed(schedule))
    design.normalisesInput = true
    design.corruption = .dropout(dropout)
    design.layers = layers
    design.likelihood = likelihood
    design.weightDecay = weightDecay
    return design
  }

  private var layers: Architecture {
    var encoder = LayerStack(inputs: hidden.first.map { 2 * $0 } ?? 2 * latent)
    if !hidden.isEmpty {
      encoder.append(Gate())
      for width in hidden.dropFirst() { encoder.append(GatedDense(width)) }
      encoder.append(Dense(2 * latent, .identity))
    }
    return Architecture(inputActivation: .identity, encoder: encoder, decoder: LayerStack(inputs: latent))
  }
}
