public import FileFormats
public import InteractionData

/// A fitted model: what a file holds and what everything downstream works with.
public protocol FittedModel: Recommender {
  /// The weights by name, as `model.safetensors` holds them.
  var tensors: [String: Tensor] { get }
  /// The number of weights; the size of ``tensors`` unless stated otherwise.
  var parameterCount: Int { get }
  /// Its latent space; none unless stated otherwise.
  var latent: LatentView { get }
  /// Why it cannot score items for a user given by what they have, or `nil` when it can.
  var limitation: String? { get }
  /// What it computes, operation by operation, for whoever shows or exports it; `nil`, as is so unless stated otherwise, where
  /// it is no such sequence.
  var inference: InferenceGraph? { get }
  /// The tensors that ``inference`` names; those of the file unless stated otherwise.
  var inferenceTensors: [String: Tensor] { get }
}

extension FittedModel {
  /// The size of the tensors.
  public var parameterCount: Int { tensors.values.reduce(0) { $0 + $1.values.count } }
  /// No latent space.
  public var latent: LatentView { .none }
  /// It can.
  public var limitation: String? { nil }
  /// There is no description.
  public var inference: InferenceGraph? { nil }
  /// Those of the file.
  public var inferenceTensors: [String: Tensor] { tensors }
}

/// The latent space of a fitted model, where it has one.
///
/// What needs a distribution takes `Autoencoder<GaussianLatent>`, so it cannot be called for a point.
public enum LatentView: Sendable {
  /// There is no latent space.
  case none
  /// Users are points.
  case points(Autoencoder<PointLatent>)
  /// Users are distributions.
  case gaussians(Autoencoder<GaussianLatent>)
}

/// Someone asked for the latent space of a model that has none.
public struct NoLatentSpace: Error, Equatable, CustomStringConvertible {
  /// The model's name.
  public let model: String

  /// Names the model.
  public init(model: String) { self.model = model }

  /// What is wrong, in one sentence.
  public var description: String { "\(model) has no latent space; accepted: an autoencoder" }
}

/// Someone asked a model for the scores of a user that it cannot give.
public struct CannotScore: Error, Equatable, CustomStringConvertible {
  /// The model's name.
  public let model: String
  /// Why it cannot, as the predicate of a sentence.
  public let limitation: String

  /// Names the model and its limitation.
  public init(model: String, limitation: String) { (self.model, self.limitation) = (model, limitation) }

  /// What is wrong, in one sentence.
  public var description: String { "\(model) \(limitation); accepted: a ranking model, or user-autorec" }
}
