public import Compute
import FileFormats
import Foundation

/// Where the interactions of a run come from, and how they are read, filtered and split.
public struct DataSelection: Sendable, Equatable {
  /// The place.
  public enum Source: Sendable, Equatable {
    /// The built-in population: `simulate` with its defaults, made in memory from the seed.
    case builtIn
    /// One file of interactions, or `-`.
    case file(String)
    /// The Mult-VAE authors' layout.
    case directory(String)
    /// Fixed files.
    case files(train: String, validation: String?, test: String?)
  }

  /// The place.
  public var source = Source.builtIn
  /// How files are read.
  public var format = InteractionFormat()
  /// What is left out.
  public var filters = Filters()
  /// The split of a single file.
  public var split = SplitKind.users
  /// The share of users held out for validation, and again for the test, of a split by users.
  public var heldOut = 0.1
  /// The largest number of threads that read; `nil` for all cores.
  public var threads: Int?

  /// Creates the built-in population, split by users.
  public init() {}

  /// Reads and splits for ranking.
  ///
  /// - Parameter forTraining: no test part, and everything in the rows for the second fit.
  /// - Throws: `InputError`, `DataError`.
  public func ranking(seed: Seed, forTraining: Bool = false) throws -> LoadedData<RankingSplit> {
    switch source {
    case .directory(let path):
      let split = try RankingSplit.directory(path, forTraining: forTraining, threads: threads)
      return LoadedData(
        summary: DataSummary(name: fileName(path), split: split), hash: split.hash, split: split, notes: split.notes,
        record: forTraining ? record((split.refitUsers ?? split.trainUsers).pairHash(items: split.items)) : nil)
    case .files(let train, let validation, let test):
      let files = try (
        read(train, keeping: rankingColumns), validation.map { try readLikes($0, keeping: rankingColumns) },
        test.map { try readLikes($0, keeping: rankingColumns) }
      )
      let split = try RankingSplit.files(
        train: files.0, validation: files.1, test: files.2, seed: seed)
      return LoadedData(
        summary: DataSummary(name: fileName(train), columns: files.0.columns, split: split),
        hash: forTraining ? hash(of: files) : nil,
        split: split, notes: split.notes, record: forTraining ? record(files.0.pairHash()) : nil)
    case .file(let path) where split == .users && !forTraining && filters.withoutRating == Filters():
      return try users(of: path, seed: seed)
    case .builtIn, .file:
      return try ranking(of: interactions(seed: seed, keeping: rankingColumns), seed: seed, forTraining: forTraining)
    }
  }

  private func ranking(
    of data: Interactions, seed: Seed, forTraining: Bool
  ) throws -> LoadedData<RankingSplit> {
    let split = try divide(data, seed: seed, forTraining: forTraining)
    return LoadedData(
      summary: DataSummary(data), hash: forTraining ? data.hash : nil, split: split, notes: data.notes + split.notes,
      record: forTraining ? record(data.pairHash()) : nil)
  }

  /// Splits a file by users; where no pair repeats, no other copy of its interactions is made than the rows of the split.
  private func users(of path: String, seed: Seed) throws -> LoadedData<RankingSplit> {
    let reader = InteractionReader(format: format, threads: threads)
    let source = try ByteSource(path: path)
    var read = try reader.readParts(source, keeping: rankingColumns)
    let mayBeFiltered = try filters.minRating == nil || !read.hasRepeats(reader.processor)
    if mayBeFiltered {
      read = try filters.applyRating(to: read, reader.processor)
      if let split = try RankingSplit.users(read, heldOut: heldOut, seed: seed, reader.processor) {
        return LoadedData(
          summary: DataSummary(read), hash: nil, split: split, notes: read.notes + split.notes, record: nil)
      }
    }
    let data = try filters.apply(to: reader.merging(read, of: source, keeping: rankingColumns))
    return try ranking(of: data, seed: seed, forTraining: false)
  }

  /// Splits interactions for ranking.
  package func divide(_ data: Interactions, seed: Seed, forTraining: Bool = false) throws -> RankingSplit {
    switch split {
    case .interactions: try RankingSplit.interactions(data, seed: seed, forTraining: forTraining, threads: threads)
    case .leaveOneOut: try RankingSplit.leaveOneOut(data, seed: seed, forTraining: forTraining, threads: threads)
    case .users, .files, .directory:
      try RankingSplit.users(data, heldOut: heldOut, seed: seed, forTraining: forTraining, threads: threads)
    }
  }

  /// Reads and splits for rating prediction.
  ///
  /// - Throws: `InputError`, `DataError`.
  public func rating(seed: Seed, forTraining: Bool = false) throws -> LoadedData<RatingSplit> {
    if !filters.keepsRatings {
      var selection = self
      selection.filters.keepsRatings = true
      return try selection.rating(seed: seed, forTraining: forTraining)
    }
    switch source {
    case .files(let train, let validation, let test):
      let files = try (
        read(train, keeping: .ratings), validation.map { try readLikes($0, keeping: .ratings) },
        test.map { try readLikes($0, keeping: .ratings) }
      )
      let split = try RatingSplit(
        train: files.0, validation: files.1, test: files.2, seed: seed)
      return LoadedData(
        summary: DataSummary(files.0), hash: forTraining ? hash(of: files) : nil, split: split, notes: split.notes,
        record: forTraining ? record(files.0.pairHash(withRatings: true)) : nil)
    case .builtIn, .file, .directory:
      let data = try interactions(seed: seed, keeping: .ratings)
      guard data.ratings != nil else {
        throw DataError(
          path: data.name, message: "has no ratings to predict",
          accepted: "a third column of ratings, or --task ranking")
      }
      let split = try RatingSplit(data, seed: seed, forTraining: forTraining)
      return LoadedData(
        summary: DataSummary(data), hash: forTraining ? data.hash : nil, split: split, notes: data.notes + split.notes,
        record: forTraining ? record(data.pairHash(withRatings: true)) : nil)
    }
  }

  private func record(_ hash: String) -> DataRecord { DataRecord(self, hash: hash) }

  /// All interactions of one place, filtered.
  ///
  /// - Parameter keepingRatings: whether ratings that a filter lets through are kept as they are.
  /// - Throws: `InputError`, `DataError`.
  public func interactions(seed: Seed, keepingRatings: Bool = false) throws -> Interactions {
    var selection = self
    if keepingRatings { selection.filters.keepsRatings = true }
    return try selection.interactions(seed: seed, keeping: .all)
  }

  private func interactions(seed: Seed, keeping columns: InteractionColumns) throws -> Interactions {
    switch source {
    case .builtIn: try filters.apply(to: Population().simulate(seed: seed).interactions)
    case .file(let path), .directory(let path), .files(let path, _, _): try read(path, keeping: columns)
    }
  }

  /// What filters and split need of a file for ranking.
  private var rankingColumns: InteractionColumns {
    var columns: InteractionColumns = []
    if filters.minRating != nil { columns.insert(.ratings) }
    if split == .leaveOneOut { columns.insert(.timestamps) }
    return columns
  }

  private func read(_ path: String, keeping columns: InteractionColumns) throws -> Interactions {
    let reader = InteractionReader(format: format, threads: threads)
    let source = try ByteSource(path: path)
    let all = try reader.readParts(source, keeping: columns)
    if try all.hasRepeats(reader.processor) {
      return try filters.apply(to: reader.merging(all, of: source, keeping: columns))
    }
    let likes = try filters.applyRating(to: all, reader.processor)
    return try filters.withoutRating.apply(
      to: Interactions(likes, hasRepeats: false, keeping: columns, reader.processor))
  }

  /// Reads a file that no model is fitted to: filters by counts are not about it, nor a rating filter where it has none.
  private func readLikes(_ path: String, keeping columns: InteractionColumns) throws -> Interactions {
    try filters.applyToLikes(
      of: InteractionReader(format: format, threads: threads).read(path: path, keeping: columns))
  }

  private func hash(of files: (Interactions, Interactions?, Interactions?)) -> String {
    var fingerprint = Fingerprint()
    for file in [files.0, files.1, files.2] { fingerprint.add(file?.hash ?? "") }
    return fingerprint.hexadecimal
  }

  private func fileName(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
  }
}

/// Data ready for a run.
public struct LoadedData<Split: Sendable>: Sendable {
  /// What was read.
  public let summary: DataSummary
  /// A fingerprint of the interactions as they were read and filtered; for a ready split, the split's; only where they were
  /// read for training.
  public let hash: String?
  /// The split.
  public let split: Split
  /// Notes with counts.
  public let notes: [String]
  /// What a model trained on these data remembers of them; only where they were read for training.
  public let record: DataRecord?
}
