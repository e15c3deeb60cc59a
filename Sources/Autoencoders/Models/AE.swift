import Compute

/// A plain autoencoder with one hidden layer: `h = tanh(V x + μ)`, `f = W h + b`.
///
/// It learns to reproduce its input; the hidden layer is the user's feature vector. Unobserved items count as zeros (implicit
/// feedback), and each item has its own yes/no probability unless `likelihood` says otherwise. Source: Sedhain et al.,
/// "AutoRec", WWW 2015, for the form; Vincent et al., "Extracting and composing robust features with denoising
/// autoencoders", ICML 2008, section 2.2.
///
/// Differences from the paper: there is no single paper; loss and width are choices of this toolkit.
public struct AE: AutoencoderModel {
  /// It encodes to a point.
  public typealias Latent = PointLatent

  /// Its name on the command line and in files.
  public static let name = "ae"
  /// Its settings.
  public static var settings: [Setting<Self>] {
    [.latent(\.latent), .likelihood(\.likelihood), .weightDecay(\.weightDecay)] + trainingSettings
  }

  /// The width of the hidden layer.
  public var latent = 200
  /// The likelihood of the input given the output.
  public var likelihood = Likelihood.bernoulli
  /// λ of `λ Σ ‖W‖²`.
  public var weightDecay = 0.0
  /// The training options.
  public var training = TrainingOptions()

  /// Creates the model with its defaults.
  public init() {}

  /// The network.
  public var design: Design<PointLatent> {
    var design = Design<PointLatent>(latent: latent)
    design.codeActivation = .tanh
    design.likelihood = likelihood
    design.weightDecay = weightDecay
    return design
  }
}
