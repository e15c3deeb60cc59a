/// How the data of a saved model were read and filtered: what `config.json` has under `data`.
public struct DataRecord: Sendable, Equatable {
  /// Where they came from.
  public enum Source: String, Codable, Sendable {
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
  /// How files were read, as far as flags said so.
  public var format = InteractionFormat()
  /// The filters.
  public var filters = Filters()
  /// The fingerprint of the data as they were read and filtered, in any order; for fixed files, of the training file.
  public var hash: String?
  /// The mean of the ratings a model of ratings was fitted to.
  public var meanRating: Double?
  /// The cut, before which all interactions lie that the model was fitted to, if there was one; in seconds since 1970,
  /// as times are read.
  public var cut: Double?

  /// Records a selection.
  public init(_ selection: DataSelection, hash: String, meanRating: Double? = nil) {
    switch selection.source {
    case .builtIn: source = .builtIn
    case .file: source = .file
    case .directory: source = .directory
    case .files: source = .files
    }
    self.hash = hash
    self.meanRating = meanRating
    // A ready split is used as it is.
    if source == .directory { return }
    filters = selection.filters
    // The task determines whether ratings are kept, and the first line shows whether it is a header.
    filters.keepsRatings = false
    if source != .builtIn { format = selection.format }
    format.hasHeader = nil
  }
}

extension DataRecord: Codable {
  /// Flags under their names; only those that were given are written.
  package enum CodingKeys: String, CodingKey {
    case source, delimiter, userColumn, itemColumn, ratingColumn, timestampColumn
    case minRating, minUserItems, minItemUsers, core, hash, meanRating, cut

    /// The flag of a key, such as `--min-rating` for `minRating`.
    package var flag: String {
      "--" + rawValue.map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
    }
  }

  /// The member of the format for each column.
  package static var columns: [(key: CodingKeys, path: WritableKeyPath<InteractionFormat, InteractionFormat.Column>)] {
    [(.userColumn, \.user), (.itemColumn, \.item), (.ratingColumn, \.rating), (.timestampColumn, \.timestamp)]
  }

  private static var counts: [(key: CodingKeys, path: WritableKeyPath<Filters, Int>)] {
    [(.minUserItems, \.minUserItems), (.minItemUsers, \.minItemUsers), (.core, \.core)]
  }

  /// Writes the flags that were given.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(source, forKey: .source)
    try container.encodeIfPresent(format.delimiter?.text, forKey: .delimiter)
    for (key, column) in Self.columns { try container.encodeIfPresent(format[keyPath: column].text, forKey: key) }
    try container.encodeIfPresent(filters.minRating, forKey: .minRating)
    for (key, filter) in Self.counts where filters[keyPath: filter] > 0 {
      try container.encode(filters[keyPath: filter], forKey: key)
    }
    try container.encodeIfPresent(hash, forKey: .hash)
    try container.encodeIfPresent(meanRating, forKey: .meanRating)
    try container.encodeIfPresent(cut, forKey: .cut)
  }

  /// Reads the output of ``encode(to:)``.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func require(_ holds: Bool, _ key: CodingKeys) throws {
      guard holds else {
        throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "is not written by train")
      }
    }
    source = try container.decode(Source.self, forKey: .source)
    if let text = try container.decodeIfPresent(String.self, forKey: .delimiter) {
      format.delimiter = Delimiter(text)
      try require(format.delimiter != nil, .delimiter)
    }
    for (key, column) in Self.columns {
      if let text = try container.decodeIfPresent(String.self, forKey: key) { format[keyPath: column] = .init(text) }
    }
    for (key, filter) in Self.counts {
      let count = try container.decodeIfPresent(Int.self, forKey: key) ?? 0
      try require(count >= 0, key)
      filters[keyPath: filter] = count
    }
    filters.minRating = try container.decodeIfPresent(Double.self, forKey: .minRating)
    hash = try container.decodeIfPresent(String.self, forKey: .hash)
    meanRating = try container.decodeIfPresent(Double.self, forKey: .meanRating)
    cut = try container.decodeIfPresent(Double.self, forKey: .cut)
  }
}
