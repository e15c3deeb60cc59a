import Compute

/// A denoising autoencoder: ``AE`` with noise on the input and the clean input as the target.
///
/// Masking with δ = 1/(1−q). The noise is the only difference from `ae`, so a comparison shows its effect.
/// Source: Vincent et al., "Extracting and composing robust features with denoising autoencoders", ICML 2008, section 2.3.
///
/// Differences from the paper: kept entries are scaled so that the expected input is the clean one.
public struct DAE: AutoencoderModel {
  /// It encodes to a point.
  public typealias Latent = PointLatent

  /// Its name on the command line and in files.
  public static let name = "dae"
  /// Its settings.
  public static var settings: [Setting<Self>] {
    [.latent(\.latent), .dropout(\.dropout), .likelihood(\.likelihood), .weightDecay(\.weightDecay)]
      + trainingSettings
  }

  /// The width of the hidden layer.
  public var latent = AE().latent
  /// q, the probability that an entry is dropped.
  public var dropout = 0.5
  /// The likelihood of the input given the output.
  public var likelihood = AE().likelihood
  /// λ of `λ Σ ‖W‖²`.
  public var weightDecay = AE().weightDecay
  /// The training options.
  public var training = AE().training

  /// Creates the model with its defaults.
  public init() {}

  /// The network.
  public var design: Design<PointLatent> {
    var ae = AE()
    (ae.latent, ae.likelihood, ae.weightDecay) = (latent, likelihood, weightDecay)
    var design = ae.design
    design.corruption = .dropout(dropout)
    return design
  }
}
