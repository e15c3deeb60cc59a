public import Autoencoders
public import Compute
import FileFormats
public import InteractionData

/// A split of `compare`, ready to be written as files.
public struct SplitExport: Sendable {
  /// The data.
  public let summary: DataSummary
  /// Which interactions are in which file.
  public let parts: SplitParts
  /// The content of `split.json`.
  public let document: SplitDocument
  /// Notes with counts.
  public let notes: [String]

  /// Reads, filters and splits as `compare` does.
  ///
  /// - Throws: `InputError`, `DataError`, also for fixed files and ready splits.
  public init(_ selection: DataSelection, task: RecommendationTask, seed: Seed) throws {
    switch selection.source {
    case .builtIn, .file: break
    case .directory(let path), .files(let path, _, _):
      throw DataError(path: path, message: "is a part of a ready split", accepted: "one file of interactions")
    }
    let data = try selection.interactions(seed: seed, keepingRatings: true)
    summary = DataSummary(data)
    var division: SplitDescription
    switch task {
    case .ranking:
      let split = try selection.divide(data, seed: seed)
      parts = SplitParts(split, of: data)
      division = split.description
      if split.kind == .users { division.heldOut = selection.heldOut }
      notes = data.notes + split.notes
    case .rating:
      guard data.ratings != nil else {
        throw DataError(
          path: data.name, message: "has no ratings to predict",
          accepted: "a third column of ratings, or --task ranking")
      }
      let split = try RatingSplit(data, seed: seed)
      parts = SplitParts(split, of: data)
      division = split.description
      notes = data.notes + split.notes
    }
    var facts = RunFacts()
    (facts.seed, facts.dataset) = (seed.value, summary)
    facts.data = DataRecord(selection, hash: data.pairHash())
    document = SplitDocument(
      facts: facts, division: division,
      files: parts.positions.keys.reduce(into: [:]) { [parts] files, part in
        let counts = parts.counts(of: part)
        files[part.fileName] = .init(users: counts.users, items: counts.items, interactions: counts.interactions)
      })
  }

  /// Writes the files and `split.json`, all or none.
  ///
  /// - Throws: `OutputError`.
  public func write(to path: String) throws {
    try parts.write(to: path, description: JSONValue(encoding: document).prettyPrinted + "\n")
  }
}

/// The content of `split.json`: the members of the facts and of the division side by side, and the size of every file.
public struct SplitDocument: Encodable, Sendable {
  /// Data, seed, version.
  public var facts: RunFacts
  /// Kind, sizes, fingerprint.
  public var division: SplitDescription
  /// The size of each file, by name.
  public var files: [String: Size]
  /// The directory written, in the document that the command prints.
  public var output: String?

  /// The size of one file.
  public struct Size: Encodable, Sendable, Equatable {
    /// Different users.
    public var users: Int
    /// Different items.
    public var items: Int
    /// Lines.
    public var interactions: Int
  }

  private enum CodingKeys: String, CodingKey { case files, output }

  /// Writes everything at one level.
  public func encode(to encoder: any Encoder) throws {
    try facts.encode(to: encoder)
    try division.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(files, forKey: .files)
    try container.encodeIfPresent(output, forKey: .output)
  }
}
