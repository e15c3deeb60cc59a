public import Compute
public import FileFormats

/// Data that were read and filtered, and can be divided several times.
public enum ReadData: Sendable {
  /// The interactions of one file, or of the built-in population.
  case whole(Interactions)
  /// The lines of one file, for a split by users that needs no other copy of its interactions.
  case lines(ReadInteractions, of: ByteSource)
  /// Fixed files.
  case files(train: Interactions, validation: Interactions?, test: Interactions?)
  /// A ready split.
  case ready(RankingSplit)
}

/// Reading and dividing are two steps, because a comparison may divide the same data several times.
extension DataSelection {
  /// Reads for ranking.
  ///
  /// - Parameter forTraining: no test part is needed.
  /// - Throws: `InputError`, `DataError`.
  public func readForRanking(seed: Seed, forTraining: Bool = false) throws -> ReadData {
    switch source {
    case .directory(let path):
      return .ready(try RankingSplit.directory(path, forTraining: forTraining, threads: threads))
    case .files(let train, let validation, let test):
      return try .files(
        train: read(train, keeping: rankingColumns),
        validation: validation.map { try readLikes($0, keeping: rankingColumns) },
        test: test.map { try readLikes($0, keeping: rankingColumns) })
    case .file(let path) where split == .users && !forTraining && filters.withoutRating == Filters():
      return try readLines(path)
    case .builtIn, .file: return .whole(try interactions(seed: seed, keeping: rankingColumns))
    }
  }

  /// Reads a file for a split by users; repeated pairs are resolved only if necessary.
  private func readLines(_ path: String) throws -> ReadData {
    let reader = InteractionReader(format: format, threads: threads)
    let source = try InteractionReader.source(path)
    let read = try reader.readParts(source, keeping: rankingColumns)
    if try filters.minRating != nil && read.hasRepeats(reader.processor) {
      return try .whole(filters.apply(to: reader.merging(read, of: source, keeping: rankingColumns)))
    }
    return try .lines(filters.applyRating(to: read, reader.processor), of: source)
  }

  /// Divides the data for ranking.
  ///
  /// - Parameter forTraining: no test part, and everything in the rows for the second fit.
  /// - Throws: `DataError`.
  public func ranking(_ read: ReadData, seed: Seed, forTraining: Bool = false) throws -> LoadedData<RankingSplit> {
    switch read {
    case .ready(let split):
      return LoadedData(
        summary: DataSummary(name: sourceName, split: split), hash: split.hash, split: split, notes: split.notes,
        record: forTraining ? record((split.refitUsers ?? split.trainUsers).pairHash(items: split.items)) : nil)
    case .files(let train, let validation, let test):
      let split = try RankingSplit.files(train: train, validation: validation, test: test, seed: seed)
      return LoadedData(
        summary: DataSummary(name: sourceName, columns: train.columns, split: split),
        hash: forTraining ? read.hash : nil, split: split, notes: split.notes,
        record: forTraining ? record(train.pairHash()) : nil)
    case .whole(let data):
      let split = try divide(data, seed: seed, forTraining: forTraining)
      return LoadedData(
        summary: DataSummary(data), hash: forTraining ? read.hash : nil, split: split,
        notes: data.notes + split.notes, record: forTraining ? record(of: data, split) : nil)
    case .lines(let lines, let source):
      let reader = InteractionReader(format: format, threads: threads)
      let split = try RankingSplit.users(lines, heldOut: heldOut, seed: seed, fold: fold, reader.processor)
      guard let split else {
        // Pairs repeat.
        let data = try filters.apply(to: reader.merging(lines, of: source, keeping: rankingColumns))
        return try ranking(.whole(data), seed: seed)
      }
      return LoadedData(
        summary: DataSummary(lines), hash: nil, split: split, notes: lines.notes + split.notes, record: nil)
    }
  }

  /// Reads for rating prediction.
  ///
  /// - Throws: `InputError`, `DataError`.
  public func readForRating(seed: Seed) throws -> ReadData {
    if !filters.keepsRatings {
      var selection = self
      selection.filters.keepsRatings = true
      return try selection.readForRating(seed: seed)
    }
    switch source {
    case .files(let train, let validation, let test):
      return try .files(
        train: read(train, keeping: .ratings), validation: validation.map { try readLikes($0, keeping: .ratings) },
        test: test.map { try readLikes($0, keeping: .ratings) })
    case .builtIn, .file, .directory:
      let data = try interactions(seed: seed, keeping: .ratings)
      guard data.ratings != nil else {
        throw DataError(
          path: data.name, message: "has no ratings to predict",
          accepted: "a third column of ratings, or --task ranking")
      }
      return .whole(data)
    }
  }

  /// Divides the data for rating prediction.
  ///
  /// - Parameter forTraining: no test part.
  /// - Throws: `DataError`.
  public func rating(_ read: ReadData, seed: Seed, forTraining: Bool = false) throws -> LoadedData<RatingSplit> {
    switch read {
    case .files(let train, let validation, let test):
      let split = try RatingSplit(train: train, validation: validation, test: test, seed: seed)
      return LoadedData(
        summary: DataSummary(train), hash: forTraining ? read.hash : nil, split: split, notes: split.notes,
        record: forTraining ? record(train.pairHash(withRatings: true)) : nil)
    case .whole(let data):
      let split = try RatingSplit(data, seed: seed, forTraining: forTraining)
      return LoadedData(
        summary: DataSummary(data), hash: forTraining ? read.hash : nil, split: split,
        notes: data.notes + split.notes, record: forTraining ? record(data.pairHash(withRatings: true)) : nil)
    case .ready, .lines:
      throw DataError(
        path: sourceName, message: "has no ratings to predict",
        accepted: "a third column of ratings, or --task ranking")
    }
  }

  /// With a time cut, interactions after it are not training data.
  private func record(of data: Interactions, _ split: RankingSplit) -> DataRecord {
    let trained = split.kind == .time ? split.fittedUsers.pairHash(items: split.items) : data.pairHash()
    return record(trained, cut: cut == nil ? nil : split.time?.cut)
  }

  private func record(_ hash: String, cut: Double? = nil) -> DataRecord {
    var record = DataRecord(self, hash: hash)
    record.cut = cut
    return record
  }
}

extension ReadData {
  /// A fingerprint of the interactions; for a ready split, the split's.
  fileprivate var hash: String? {
    switch self {
    case .whole(let data): return data.hash
    case .lines: return nil
    case .ready(let split): return split.hash
    case .files(let train, let validation, let test):
      var fingerprint = Fingerprint()
      for file in [train, validation, test] { fingerprint.add(file?.hash ?? "") }
      return fingerprint.hexadecimal
    }
  }
}
