import Compute

/// Mult-VAE^PR: a variational autoencoder with a multinomial likelihood and a partly weighted prior.
///
/// | paper | here |
/// |---|---|
/// | x_u normalised, then dropout | `normalisesInput`, `corruption` |
/// | g_φ(x_u) = [μ, log σ²] | items → 600 (tanh) → 2 · 200 |
/// | z_u = μ + σ ⊙ ε, ε ~ N(0, I) in training, z_u = μ at evaluation | `GaussianLatent` |
/// | f_θ(z_u), π(z_u) = softmax | 200 → 600 (tanh) → items |
/// | E[log p(x\|z)] − β KL(q ‖ N(0, I)), KL summed over dimensions | `prior` |
///
/// Source: Liang, Krishnan, Hoffman & Jebara, "Variational autoencoders for collaborative filtering", WWW 2018, sections
/// 2.1–2.2, equations 2, 5 and 7, and the authors' code.
///
/// Differences from the paper: β rises towards 1 and validation picks the epoch, and with it β. This is the paper's own search
/// for β in a single run (section 2.2.2); the authors' code stops at the 0.2 that the search had given on ML-20M, which is too
/// loose a prior for small data (measured in Docs/results.md). β gets there at 80 % of the planned updates instead of after
/// 40,000, which a small data set never makes. Batches of 1,000 users and steps of 0.002, where the authors take 500 and
/// 0.001. `beta: 0.2, annealingSteps: 200000, batchSize: 500, learningRate: 0.001` gives the paper's.
public struct MultVAE: AutoencoderModel {
  /// It encodes to a distribution.
  public typealias Latent = GaussianLatent

  /// Its name on the command line and in files.
  public static let name = "mult-vae"
  /// All that can be set.
  public static var settings: [Setting<Self>] {
    [
      .hidden(\.hidden), .latent(\.latent), .dropout(\.dropout), .likelihood(\.likelihood), .beta(\.beta),
      .annealingSteps(\.annealingSteps), .weightDecay(\.weightDecay),
    ] + trainingSettings
  }

  /// The widths of the hidden layers.
  public var hidden: [Int] = []
  /// L, the number of latent dimensions.
  public var latent = 200
  /// The probability that an input entry is dropped.
  public var dropout = 0.5
  /// The likelihood of the input given the output.
  public var likelihood = Likelihood.multinomial
  /// The cap of β; the authors' code has 0.2.
  public var beta = 1.0
  /// T of the schedule; see ``KLSchedule``.
  public var annealingSteps: Int?
  /// λ of `λ Σ ‖W‖²`.
  public var weightDecay = 0.0
  /// How it is fitted.
  public var training = TrainingOptions(epochs: 100, learningRate: 2e-3)

  /// Creates the model with its defaults.
  public init() {}

  /// The network.
  public var design: Design<GaussianLatent> {
    let schedule = KLSchedule(cap: beta, annealingSteps: annealingSteps)
    var design = Design<GaussianLatent>(latent: latent, weight: .annealed(schedule))
    design.normalisesInput = true
    design.corruption = .dropout(dropout)
    design.hidden = hidden
    design.likelihood = likelihood
    design.weightDecay = weightDecay
    return design
  }
}
