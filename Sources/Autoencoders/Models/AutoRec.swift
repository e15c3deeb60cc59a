import Compute

/// U-AutoRec and I-AutoRec share this: `h(r) = W g(V r + μ) + b` with a sigmoid g, on rating vectors with 0 where there is no
/// rating, the loss over observed cells only.
///
/// Source: Sedhain, Menon, Sanner & Xie, "AutoRec: autoencoders meet collaborative filtering", WWW 2015 companion, equations
/// 1–2: `Σ ‖r − h(r)‖²_O + (λ/2)(‖W‖² + ‖V‖²)`.
///
/// Differences from the paper: mini-batch Adam in place of L-BFGS or Rprop; each batch is a mean over its rows, so λ here is
/// the coefficient of `‖W‖² + ‖V‖²` per row.
private func autoRecDesign(latent: Int, weightDecay: Double) -> Design<PointLatent> {
  var design = Design<PointLatent>(latent: latent)
  design.codeActivation = .sigmoid
  design.likelihood = .gaussian
  design.cells = .observed
  design.weightDecay = weightDecay
  design.initialisation = .autoRec
  return design
}

/// Smaller steps and more of them than for ranking: ratings are regressed, and 500 hidden units overfit at 0.001.
private let autoRecTraining = TrainingOptions(epochs: 300, learningRate: 5e-4)

/// U-AutoRec: one example per user, the ratings of all items in and out.
public struct UserAutoRec: AutoencoderModel {
  /// It encodes to a point.
  public typealias Latent = PointLatent
  /// The names of its hyper-parameters.
  public enum CodingKeys: String, CodingKey, CaseIterable { case latent, weightDecay }

  /// Its name on the command line and in files.
  public static let name = "user-autorec"
  /// How it is fitted unless told otherwise.
  public static var defaultTraining: TrainingOptions { autoRecTraining }

  /// k, the width of the hidden layer.
  public var latent = 500
  /// λ of `λ Σ ‖W‖²`, per row.
  public var weightDecay = 0.03

  /// Creates the model with its defaults.
  public init() {}
  /// What it is made of.
  public var design: Design<PointLatent> { autoRecDesign(latent: latent, weightDecay: weightDecay) }
}

/// I-AutoRec: one example per item, the ratings by all users in and out.
public struct ItemAutoRec: AutoencoderModel {
  /// It encodes to a point.
  public typealias Latent = PointLatent
  /// The names of its hyper-parameters.
  public enum CodingKeys: String, CodingKey, CaseIterable { case latent, weightDecay }

  /// Its name on the command line and in files.
  public static let name = "item-autorec"
  /// How it is fitted unless told otherwise.
  public static var defaultTraining: TrainingOptions { autoRecTraining }

  /// k, the width of the hidden layer.
  public var latent = 500
  /// λ of `λ Σ ‖W‖²`, per row.
  public var weightDecay = 0.03

  /// Creates the model with its defaults.
  public init() {}
  /// What it is made of.
  public var design: Design<PointLatent> { autoRecDesign(latent: latent, weightDecay: weightDecay) }
}
