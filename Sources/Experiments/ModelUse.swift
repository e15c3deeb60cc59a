public import Autoencoders
public import Compute
public import Evaluation
import FileFormats
import Foundation
public import InteractionData

/// What one does with a saved model: recommend, encode, evaluate. No training data are needed.
extension ModelDirectory {
  /// Users to serve, as rows over the model's items.
  public struct Audience: Sendable {
    /// Their ids.
    public let userIDs: [String]
    /// What each has.
    public let profiles: Profiles
    /// Notes with counts.
    public let notes: [String]
  }

  /// The users of a data set.
  public func audience(_ data: Interactions) -> Audience {
    let (rows, unknown) = data.rows(in: items, keepsRatings: configuration.task == .rating)
    let (rated, assumed) = data.ratings == nil ? rating(rows) : (rows, [])
    let profiles = Profiles(
      items: rated, trainingRows: users.map { known in data.users.ids.map { known.index(of: $0) } })
    return Audience(
      userIDs: data.users.ids, profiles: profiles,
      notes: data.notes + notes(unknown) + assumed + configuration.newcomerNotes(profiles))
  }

  /// One new user, given by a list of items.
  ///
  /// - Throws: `DataError` when the model knows none of them.
  public func audience(items ids: [String]) throws -> Audience {
    let known = ids.compactMap { items.index(of: $0) }
    let unknown = ids.filter { items.index(of: $0) == nil }
    if known.isEmpty && !ids.isEmpty {
      throw DataError(
        path: "--items", text: ids.joined(separator: ","), message: "has no item that the model knows",
        accepted: "ids from the model's items.txt")
    }
    let (rows, assumed) = rating(SparseRows(columnCount: items.count, rows: [known]))
    return Audience(
      userIDs: ["new"], profiles: Profiles(items: rows),
      notes: (unknown.isEmpty ? [] : ["the model does not know \(unknown.joined(separator: ", "))"])
        + assumed + configuration.newcomerNotes(Profiles(items: rows)))
  }

  /// Gives items without ratings to a model of ratings: each counts as rated with the mean of the training ratings, which
  /// says neither that it was liked nor that it was not.
  private func rating(_ rows: SparseRows) -> (SparseRows, notes: [String]) {
    guard configuration.task == .rating, rows.nonZeroCount > 0 else { return (rows, []) }
    let mean = (try? dataRecord())?.meanRating
    let told = mean.map { String(format: "%.2f, the mean of the training ratings", $0) } ?? "1"
    return (
      SparseRows(
        columnCount: rows.columnCount, offsets: rows.offsets, indices: rows.indices,
        values: [Float](repeating: Float(mean ?? 1), count: rows.nonZeroCount)),
      ["\(configuration.name) predicts from ratings, and there are none: each item counts as rated \(told)"]
    )
  }

  /// Ranked lists for some users, block after block, so that any number of users fits in memory.
  ///
  /// - Parameters:
  ///   - k: the length of a list; it is shorter if fewer items are left.
  ///   - excluded: items never recommended, besides those a user has.
  ///   - allowed: when given, the only items recommended.
  ///   - visit: called for each user in order.
  /// - Throws: `DataError` for a model that needs every user's ratings (item-autorec), or what `visit` throws.
  public func recommend(
    to audience: Audience, k: Int, excluding excluded: [String] = [], only allowed: [String]? = nil,
    processor: Processor, visit: (_ user: String, _ list: [RankedItem]) throws -> Void
  ) throws {
    try checkScores()
    var mask = [Bool](repeating: allowed == nil, count: items.count)
    for id in allowed ?? [] { if let index = items.index(of: id) { mask[index] = true } }
    for id in excluded { if let index = items.index(of: id) { mask[index] = false } }
    let size = 64
    let total = audience.userIDs.count
    for first in stride(from: 0, to: total, by: size * processor.threads) {
      let last = min(total, first + size * processor.threads)
      let blocks = Array(stride(from: first, to: last, by: size))
      let lists = try processor.map(count: blocks.count) { [mask, model] index in
        let range = blocks[index]..<min(last, blocks[index] + size)
        let profiles = audience.profiles.selecting(range)
        let scores = try model.scores(for: profiles, using: processor.engine)
        return try range.map { place in
          do {
            return try topK(
              scores[row: place - range.lowerBound], k: k,
              excluding: profiles.items.indices(ofRow: place - range.lowerBound), only: mask)
          } catch let error as NotANumberError {
            throw unusable(user: audience.userIDs[place], item: error.item)
          }
        }
      }
      for (user, list) in zip(first..<last, lists.joined()) {
        try visit(audience.userIDs[user], list)
      }
    }
  }

  /// Refuses a model that cannot score items for users given by what they have.
  ///
  /// - Parameter path: where the model is, for the error.
  /// - Throws: `DataError`.
  public func checkScores(path: String = "model") throws {
    guard let limitation = model.limitation else { return }
    throw DataError(
      path: path, message: "is \(configuration.name), which \(limitation)",
      accepted: "a ranking model, or user-autorec")
  }

  /// Refuses a model that encodes users to nothing.
  ///
  /// - Parameter path: where the model is, for the error.
  /// - Throws: `DataError`.
  public func checkEncodes(path: String = "model") throws {
    if let limitation = model.limitation {
      throw DataError(
        path: path, message: "is \(configuration.name), which \(limitation)", accepted: "an autoencoder of users")
    }
    if case .none = model.latent {
      throw DataError(
        path: path, message: "is \(configuration.name), which has no latent space", accepted: "an autoencoder")
    }
  }

  /// The names of the columns that ``encode(_:processor:visit:)`` gives: `mean_1 … logvar_1 …`, or `code_1 …` for a point.
  public var codeColumns: [String] {
    func names(_ stem: String, _ count: Int) -> [String] { (1...count).map { "\(stem)_\($0)" } }
    return switch model.latent {
    case .none: []
    case .points(let model): names("code", model.design.latent)
    case .gaussians(let model):
      names("mean", model.design.latent) + names("logvar", model.design.latent)
    }
  }

  /// The latent code of every user, in order: the point, or the means and log-variances of the posterior.
  ///
  /// - Throws: `DataError` for a model without codes, or what `visit` throws.
  public func encode(
    _ audience: Audience, processor: Processor, visit: (_ user: String, _ code: [Float]) throws -> Void
  ) throws {
    try checkEncodes()
    let size = 256
    for first in stride(from: 0, to: audience.userIDs.count, by: size) {
      let range = first..<min(audience.userIDs.count, first + size)
      let profiles = audience.profiles.selecting(range)
      switch model.latent {
      case .none: throw NoLatentSpace(model: configuration.name)
      case .points(let model):
        let codes = model.encode(profiles, using: processor.engine)
        for user in range {
          try visit(audience.userIDs[user], finite(Array(codes.points[row: user - first]), of: audience.userIDs[user]))
        }
      case .gaussians(let model):
        let codes = model.encode(profiles, using: processor.engine)
        for user in range {
          let code = Array(codes.mean[row: user - first]) + Array(codes.logVariance[row: user - first])
          try visit(audience.userIDs[user], finite(code, of: audience.userIDs[user]))
        }
      }
    }
  }

  /// Measures the model by how well it predicts the held-out items of users.
  ///
  /// Novelty is by the training users; where the directory does not say what they have, by the users at hand, and a note
  /// says so.
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
            "novelty is by the users at hand: this model directory does not say how many training users have each item, "
              + "as those that train writes do"
          ] : [])
        + configuration.newcomerNotes(users.profiles))
  }
}

/// Test users for a saved model.
extension ModelDirectory {
  /// Users of a data set, a fifth of each one's items held out.
  ///
  /// - Throws: `DataError` when no user has five items that the model knows.
  public func users(
    foldingIn data: Interactions, seed: Seed
  ) throws -> (DataSummary, HeldOutUsers, [String]) {
    let (found, unknown) = HeldOutUsers.foldingIn(data, items: items, known: users, seed: seed)
    guard let found else {
      throw DataError(
        path: data.name, message: "has no user with five items that the model knows",
        accepted: "interactions with items of the model's items.txt")
    }
    return (DataSummary(data), found, data.notes + notes(unknown))
  }

  /// What users are known to have, and what is to be found.
  ///
  /// - Throws: `DataError` when no item of `wanted` can be predicted.
  public func users(
    known: Interactions, wanted: Interactions
  ) throws -> (DataSummary, HeldOutUsers, [String]) {
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
    guard !ids.isEmpty else {
      throw DataError(
        path: wanted.name,
        message: strangers > 0
          ? "has nothing to look for: no user has an item of the model in \(known.name)"
          : "has no item of the model to predict",
        accepted: "interactions with items of the model's items.txt"
          + (strangers > 0 ? ", of users that \(known.name) has too" : ""))
    }
    let rows = SparseRows(columnCount: items.count, rows: profiles)
    let found = HeldOutUsers(
      userIDs: ids,
      profiles: Profiles(items: rows, trainingRows: users.map { known in ids.map { known.index(of: $0) } }),
      masked: rows, heldOut: SparseRows(columnCount: items.count, rows: heldOut), skippedUsers: skipped)
    var notes = known.notes + wanted.notes + notes(unknownInput + unknownTarget)
    if repeated > 0 {
      notes.append("dropped \(counted(repeated, "test interaction")) of \(wanted.name) that \(known.name) has too")
    }
    if strangers > 0 {
      notes.append(
        "skipped \(strangers == 1 ? "1 user" : "\(strangers) users") of \(wanted.name) without an item of the model in "
          + "\(known.name): nothing is known of them")
    }
    return (DataSummary(known), found, notes)
  }

  /// The test users of a ready split.
  ///
  /// - Throws: `DataError` when the split's items are not the model's.
  public func users(
    of split: RankingSplit, name: String
  ) throws -> (DataSummary, HeldOutUsers, [String]) {
    guard split.items == items, let test = split.test else {
      throw DataError(
        path: name, message: "has other items than the model, or in another order",
        accepted: "the directory that the model was trained on")
    }
    return (DataSummary(name: name, split: split), test, split.notes)
  }

  private func notes(_ unknown: Int) -> [String] {
    unknown == 0 ? [] : ["\(counted(unknown, "interaction")) with items the model does not know left out"]
  }
}
