public import InteractionData

/// Why an evaluation was refused.
public enum EvaluationError: Error, Equatable, CustomStringConvertible {
  /// There are no users to evaluate on.
  case noUsers
  /// There is no rating to predict.
  case noCells
  /// A user has no held-out items; such users are left out and counted earlier.
  case nothingHeldOut(user: String)
  /// A held-out item is also part of the user's profile or masked: the model would see the answer, or could not rank
  /// it.
  case heldOutIsKnown(user: String, item: Int)
  /// Rows or scores do not have the shape of users and items.
  case wrongShape(String, expected: String)
  /// A score that is not a number.
  case notANumber(user: String, item: Int)
  /// A predicted rating that is not finite.
  case notFinite(cell: RatingCell)
  /// A metric of ratings was requested for rankings.
  case notOfRankings(Metric)
  /// A metric of rankings was requested for ratings.
  case notOfRatings(Metric)

  /// The refusal in one sentence.
  public var description: String {
    switch self {
    case .noUsers: "there are no users to evaluate on"
    case .noCells: "there are no ratings to evaluate on"
    case .nothingHeldOut(let user): "user '\(user)' has no held-out items"
    case .heldOutIsKnown(let user, let item):
      "user '\(user)': item \(item) is held out, but it is part of the input or excluded from ranking"
    case .wrongShape(let found, let expected): "\(found) where \(expected) was expected"
    case .notANumber(let user, let item):
      "user '\(user)': the model's score of item \(item) is not a number"
    case .notFinite(let cell):
      "the predicted rating of user \(cell.user), item \(cell.item) is not a finite number"
    case .notOfRankings(let metric): "\(metric.key) measures predicted ratings, not rankings"
    case .notOfRatings(let metric): "\(metric.key) measures rankings, not predicted ratings"
    }
  }
}
