import Compute

/// Collaborative denoising autoencoder: `z = σ(Vᵀ x̃ + V_u + b)`, `f = W z + b'`.
///
/// Source: Wu, DuBois, Zheng & Ester, "Collaborative denoising auto-encoders for top-N recommender systems", WSDM 2016,
/// equations 5–8. The input is masked with q and δ and not normalised; each training user has a vector. The loss covers
/// the user's items and five sampled negatives for each (`negatives: 5`), or all items (`negatives: 0`).
///
/// The model is transductive: new users have no vector and get the one of `unseenUsers`.
///
/// Differences from the paper: the loss covers all items unless `negatives` is set (5 is the authors' number), and
/// negatives are then sampled without replacement within a user; Adam on mini-batches in place of AdaGrad user by user;
/// untied weights, initialised as Mult-VAE's; the penalty covers all weights at every update.
public struct CDAE: AutoencoderModel {
  /// It encodes to a point.
  public typealias Latent = PointLatent

  /// Its name on the command line and in files.
  public static let name = "cdae"
  /// Its settings.
  public static var settings: [Setting<Self>] {
    [
      .latent(\.latent), .dropout(\.dropout),
      .number(
        "corruptionScale", \.corruptionScale, "Factor for kept entries (default: 1/(1−p)).",
        placeholder: "δ", accepted: "a number above 0"
      ) { $0 > 0 }.withoutFlag(),
      .likelihood(\.likelihood, among: [.bernoulli, .gaussian]),
      .whole(
        "negatives", \.negatives, in: 0...Int(Int32.max), "Sampled negatives per positive; 0 uses all items."
      ).withoutFlag(),
      .word(
        "unseenUsers", \.unseenUsers, among: UserVectors.allCases, "Vector of an unseen user."
      ).withoutFlag(),
      .weightDecay(\.weightDecay),
    ] + trainingSettings
  }

  /// K, the width of the hidden layer.
  public var latent = 200
  /// q, the probability that an entry is dropped.
  public var dropout = 0.5
  /// δ, the factor for kept entries; `nil` is 1/(1−q).
  public var corruptionScale: Double?
  /// `bernoulli` (logistic loss) or `gaussian` (squared loss).
  public var likelihood = Likelihood.bernoulli
  /// Sampled negatives per positive; 0 uses all items.
  public var negatives = 0
  /// The vector of new users.
  public var unseenUsers = UserVectors.mean
  /// λ of `λ Σ ‖W‖²` over weights and user vectors.
  public var weightDecay = 0.0
  /// The training options.
  public var training = TrainingOptions()

  /// Creates the model with its defaults.
  public init() {}

  /// The network.
  public var design: Design<PointLatent> {
    var design = Design<PointLatent>(latent: latent)
    design.corruption =
      if let corruptionScale, dropout > 0 {
        .masking(rate: dropout, scale: corruptionScale)
      } else {
        .dropout(dropout)
      }
    design.codeActivation = .sigmoid
    design.likelihood = likelihood
    design.cells = negatives == 0 ? .all : .sampled(perPositive: negatives)
    design.userVectors = unseenUsers
    design.weightDecay = weightDecay
    return design
  }
}
