public import Compute

/// The description of a network without its weights and training.
///
/// A model of the zoo is one value of this type. Layers run items → hidden… → latent → …hidden → items; the decoder mirrors
/// the encoder.
public struct Design<Latent: LatentSpace>: Codable, Sendable, Equatable {
  /// Whether each input row is divided by its Euclidean norm (before corruption, as in the authors' code).
  public var normalisesInput = false
  /// What happens to the input in training.
  public var corruption = Corruption.none
  /// The widths of the hidden layers between the items and the code, possibly none.
  public var hidden: [Int] = []
  /// L, the number of latent dimensions.
  public var latent: Int
  /// The nonlinearity of the hidden layers.
  public var activation = Activation.tanh
  /// The nonlinearity of the code; a distribution's parameters have none.
  public var codeActivation = Activation.identity
  /// The likelihood of the input given the output.
  public var likelihood = Likelihood.multinomial
  /// Which cells count.
  public var cells = Cells.all
  /// The term that shapes the latent space.
  public var prior: Latent.Prior
  /// A vector per training user added to the first hidden layer (CDAE), and its replacement for new users.
  public var userVectors: UserVectors?
  /// λ of `λ Σ ‖W‖²` over weights and user vectors, biases left out.
  public var weightDecay = 0.0
  /// How the weights start.
  public var initialisation = Initialisation.xavier

  /// Creates a design with the defaults of its parts.
  public init(latent: Int, prior: Latent.Prior) {
    self.latent = latent
    self.prior = prior
  }

  /// The widths of the encoder's layers; the first is fed by the items.
  var encoderWidths: [Int] { hidden + [latent * Latent.outputsPerDimension] }
  /// The widths of the decoder's layers before the items.
  var decoderWidths: [Int] { hidden.reversed() }
  /// What the output layer reads.
  var outputWidth: Int { hidden.first ?? latent }

  /// The nonlinearity of encoder layer `index`.
  func encoderActivation(_ index: Int) -> Activation {
    index < hidden.count ? activation : codeActivation
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

/// How weights start.
public enum Initialisation: String, Codable, Sendable {
  /// Uniform in ±√(6/(in + out)), biases from N(0, 0.001²) cut at two deviations: the Mult-VAE authors' code.
  case xavier
  /// N(0, 0.01²), biases N(0, 0.001²): the AutoRec authors' code.
  case autoRec
}
