import Compute

/// A split in a JSON document: its kind, the size of each part, and its fingerprint.
public struct SplitDescription: Codable, Sendable, Equatable {
  /// How the data was divided: ``SplitKind``, or `ratings`.
  public var kind: String
  /// The number of training interactions.
  public var train: Int
  /// The number of validation interactions.
  public var validation: Int
  /// The number of test interactions.
  public var test: Int
  /// The number of training users, if users are held out.
  public var trainUsers: Int?
  /// The number of validation users, if users are held out.
  public var validationUsers: Int?
  /// The number of test users.
  public var testUsers: Int
  /// The number of test users that are skipped.
  public var skippedUsers: Int
  /// A fingerprint.
  public var hash: String
  /// The share of users that was held out for each part, if it was given.
  public var heldOut: Double?
  /// The number of folds.
  public var folds: Int?
  /// The cut of a split by time, and what it leaves out.
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
  /// Test users of a saved model, as a split without a training part.
  public func description(of kind: SplitKind) -> SplitDescription {
    SplitDescription(
      kind: kind.rawValue, train: 0, validation: 0, test: heldOut.nonZeroCount, testUsers: userIDs.count,
      skippedUsers: skippedUsers, hash: hash)
  }
}
