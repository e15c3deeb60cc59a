import Autoencoders

/// The reason why users cannot be drawn as planned.
public enum SamplingError: Error, Equatable, CustomStringConvertible {
  /// A setting of a plan that has a range.
  public enum Setting: String, Sendable { case users, firstUser, steps, spread }

  /// A setting is out of range.
  case outOfRange(Setting, value: String, accepted: ClosedRange<Int>)
  /// The vectors do not come from a user who has a length.
  case ownLengths(source: String)
  /// The items' shares are those of all users, and the vectors come from near one or between two.
  case popularityOfPlace(source: String)
  /// The model does not encode users.
  case noLatentSpace(model: String)
  /// The model encodes users to points.
  case noDistribution(model: String)
  /// The model predicts ratings, not interactions.
  case predictsRatings(model: String)
  /// The outputs of the model are not log-probabilities of items.
  case noItemProbabilities
  /// The training users are needed, for the source or for the lengths, and are not available.
  case needsPeople
  /// A text is neither a user's id nor a list with an item of the model.
  case unknownUser(String, hasPeople: Bool)
  /// The model was trained privately, and the plan reads the protected users.
  case readsProtectedUsers(source: String)
  /// The profile lengths in the model's directory are invalid.
  case damagedLengths
  /// Titles are requested, and the model has none.
  case noTitles

  /// What is wrong, in one sentence.
  public var description: String {
    switch self {
    case .outOfRange(let setting, let value, let accepted):
      "\(setting.rawValue) \(value) is out of range; accepted: \(accepted.lowerBound) to \(accepted.upperBound)"
    case .ownLengths(let source): "own lengths need a user to take the length from, and \(source) has none"
    case .popularityOfPlace(let source):
      "popularity is kept over users from the whole space, and \(source) is a place in it; accepted: prior, population, "
        + "fitted"
    case .noLatentSpace(let model): "\(model) has no latent space; accepted: \(Self.drawnModels)"
    case .noDistribution(let model):
      "\(model) encodes users to points and has no distribution to draw from; accepted: "
        + "\(Self.modelsWithDistribution), or a Gaussian fitted to the points"
    case .predictsRatings(let model): "\(model) predicts ratings, not interactions; accepted: \(Self.drawnModels)"
    case .noItemProbabilities:
      "a gaussian likelihood has no log-probabilities of items; accepted: a multinomial or bernoulli likelihood"
    case .needsPeople: "the plan needs the users that the model was trained on, which a saved model does not keep"
    case .unknownUser(let text, let hasPeople):
      "'\(text)' is \(hasPeople ? "neither a user of the training data nor" : "not") a list of items of the model"
    case .readsProtectedUsers(let source):
      "the guarantee of this model does not cover draws from \(source), which reads its training users; accepted: prior, "
        + "or a place near given items"
    case .damagedLengths:
      "config.json has an invalid profileLengths; accepted: numbers of users by number of items, as written by train"
    case .noTitles: "the model has no titles; accepted: a table of titles"
    }
  }
}

extension SamplingError {
  /// The built-in models with a distribution that users can be drawn from, separated by commas.
  package static var modelsWithDistribution: String { names(of: .distribution) }
  /// The built-in models that encode users to points, to which a Gaussian can be fitted.
  package static var modelsWithPoints: String { names(of: .point) }

  private static var drawnModels: String {
    "\(modelsWithDistribution), or with a Gaussian fitted to their points \(modelsWithPoints)"
  }

  private static func names(of kind: LatentKind) -> String {
    Zoo.defaults(for: .ranking).filter { type(of: $0).latentKind == kind }.map(\.name).joined(separator: ", ")
  }
}

/// A note on the result.
public enum SamplingNote: Sendable, Equatable, CustomStringConvertible {
  /// A text is both a user's id and a list of known items; the user was taken.
  case userIsMeant(String, items: Int)
  /// Any other note.
  case remark(String)

  /// The note in one sentence.
  public var description: String {
    switch self {
    case .userIsMeant(let text, let items):
      "'\(text)' names a user and \(items == 1 ? "an item" : "items"); it is read as the user"
    case .remark(let text): text
    }
  }
}
