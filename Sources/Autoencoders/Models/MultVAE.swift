import Compute

/// Mult-VAE^PR: a variational autoencoder with a multinomial likelihood and a partly weighted prior.
///
/// | paper | here |
/// |---|---|
/// | x_u normalised, then dropout | `normalisesInput`, `corruption` |
/// | g_φ(x_u) = [μ, log σ²] | items → 2 · 200 |
/// | z_u = μ + σ ⊙ ε, ε ~ N(0, I) in training, z_u = μ at evaluation | `GaussianLatent` |
/// | f_θ(z_u), π(z_u) = softmax | 200 → items |
/// | E[log p(x\|z)] − β KL(q ‖ N(0, I)), KL summed over dimensions | `prior` |
///
/// Source: Liang, Krishnan, Hoffman & Jebara, "Variational autoencoders for collaborative filtering", WWW 2018, sections
/// 2.1–2.2, equations 2, 5 and 7, and the authors' code.
///
/// Differences from the paper: no hidden layer, while the paper has one of 600 on both sides, which costs accuracy on
/// data of a few thousand users (measured in Docs/results.md). β rises towards 1 by equal factors (``KLSchedule``) and
/// validation picks the epoch, and with it β. This is the paper's own search for β in a single run (section 2.2.2); the
/// authors' code stops at the 0.2 that the search gave on ML-20M, which is too small for small data. β reaches its cap
/// at 80 % of the planned updates instead of after 40,000, which a small data set never reaches. Batches shrink with
/// the data, and the step size is 0.002. `hidden: [600], beta: 0.2, annealingSteps: 200000, batchSize: 500,
/// learningRate: 0.001, epochs: 200, patience: 0` gives the paper's training.
public struct MultVAE: AutoencoderModel {
  /// It encodes to a distribution.
  public typealias Latent = GaussianLatent

  /// Its name on the command line and in files.
  public static let name = "mult-vae"
  /// Its settings.
  public static var settings: [Setting<Self>] {
    [
      .hidden(\.hidden), .latent(\.latent), .dropout(\.dropout), .likelihood(\.likelihood), .beta(\.beta),
      .annealingSteps(\.annealingSteps), .weightDecay(\.weightDecay),
    ] + trainingSettings
  }

  /// The widths of the hidden layers; the paper has [600].
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
  /// The training options.
  public var training = TrainingOptions(epochs: 60, learningRate: 2e-3, patience: 10)

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
