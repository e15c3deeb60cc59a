public import Autoencoders
public import FileFormats
import Foundation
public import InteractionData

/// How the data of a saved model were read and filtered: what `config.json` has under `data`.
public struct DataRecord: Sendable, Equatable {
  /// Where they came from.
  public enum Source: String, Sendable, CaseIterable {
    /// The built-in population.
    case builtIn = "built-in"
    /// One file.
    case file
    /// Fixed files.
    case files
    /// The Mult-VAE authors' layout.
    case directory
  }

  /// Where they came from.
  public var source: Source
  /// How files were read, as far as it was said.
  public var format = InteractionFormat()
  /// What was left out.
  public var filters = Filters()
  /// The fingerprint of the data as they were read and filtered, in any order; for fixed files, of the training file.
  public var hash: String?
  /// The mean of the ratings a model of ratings was fitted to.
  public var meanRating: Double?

  /// Remembers what a selection says.
  public init(_ selection: DataSelection, hash: String, meanRating: Double? = nil) {
    switch selection.source {
    case .builtIn: source = .builtIn
    case .file: source = .file
    case .directory: source = .directory
    case .files: source = .files
    }
    self.hash = hash
    self.meanRating = meanRating
    // A ready split is taken as it is.
    if source == .directory { return }
    filters = selection.filters
    if source != .builtIn { format = selection.format }
  }

  /// As `config.json` has it: flags under their names, and only those that were given.
  public var json: JSONValue {
    var members: [String: JSONValue] = ["source": .string(source.rawValue)]
    if let delimiter = format.delimiter { members["delimiter"] = .string(delimiter.text) }
    for (key, column) in Self.columns { members[key] = format[keyPath: column].text.map { .string($0) } }
    members["minRating"] = filters.minRating.map { .number($0) }
    for (key, filter) in Self.counts where filters[keyPath: filter] > 0 {
      members[key] = .number(Double(filters[keyPath: filter]))
    }
    members["hash"] = hash.map { .string($0) }
    members["meanRating"] = meanRating.map { .number($0) }
    return .object(members)
  }

  /// Reads what ``json`` writes; `nil` for anything else.
  public init?(json: JSONValue) {
    guard let members = json.members, let source = members["source"]?.text.flatMap(Source.init) else { return nil }
    self.source = source
    func number(_ key: String) -> Double?? {
      guard let value = members[key] else { return .some(nil) }
      guard case .number(let number) = value, number.isFinite else { return nil }
      return .some(number)
    }
    func text(_ key: String) -> String?? {
      guard let value = members[key] else { return .some(nil) }
      return value.text.map { .some($0) }
    }
    guard let separator = text("delimiter"), let rating = number("minRating"), let mean = number("meanRating"),
      let hash = text("hash")
    else { return nil }
    if let separator {
      guard let delimiter = Delimiter(separator) else { return nil }
      format.delimiter = delimiter
    }
    for (key, column) in Self.columns {
      guard let found = text(key) else { return nil }
      if let found { format[keyPath: column] = .init(found) }
    }
    for (key, filter) in Self.counts {
      guard let found = number(key) else { return nil }
      guard let found else { continue }
      guard let count = Int(exactly: found), count >= 0 else { return nil }
      filters[keyPath: filter] = count
    }
    filters.minRating = rating
    self.hash = hash
    meanRating = mean
  }

  static var columns: [(key: String, path: WritableKeyPath<InteractionFormat, InteractionFormat.Column>)] {
    [("userColumn", \.user), ("itemColumn", \.item), ("ratingColumn", \.rating), ("timestampColumn", \.timestamp)]
  }

  static var counts: [(key: String, path: WritableKeyPath<Filters, Int>)] {
    [("minUserItems", \.minUserItems), ("minItemUsers", \.minItemUsers), ("core", \.core)]
  }

  /// The flag of a key, such as `--min-rating` for `minRating`.
  static func flag(_ key: String) -> String {
    "--" + key.map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
  }
}

extension ModelDirectory {
  /// How the training data were read and filtered; `nil` for a model that does not remember it.
  ///
  /// - Throws: `DataError` when `config.json` has something else there.
  public func dataRecord() throws -> DataRecord? {
    guard let json = record["data"] else { return nil }
    guard let found = DataRecord(json: json) else {
      throw DataError(
        path: "config.json", message: "has data that do not say how the training data were read",
        accepted: "what train writes, or no data")
    }
    return found
  }
}
