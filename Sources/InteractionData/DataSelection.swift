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
  /// The filters.
  public var filters = Filters()
  /// The split of a single file.
  public var split = SplitKind.users
  /// The share of users held out for validation, and again for the test, of a split by users.
  public var heldOut = 0.1
  /// The fold of users that is tested in a split by users; `nil` for a share of ``heldOut`` users.
  public var fold: Fold?
  /// Where a split by time cuts; `nil` for nine tenths of the interactions, and in training for no cut.
  public var cut: TimeCut?
  /// Whether a split by time also tests users who first appear after the cut.
  public var newUsers = false
  /// The largest number of threads that read; `nil` for all cores.
  public var threads: Int?

  /// Creates the built-in population, split by users.
  public init() {}

  /// Reads and splits for ranking.
  ///
  /// - Parameter forTraining: no test part, and everything in the rows for the second fit.
  /// - Throws: `InputError`, `DataError`.
  public func ranking(seed: Seed, forTraining: Bool = false) throws -> LoadedData<RankingSplit> {
    try ranking(readForRanking(seed: seed, forTraining: forTraining), seed: seed, forTraining: forTraining)
  }

  /// Splits interactions for ranking.
  package func divide(_ data: Interactions, seed: Seed, forTraining: Bool = false) throws -> RankingSplit {
    switch split {
    case .interactions: try RankingSplit.interactions(data, seed: seed, forTraining: forTraining, threads: threads)
    case .leaveOneOut: try RankingSplit.leaveOneOut(data, seed: seed, forTraining: forTraining, threads: threads)
    case .time:
      try RankingSplit.time(
        data, cut: cut, newUsers: newUsers, filters: filters.ofCounts, seed: seed, forTraining: forTraining)
    case .users, .files, .directory:
      try RankingSplit.users(
        data, heldOut: heldOut, seed: seed, forTraining: forTraining, fold: fold, threads: threads)
    }
  }

  /// Reads and splits for rating prediction.
  ///
  /// - Throws: `InputError`, `DataError`.
  public func rating(seed: Seed, forTraining: Bool = false) throws -> LoadedData<RatingSplit> {
    try rating(readForRating(seed: seed), seed: seed, forTraining: forTraining)
  }

  /// All interactions of one place, filtered.
  ///
  /// - Parameter keepingRatings: whether ratings that a filter lets through are kept as they are.
  /// - Throws: `InputError`, `DataError`.
  public func interactions(seed: Seed, keepingRatings: Bool = false) throws -> Interactions {
    var selection = self
    if keepingRatings { selection.filters.keepsRatings = true }
    return try selection.interactions(seed: seed, keeping: .all)
  }

  func interactions(seed: Seed, keeping columns: InteractionColumns) throws -> Interactions {
    // Counts after the cut must not decide which users are trained on, so the split itself applies those filters.
    let filters = split == .time ? filters.ofLikes : filters
    switch source {
    case .builtIn: return try filters.apply(to: Population().simulate(seed: seed).interactions)
    case .file(let path), .directory(let path), .files(let path, _, _):
      if split != .time { return try read(path, keeping: columns) }
      var reader = InteractionReader(format: format, threads: threads)
      // The earliest time of a repeated pair is kept, because a repetition after the cut is not a new item.
      reader.keepsEarliest = true
      return try filters.apply(to: reader.read(path: path, keeping: columns))
    }
  }

  /// The columns that filters and split need for ranking.
  var rankingColumns: InteractionColumns {
    var columns: InteractionColumns = []
    if filters.minRating != nil { columns.insert(.ratings) }
    if split == .leaveOneOut || split == .time { columns.insert(.timestamps) }
    return columns
  }

  func read(_ path: String, keeping columns: InteractionColumns) throws -> Interactions {
    let reader = InteractionReader(format: format, threads: threads)
    let source = try InteractionReader.source(path)
    let all = try reader.readParts(source, keeping: columns)
    if try all.hasRepeats(reader.processor) {
      return try filters.apply(to: reader.merging(all, of: source, keeping: columns))
    }
    let likes = try filters.applyRating(to: all, reader.processor)
    return try filters.withoutRating.apply(
      to: Interactions(likes, hasRepeats: false, keeping: columns, reader.processor))
  }

  /// Reads a file that no model is fitted to: count filters do not apply to it, nor does a rating filter if it has no
  /// ratings.
  func readLikes(_ path: String, keeping columns: InteractionColumns) throws -> Interactions {
    try filters.applyToLikes(
      of: InteractionReader(format: format, threads: threads).read(path: path, keeping: columns))
  }

  /// The name of the data, for files and directories.
  var sourceName: String {
    switch source {
    case .builtIn: Population.name
    case .file(let path), .directory(let path), .files(let path, _, _):
      URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
    }
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
  /// The record that a model trained on these data keeps; only if they were read for training.
  public let record: DataRecord?
}
