public import Autoencoders
public import Compute
public import Evaluation
import FileFormats
public import InteractionData

/// Users that a saved model is measured on.
public struct TestUsers: Sendable {
  /// How their known items were separated from the held-out items.
  public let kind: SplitKind
  /// The data.
  public let dataset: DataSummary
  /// The users.
  public let users: HeldOutUsers
  /// Notes with counts.
  public let notes: [String]
}

extension ModelDirectory {
  /// The test users of some data.
  ///
  /// - Parameters:
  ///   - source: from one file, a fifth of each user's items is held out; `DataSelection/Source/builtIn` simulates
  ///     new users of the built-in population.
  ///   - reader: how files are read and filtered.
  /// - Throws: `InputError`; `DataError` when nothing can be predicted for any user.
  public func testUsers(_ source: DataSelection.Source, reader: ModelDataReader, seed: Seed) throws -> TestUsers {
    switch source {
    case .builtIn: return try testUsers(foldingIn: Population.newcomers(seed: seed), seed: seed)
    case .file(let path):
      let found = try reader.read(path, scope: .anyone)
      return try testUsers(foldingIn: found.data.noting(found.overlapNotes), seed: seed)
    case .files(let train, _, let test):
      let (known, wanted) = try reader.read(known: train, wanted: test ?? train)
      return try testUsers(known: known, wanted: wanted)
    case .directory(let path):
      let split = try RankingSplit.directory(path, threads: reader.threads)
      guard split.items == items, let test = split.test else { throw hasOtherItems(path) }
      return TestUsers(
        kind: .directory, dataset: DataSummary(name: path, split: split), users: test, notes: split.notes)
    }
  }

  /// Users of a data set, a fifth of each one's items held out.
  ///
  /// - Throws: `DataError` when no user has five items of the model.
  public func testUsers(foldingIn data: Interactions, seed: Seed) throws -> TestUsers {
    let (found, unknown) = HeldOutUsers.foldingIn(data, items: items, known: users, seed: seed)
    guard let found else {
      throw DataError(
        path: data.name, message: "has no user with five items of the model",
        accepted: unknown == data.count
          ? "interactions with items of the model's items.txt"
          : "users with at least five items of the model's items.txt, of which a fifth is held out")
    }
    return TestUsers(
      kind: .users, dataset: DataSummary(data), users: found, notes: data.notes + notes(unknown: unknown))
  }

  /// Users of a file with interactions before and after a time cut: items before it are the input, items after it are
  /// held out.
  ///
  /// - Parameters:
  ///   - cut: `nil` for the cut of the model's training.
  ///   - newUsers: whether users without interactions before the cut are tested as well, with their first items after
  ///     it as input (`Newcomers`).
  ///   - seed: orders the equal times of new users.
  /// - Throws: `InputError`; `DataError` without times, or when nothing can be predicted for any user; ``CutNeeded``
  ///   without a cut in either place.
  public func testUsers(
    ofFile path: String, cut: TimeCut?, newUsers: Bool = false, reader: ModelDataReader, seed: Seed
  ) throws -> TestUsers {
    let own = record.facts?.data?.cut
    guard let cut = cut ?? own.map(TimeCut.time) else { throw CutNeeded() }
    let data = try reader.read(path, scope: .anyone).data
    guard let parts = data.divided(by: cut) else {
      throw DataError(
        path: data.name, message: "has no timestamps to split by",
        accepted: "a column of timestamps (--timestamp-column)")
    }
    guard parts.before.count > 0, parts.after.count > 0 else {
      throw DataError(
        path: data.name, text: TimeCut.words(for: parts.time),
        message: "has no interactions \(parts.before.count == 0 ? "before" : "after") this cut",
        accepted: "a time within those of the data")
    }
    let newcomers = newUsers ? data.newcomers(from: parts.time, items: items, seed: seed) : nil
    var notes = ["cut at \(TimeCut.words(for: parts.time))"]
    if let newcomers { notes.append(newcomers.note) }
    let users: HeldOutUsers
    if let tested = newcomers?.tested {
      let known = parts.after.only(users: parts.before.users).map { match(known: parts.before, wanted: $0) }
      notes += known?.notes ?? parts.before.notes
      users = known?.users?.appending(unseen: tested) ?? tested
    } else {
      let found = try testUsers(known: parts.before, wanted: parts.after)
      (users, notes) = (found.users, notes + found.notes)
    }
    if own.map({ $0 > parts.time }) ?? true {
      notes.append(
        own.map { "the model was trained on interactions before \(TimeCut.words(for: $0)), which is after the cut" }
          ?? "the model was trained without a time cut, so its training data may contain the test items")
    }
    return TestUsers(kind: .time, dataset: DataSummary(data), users: users, notes: notes)
  }

  /// The known and the held-out items of users.
  ///
  /// - Throws: `DataError` when no item of `wanted` can be predicted.
  public func testUsers(known: Interactions, wanted: Interactions) throws -> TestUsers {
    let found = match(known: known, wanted: wanted)
    guard let users = found.users else {
      throw DataError(
        path: wanted.name,
        message: found.strangers > 0
          ? "has no items to predict: no user has an item of the model in \(known.name)"
          : "has no item of the model to predict",
        accepted: "interactions with items of the model's items.txt"
          + (found.strangers > 0 ? ", of users that are also in \(known.name)" : ""))
    }
    return TestUsers(kind: .files, dataset: DataSummary(known), users: users, notes: found.notes)
  }

  /// Users with known and with held-out items, `nil` without any; the notes; and the number of users with held-out but
  /// no known items.
  private func match(
    known: Interactions, wanted: Interactions
  ) -> (users: HeldOutUsers?, notes: [String], strangers: Int) {
    let (input, unknownInput) = known.rows(in: items)
    let (target, unknownTarget) = wanted.rows(in: items)
    var profiles: [[Int]] = []
    var heldOut: [[Int]] = []
    var ids: [String] = []
    var skipped = 0
    var strangers = 0
    var repeated = 0
    for (row, id) in wanted.users.ids.enumerated() {
      let profile = known.users.index(of: id).map { input.indices(ofRow: $0).map(Int.init) } ?? []
      let missing = Set(target.indices(ofRow: row).map(Int.init)).subtracting(profile)
      repeated += target.count(ofRow: row) - missing.count
      if missing.isEmpty || profile.isEmpty {
        skipped += 1
        if !missing.isEmpty { strangers += 1 }
        continue
      }
      ids.append(id)
      profiles.append(profile)
      heldOut.append(Array(missing))
    }
    let rows = SparseRows(columnCount: items.count, rows: profiles)
    let found = HeldOutUsers(
      userIDs: ids, profiles: Profiles(items: rows, trainingRows: trainingRows(of: ids)),
      masked: rows, heldOut: SparseRows(columnCount: items.count, rows: heldOut), skippedUsers: skipped)
    var notes = known.notes + wanted.notes + notes(unknown: unknownInput + unknownTarget)
    if repeated > 0 {
      notes.append("dropped \(counted(repeated, "test interaction")) of \(wanted.name) that are also in \(known.name)")
    }
    if strangers > 0 {
      notes.append(
        "skipped \(strangers == 1 ? "1 user" : "\(strangers) users") of \(wanted.name) without an item of the model in "
          + "\(known.name): they have no input items")
    }
    return (ids.isEmpty ? nil : found, notes, strangers)
  }

  /// The error for a ready split that the model was not trained on.
  func hasOtherItems(_ path: String) -> DataError {
    DataError(
      path: path, message: "has different items from the model, or in a different order",
      accepted: "the directory that the model was trained on")
  }

  /// Measures the model by how well it predicts the held-out items of users.
  ///
  /// Novelty is computed from the training users; if the directory does not record their items, it is computed from the
  /// users at hand, and a note says so.
  ///
  /// - Throws: `EvaluationError`; `DataError` when a score is not a number.
  public func evaluate(
    on users: HeldOutUsers, metrics: [Metric], processor: Processor
  ) throws -> ModelResult {
    let watch = Stopwatch()
    let known = itemPopularity ?? ItemPopularity(of: users.profiles.items)
    func run(_ recommender: some Recommender) throws -> RankingResult {
      do {
        return try Evaluator().evaluate(
          recommender, on: users, itemPopularity: known.counts, trainingUsers: known.users, metrics: metrics,
          processor: processor)
      } catch EvaluationError.notANumber(let user, let item) {
        throw unusable(user: user, item: item)
      }
    }
    let result = try run(model)
    let isStandIn = itemPopularity == nil && metrics.contains { $0.kind == .novelty }
    return ModelResult(
      configuration: configuration, scores: result.scores, ranking: result, history: [],
      bestEpoch: 0, parameters: model.parameterCount,
      seconds: .init(train: 0, epoch: 0, evaluate: watch.seconds),
      notes: result.notes.map(\.description)
        + (isStandIn
          ? [
            "novelty is computed from the users at hand: this model directory does not record how many training users have each item, "
              + "as train now does"
          ] : [])
        + configuration.newcomerNotes(users.profiles))
  }
}

/// No cut was given, and the model was trained without a time cut.
public struct CutNeeded: Error, Equatable, CustomStringConvertible {
  /// What is wrong, in one sentence.
  public var description: String { "the model was trained without a time cut; accepted: the time to cut at" }
}
