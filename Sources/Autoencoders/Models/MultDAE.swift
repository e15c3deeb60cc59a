import Compute

/// Mult-DAE: a denoising autoencoder with a multinomial likelihood.
///
/// Row divided by its norm, then dropout; items → 200 (tanh) → items; `−Σ x log softmax(f) + λ Σ ‖W‖²`. Source: Liang,
/// Krishnan, Hoffman & Jebara, "Variational autoencoders for collaborative filtering", WWW 2018, section 2.3, and the
/// authors' code. In deeper networks every hidden layer is tanh, including the code.
///
/// Differences from the paper: none. (λ = 2·10⁻⁵ is the authors' 0.01 divided by their batch size.)
public struct MultDAE: AutoencoderModel {
  /// It encodes to a point.
  public typealias Latent = PointLatent

  /// Its name on the command line and in files.
  public static let name = "mult-dae"
  /// Its settings.
  public static var settings: [Setting<Self>] {
    [
      .hidden(\.hidden), .latent(\.latent), .dropout(\.dropout), .likelihood(\.likelihood), .weightDecay(\.weightDecay),
    ] + trainingSettings
  }

  /// The widths of further hidden layers.
  public var hidden: [Int] = []
  /// The width of the code.
  public var latent = 200
  /// The probability that an input entry is dropped.
  public var dropout = 0.5
  /// The likelihood of the input given the output.
  public var likelihood = Likelihood.multinomial
  /// λ of `λ Σ ‖W‖²`.
  public var weightDecay = 2e-5
  /// The training options.
  public var training = TrainingOptions()

  /// Creates the model with its defaults.
  public init() {}

  /// The network.
  public var design: Design<PointLatent> {
    var design = Design<PointLatent>(latent: latent)
    design.normalisesInput = true
    design.corruption = .dropout(dropout)
    design.hidden = hidden
    design.codeActivation = .tanh
    design.likelihood = likelihood
    design.weightDecay = weightDecay
    return design
  }
}
