import Compute

/// A split in a JSON document: its kind, how much is in each part, and its fingerprint.
public struct SplitDescription: Codable, Sendable, Equatable {
  /// How the data was divided: ``SplitKind``, or `ratings`.
  public var kind: String
  /// Interactions that are trained on.
  public var train: Int
  /// Interactions that choose the epoch.
  public var validation: Int
  /// Interactions that models are measured on.
  public var test: Int
  /// How many users are trained on, where users are held out.
  public var trainUsers: Int?
  /// How many users choose the epoch, where users are held out.
  public var validationUsers: Int?
  /// How many users models are measured on.
  public var testUsers: Int
  /// How many users of the test have nothing to be measured by.
  public var skippedUsers: Int
  /// A fingerprint.
  public var hash: String
  /// The share of users that was held out for each part, where it was asked for.
  public var heldOut: Double?
  /// How many parts of the users take turns as test users.
  public var folds: Int?
  /// Where a split by time was cut, and what that left out.
  public var time: TimeCutCounts?
}

extension RankingSplit {
  /// Kind, sizes, fingerprint.
  public var description: SplitDescription {
    SplitDescription(
      kind: kind.rawValue, train: train.nonZeroCount, validation: validation?.heldOut.nonZeroCount ?? 0,
      test: test?.heldOut.nonZeroCount ?? 0, trainUsers: trainUserIDs.count,
      validationUsers: validation?.userIDs.count ?? 0, testUsers: test?.userIDs.count ?? 0,
      skippedUsers: test?.skippedUsers ?? 0, hash: hash, time: time)
  }
}

extension RatingSplit {
  /// Kind, sizes, fingerprint.
  public var description: SplitDescription {
    SplitDescription(
      kind: "ratings", train: train.nonZeroCount, validation: validation.count, test: test.count,
      testUsers: Set(test.map(\.user)).count, skippedUsers: 0, hash: hash)
  }
}

extension HeldOutUsers {
  /// Users that a saved model is measured on, as a split in which nothing is trained on.
  public func description(of kind: SplitKind) -> SplitDescription {
    SplitDescription(
      kind: kind.rawValue, train: 0, validation: 0, test: heldOut.nonZeroCount, testUsers: userIDs.count,
      skippedUsers: skippedUsers, hash: hash)
  }
}
