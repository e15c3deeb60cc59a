public import FileFormats
public import InteractionData

/// The identity of a run: two runs with equal identities end in the same bytes.
public struct RunIdentity: Sendable, Equatable {
  /// Version, engine, precision, seed, data and split hashes, model, hyper-parameters and everything else that affects
  /// the result.
  public private(set) var members: [String: JSONValue]

  /// Creates an identity.
  public init(_ members: [String: JSONValue]) { self.members = members }

  /// The identity of a training: the facts that affect the result, the settings, and how the model is selected and
  /// fitted.
  public init(
    _ facts: RunFacts, _ model: any ZooModel, selection: String, refits: Bool, privacy: PrivacyRequest? = nil,
    titles: ItemTitles? = nil
  ) throws {
    var facts = facts
    // Fingerprints represent the data, and the number of threads does not affect the result.
    (facts.dataset, facts.data, facts.threads) = (nil, nil, nil)
    members = (try JSONValue(encoding: facts).members ?? [:]).merging([
      "model": .string(model.name), "hyperparameters": .object(model.hyperparameters),
      "selection": .string(selection), "refits": .bool(refits),
    ]) { $1 }
    if let privacy { members["privacy"] = try JSONValue(encoding: privacy) }
    // Titles decide nothing in the training, but a run resumed without them would end in a model without them.
    if let titles { members["titlesHash"] = .string(titles.fingerprint) }
  }

  /// The first difference from a stored run, in words; `nil` if there is none.
  public func difference(from kept: RunIdentity) -> String? {
    Self.difference(.object(kept.members), .object(members), at: "")
  }

  private static func difference(_ kept: JSONValue?, _ here: JSONValue?, at place: String) -> String? {
    if kept == here { return nil }
    if let kept = kept?.members, let here = here?.members {
      for key in Set(kept.keys).union(here.keys).sorted(by: isBefore) {
        let place = place.isEmpty ? key : place + "." + key
        if let found = difference(kept[key], here[key], at: place) { return found }
      }
    }
    return "\(place) is \(words(kept)) there and \(words(here)) here"
  }

  /// Settings are compared first, because another seed gives another split, and the message should name the seed.
  private static func isBefore(_ one: String, _ other: String) -> Bool {
    (one.hasSuffix("Hash") ? 1 : 0, one) < (other.hasSuffix("Hash") ? 1 : 0, other)
  }

  private static func words(_ value: JSONValue?) -> String {
    guard let value else { return "missing" }
    return value.prettyPrinted.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
