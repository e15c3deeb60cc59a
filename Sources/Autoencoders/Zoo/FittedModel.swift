public import FileFormats
public import InteractionData

/// A fitted model, as stored in a file and used by all later steps.
public protocol FittedModel: Recommender {
  /// The weights by name, as in `model.safetensors`.
  var tensors: [String: Tensor] { get }
  /// The number of weights; by default the size of ``tensors``.
  var parameterCount: Int { get }
  /// Its latent space; none by default.
  var latent: LatentView { get }
  /// The reason why it cannot score items for a user given by their items, or `nil` if it can.
  var limitation: String? { get }
  /// Its computation, operation by operation, for showing and exporting it; `nil`, the default, if it is not such a
  /// sequence.
  var inference: InferenceGraph? { get }
  /// The tensors that ``inference`` names; by default those of the file.
  var inferenceTensors: [String: Tensor] { get }
}

extension FittedModel {
  /// The size of the tensors.
  public var parameterCount: Int { tensors.values.reduce(0) { $0 + $1.values.count } }
  /// No latent space.
  public var latent: LatentView { .none }
  /// No limitation.
  public var limitation: String? { nil }
  /// No description.
  public var inference: InferenceGraph? { nil }
  /// The tensors of the file.
  public var inferenceTensors: [String: Tensor] { tensors }
}

/// The latent space of a fitted model, if it has one.
///
/// Functions that need a distribution take `Autoencoder<GaussianLatent>`, so they cannot be called for points.
public enum LatentView: Sendable {
  /// There is no latent space.
  case none
  /// Users are points.
  case points(Autoencoder<PointLatent>)
  /// Users are distributions.
  case gaussians(Autoencoder<GaussianLatent>)

  /// L; 0 without a latent space.
  public var dimensions: Int {
    switch self {
    case .none: 0
    case .points(let model): model.design.latent
    case .gaussians(let model): model.design.latent
    }
  }
}

/// The latent space of a model without one was requested.
public struct NoLatentSpace: Error, Equatable, CustomStringConvertible {
  /// The model's name.
  public let model: String

  /// Names the model.
  public init(model: String) { self.model = model }

  /// What is wrong, in one sentence.
  public var description: String { "\(model) has no latent space; accepted: an autoencoder" }
}

/// Scores were requested from a model that cannot compute them for a user.
public struct CannotScore: Error, Equatable, CustomStringConvertible {
  /// The model's name.
  public let model: String
  /// The reason, as the predicate of a sentence.
  public let limitation: String

  /// Names the model and its limitation.
  public init(model: String, limitation: String) { (self.model, self.limitation) = (model, limitation) }

  /// What is wrong, in one sentence.
  public var description: String { "\(model) \(limitation); accepted: a ranking model, or user-autorec" }
}
