public import Autoencoders
public import Compute
public import FileFormats
public import InteractionData

/// A split of `compare`, ready to be written as files.
public struct SplitExport: Sendable {
  /// What was split.
  public let summary: DataSummary
  /// Which interactions are in which file.
  public let parts: SplitParts
  /// What `split.json` says.
  public let description: [String: JSONValue]
  /// Counted remarks.
  public let notes: [String]

  /// Reads, filters and splits as `compare` does.
  ///
  /// - Throws: `InputError`, `DataError`, for fixed files and ready splits too.
  public init(_ selection: DataSelection, task: RecommendationTask, seed: Seed) throws {
    switch selection.source {
    case .builtIn, .file: break
    case .directory(let path), .files(let path, _, _):
      throw DataError(path: path, message: "is a part of a ready split", accepted: "one file of interactions")
    }
    let data = try selection.interactions(seed: seed, keepingRatings: true)
    summary = DataSummary(data)
    var members: [String: JSONValue]
    switch task {
    case .ranking:
      let split = try selection.divide(data, seed: seed)
      parts = SplitParts(split, of: data)
      members = split.description
      if split.kind == .users { members["heldOut"] = .number(selection.heldOut) }
      notes = data.notes + split.notes
    case .rating:
      guard data.ratings != nil else {
        throw DataError(
          path: data.name, message: "has no ratings to predict",
          accepted: "a third column of ratings, or --task ranking")
      }
      let split = try RatingSplit(data, seed: seed)
      parts = SplitParts(split, of: data)
      members = split.description
      notes = data.notes + split.notes
    }
    members["dataset"] = try JSONValue(encoding: summary)
    members["seed"] = .number(Double(seed.value))
    members["version"] = .string(DoppelVersion.current)
    members["data"] = DataRecord(selection, hash: data.pairHash()).json
    members["files"] = .object(Self.files(parts))
    description = members
  }

  private static func files(_ parts: SplitParts) -> [String: JSONValue] {
    parts.positions.keys.reduce(into: [:]) { files, part in
      let counts = parts.counts(of: part)
      files[part.fileName] = .object([
        "interactions": .number(Double(counts.interactions)), "users": .number(Double(counts.users)),
        "items": .number(Double(counts.items)),
      ])
    }
  }

  /// Writes the files and `split.json`, all or none.
  ///
  /// - Throws: `OutputError`.
  public func write(to path: String) throws {
    try parts.write(to: path, description: JSONValue.object(description).prettyPrinted + "\n")
  }
}
