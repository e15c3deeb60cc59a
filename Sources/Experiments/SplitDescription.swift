import Compute
public import FileFormats
public import InteractionData

extension RankingSplit {
  /// The split in the JSON document: kind, sizes, hash.
  public var description: [String: JSONValue] {
    [
      "kind": .string(kind.rawValue),
      "train": .number(Double(train.nonZeroCount)),
      "validation": .number(Double(validation?.heldOut.nonZeroCount ?? 0)),
      "test": .number(Double(test?.heldOut.nonZeroCount ?? 0)),
      "trainUsers": .number(Double(trainUserIDs.count)),
      "validationUsers": .number(Double(validation?.userIDs.count ?? 0)),
      "testUsers": .number(Double(test?.userIDs.count ?? 0)),
      "skippedUsers": .number(Double(test?.skippedUsers ?? 0)),
      "hash": .string(hash),
    ]
  }
}

extension RatingSplit {
  /// The split in the JSON document: kind, sizes, hash.
  public var description: [String: JSONValue] {
    [
      "kind": "ratings",
      "train": .number(Double(train.nonZeroCount)),
      "validation": .number(Double(validation.count)),
      "test": .number(Double(test.count)),
      "testUsers": .number(Double(Set(test.map(\.user)).count)),
      "skippedUsers": 0,
      "hash": .string(hash),
    ]
  }
}
