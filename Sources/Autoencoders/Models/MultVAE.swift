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
  /// The names of its hyper-parameters.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case hidden, latent, dropout, likelihood, beta, annealingSteps, weightDecay
  }

  /// Its name on the command line and in files.
  public static let name = "mult-vae"
  /// How it is fitted unless told otherwise.
  public static var defaultTraining: TrainingOptions {
    TrainingOptions(epochs: 150, batchSize: 1000, learningRate: 2e-3)
  }

  /// The widths of the hidden layers.
  public var hidden = [600]
  /// L, the number of latent dimensions.
  public var latent = 200
  /// The probability that an input entry is dropped.
  public var dropout = 0.5
  /// What the output is held against the input with.
  public var likelihood = Likelihood.multinomial
  /// The cap of β; the authors' code has 0.2.
  public var beta = 1.0
  /// T of the schedule; see ``KLSchedule``.
  public var annealingSteps: Int?
  /// λ of `λ Σ ‖W‖²`.
  public var weightDecay = 0.0

  /// Creates the model with its defaults.
  public init() {}

  /// What it is made of.
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
