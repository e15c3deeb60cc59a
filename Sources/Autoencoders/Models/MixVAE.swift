import Compute

/// Mult-VAE with a prior that is a learned mixture of K Gaussians.
///
/// Everything but the prior is ``MultVAE``'s. `KL(q ‖ N(0, I))` becomes `log q(z|x) − log p(z)` at the z that training draws, with
/// `p(z) = Σ_c π_c N(z; m_c, diag exp t_c)` (``MixtureOfGaussians``). A prior that adapts to the posteriors costs less
/// divergence for the same information, and draws from it resemble users more (measured in Docs/results.md).
///
/// Source: Tomczak & Welling, "VAE with a VampPrior", AISTATS 2018, section 2 and equation 5, for the learned mixture of
/// Gaussians that the VampPrior is compared with; Liang et al., WWW 2018, for the rest.
///
/// Differences from the paper: Mult-VAE's layers, multinomial likelihood and rising β in place of networks for images;
/// the weights π are learned, while the paper has 1/K; the components start close to N(0, I), with means from N(0,
/// 0.1²): a wider start costs more divergence than it gains information (also measured).
public struct MixVAE: AutoencoderModel {
  /// It encodes to a distribution.
  public typealias Latent = GaussianLatent

  /// Its name on the command line and in files.
  public static let name = "mix-vae"
  /// It is compared only when named, because it differs from Mult-VAE only in the prior.
  public static let isComparedByDefault = false
  /// Its settings.
  public static var settings: [Setting<Self>] {
    [
      .hidden(\.vae.hidden), .latent(\.vae.latent), .dropout(\.vae.dropout), .likelihood(\.vae.likelihood),
      .whole(
        "components", \.components, in: 1...1000, "Number of Gaussians in a learned prior.",
        search: .logarithmic(1...100)),
      .beta(\.vae.beta), .annealingSteps(\.vae.annealingSteps), .weightDecay(\.vae.weightDecay),
    ] + trainingSettings
  }

  /// Everything except the prior.
  public var vae = MultVAE()
  /// K.
  public var components = 10
  /// The training options.
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

  /// The same model with explicit values for the settings that Mult-VAE derives from the data.
  public func settingsUsed(rows: Int) -> MixVAE {
    var used = self
    used.vae = vae.settingsUsed(rows: rows)
    return used
  }
}
