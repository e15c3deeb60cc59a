public import Compute

/// The description of a network without its weights and training.
///
/// A model of the zoo is one value of this type. Layers run items → hidden… → latent → …hidden → items, the decoder a mirror
/// of the encoder, unless ``layers`` has others.
public struct Design<Latent: LatentSpace>: Sendable {
  /// Whether each input row is divided by its Euclidean norm (before corruption, as in the authors' code).
  public var normalisesInput = false
  /// The corruption of the input in training.
  public var corruption = Corruption.none
  /// L, the number of latent dimensions.
  public var latent: Int
  /// The widths of the hidden layers between the items and the code, possibly none.
  public var hidden: [Int] = []
  /// The nonlinearity of the hidden layers.
  public var activation = Activation.tanh
  /// The nonlinearity of the code; a distribution's parameters have none.
  public var codeActivation = Activation.identity
  /// Other layers than dense ones that mirror each other; the three settings above then have no effect.
  public var layers: Architecture?
  /// The likelihood that compares the output with the input.
  public var likelihood = Likelihood.multinomial
  /// The cells that enter the loss.
  public var cells = LossCells.all
  /// The regularisation of the codes during training.
  public var regulariser: Latent.Regulariser
  /// A vector per training user added to the first hidden layer (CDAE), and its replacement for unseen users.
  public var userVectors: UserVectors?
  /// λ of `λ Σ ‖W‖²` over weights and user vectors, without biases.
  public var weightDecay = 0.0
  /// The training phases; one phase over all parameters, unless a model alternates.
  public var phases = [Phase()]
  /// The initialisation of the weights.
  public var initialisation = Initialisation.xavier

  /// Creates a design with the defaults of its parts.
  public init(latent: Int, regulariser: Latent.Regulariser) {
    self.latent = latent
    self.regulariser = regulariser
  }

  /// The layers: ``layers``, or dense ones that mirror each other.
  public var architecture: Architecture {
    layers
      ?? .mirrored(
        hidden: hidden, latent: latent, code: latent * Latent.outputsPerDimension, activation: activation,
        codeActivation: codeActivation)
  }

  /// Every small parameter, in the order used by training and by files.
  public var parameters: [Parameter] {
    var all = architecture.parameters
    all.append(regulariser.parameters(latent: latent), of: "prior", in: .prior, from: .prior)
    return all
  }
}

extension Design where Latent == PointLatent {
  /// Creates the design of an autoencoder, with the defaults of its parts.
  public init(latent: Int) { self.init(latent: latent, regulariser: Unregularised()) }
}

extension Design where Latent == GaussianLatent {
  /// Creates the design of a variational autoencoder, with the defaults of its parts.
  public init(latent: Int, prior: any Prior = StandardNormal(), weight: DivergenceWeight = .annealed(KLSchedule())) {
    self.init(latent: latent, regulariser: PriorDivergence(prior, weight: weight))
  }

  /// The prior of the posteriors.
  public var prior: any Prior {
    get { regulariser.prior }
    set { regulariser.prior = newValue }
  }
}

/// The user vector of new users.
///
/// Always reported with the results.
public enum UserVectors: String, Codable, Sendable, CaseIterable {
  /// The unseen user's vector is zero.
  case zero
  /// The unseen user's vector is the mean of all training users' vectors.
  case mean
}

/// The initialisation of weights.
public enum Initialisation: String, Codable, Sendable {
  /// Uniform in ±√(6/(in + out)), biases from N(0, 0.001²) cut at two deviations: the Mult-VAE authors' code.
  case xavier
  /// N(0, 0.01²), biases N(0, 0.001²): the AutoRec authors' code.
  case autoRec
}
