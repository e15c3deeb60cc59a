import Compute

/// Mult-VAE whose prior is a mixture of K Gaussians that is learned with it.
///
/// Everything but the prior is ``MultVAE``'s. `KL(q ‖ N(0, I))` becomes `log q(z|x) − log p(z)` at the z that training draws, with
/// `p(z) = Σ_c π_c N(z; m_c, diag exp t_c)` (``MixtureOfGaussians``). A prior that goes to where the users are costs less
/// divergence for the same information, and draws from it resemble users more (measured in Docs/results.md).
///
/// Source: Tomczak & Welling, "VAE with a VampPrior", AISTATS 2018, section 2 and equation 5, for the learned mixture of
/// Gaussians that the VampPrior is compared with; Liang et al., WWW 2018, for the rest.
///
/// Differences from the paper: Mult-VAE's layers, multinomial likelihood and rising β in place of networks for images; the
/// weights π are learned, where the paper has 1/K; the components start close to N(0, I), with means from N(0, 0.1²): further
/// apart, they cost more than they tell of users (measured as well).
public struct MixVAE: AutoencoderModel {
  /// It encodes to a distribution.
  public typealias Latent = GaussianLatent

  /// Its name on the command line and in files.
  public static let name = "mix-vae"
  /// It has to be asked for: it is Mult-VAE but for the prior.
  public static let isComparedByDefault = false
  /// All that can be set.
  public static var settings: [Setting<Self>] {
    [
      .hidden(\.vae.hidden), .latent(\.vae.latent), .dropout(\.vae.dropout), .likelihood(\.vae.likelihood),
      .whole(
        "components", \.components, in: 1...1000, "Number of Gaussians in a learned prior.",
        search: .logarithmic(1...100)),
      .beta(\.vae.beta), .annealingSteps(\.vae.annealingSteps), .weightDecay(\.vae.weightDecay),
    ] + trainingSettings
  }

  /// All but the prior.
  public var vae = MultVAE()
  /// K.
  public var components = 10
  /// How it is fitted.
  public var training: TrainingOptions {
    get { vae.training }
    set { vae.training = newValue }
  }

  /// Creates the model with its defaults.
  public init() {}

  /// The network.
  public var design: Design<GaussianLatent> {
    var design = vae.design
    design.prior = MixtureOfGaussians(components: components, spread: 0.1)
    return design
  }

  /// The same model with what Mult-VAE takes from the data written out.
  public func settingsUsed(rows: Int) -> MixVAE {
    var used = self
    used.vae = vae.settingsUsed(rows: rows)
    return used
  }
}
