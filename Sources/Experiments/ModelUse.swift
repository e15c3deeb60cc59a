public import Autoencoders
public import Compute
public import Evaluation
import FileFormats
public import InteractionData

/// What one does with a saved model: recommend, encode, evaluate. No training data are needed.
extension ModelDirectory {
  /// Users to serve, as rows over the model's items.
  public struct Audience: Sendable {
    /// Their ids.
    public let userIDs: [String]
    /// What each has.
    public let profiles: Profiles
    /// Counted remarks.
    public let notes: [String]
  }

  /// The users of a data set.
  public func audience(_ data: Interactions) -> Audience {
    let (rows, unknown) = data.rows(in: items, keepsRatings: configuration.task == .rating)
    return Audience(
      userIDs: data.users.ids,
      profiles: Profiles(
        items: rows, trainingRows: users.map { known in data.users.ids.map { known.index(of: $0) } }),
      notes: unknown == 0
        ? [] : ["\(unknown) interactions with items the model does not know left out"])
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
    return Audience(
      userIDs: ["new"],
      profiles: Profiles(items: SparseRows(columnCount: items.count, rows: [known])),
      notes: unknown.isEmpty ? [] : ["the model does not know \(unknown.joined(separator: ", "))"])
  }

  /// Ranked lists for some users, block after block, so that any number of users fits in memory.
  ///
  /// - Parameters:
  ///   - k: the length asked for; a list is shorter where fewer items are left.
  ///   - excluded: items never recommended, besides those a user has.
  ///   - allowed: when given, the only items recommended.
  ///   - visit: told of each user in order.
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
          try topK(
            scores[row: place - range.lowerBound], k: k,
            excluding: profiles.items.indices(ofRow: place - range.lowerBound), only: mask)
        }
      }
      for (user, list) in zip(first..<last, lists.joined()) {
        try visit(audience.userIDs[user], list)
      }
    }
  }

  /// Refuses a model that cannot score items for users given by what they have.
  ///
  /// - Throws: `CannotScore`.
  public func checkScores() throws {
    if let limitation = model.limitation { throw CannotScore(model: configuration.name, limitation: limitation) }
  }

  /// Refuses a model that encodes users to nothing.
  ///
  /// - Throws: `CannotScore`, `NoLatentSpace`.
  public func checkEncodes() throws {
    try checkScores()
    if case .none = model.latent { throw NoLatentSpace(model: configuration.name) }
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
          try visit(audience.userIDs[user], Array(codes.points[row: user - first]))
        }
      case .gaussians(let model):
        let codes = model.encode(profiles, using: processor.engine)
        for user in range {
          try visit(
            audience.userIDs[user],
            Array(codes.mean[row: user - first]) + Array(codes.logVariance[row: user - first]))
        }
      }
    }
  }

  /// Measures the model on users whose held-out items it is to find.
  ///
  /// - Throws: `EvaluationError`.
  public func evaluate(
    on users: HeldOutUsers, metrics: [Metric], processor: Processor
  ) throws -> ModelResult {
    let watch = Stopwatch()
    // Popularity among the users at hand: the training rows are not kept with the model.
    let known = users.profiles.items
    func run(_ recommender: some Recommender) throws -> RankingResult {
      try Evaluator().evaluate(
        recommender, on: users, itemPopularity: known.columnCounts(),
        trainingUsers: known.rowCount, metrics: metrics, processor: processor)
    }
    let result = try run(model)
    return ModelResult(
      configuration: configuration, scores: result.scores, ranking: result, history: [],
      bestEpoch: 0, parameters: model.parameterCount,
      seconds: .init(train: 0, epoch: 0, evaluate: watch.seconds),
      notes: result.notes.map(\.description))
  }
}

/// Test users for a saved model.
extension ModelDirectory {
  /// Users of a data set, a fifth of each one's items held out.
  ///
  /// - Throws: `DataError` when nobody has five items that the model knows.
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
  /// - Throws: `DataError` when nothing of `wanted` can be looked for.
  public func users(
    known: Interactions, wanted: Interactions
  ) throws -> (DataSummary, HeldOutUsers, [String]) {
    let (input, unknownInput) = known.rows(in: items)
    let (target, unknownTarget) = wanted.rows(in: items)
    var profiles: [[Int]] = []
    var heldOut: [[Int]] = []
    var ids: [String] = []
    var skipped = 0
    for (row, id) in wanted.users.ids.enumerated() {
      let profile = known.users.index(of: id).map { input.indices(ofRow: $0).map(Int.init) } ?? []
      let missing = Set(target.indices(ofRow: row).map(Int.init)).subtracting(profile)
      if missing.isEmpty {
        skipped += 1
        continue
      }
      ids.append(id)
      profiles.append(profile)
      heldOut.append(Array(missing))
    }
    guard !ids.isEmpty else {
      throw DataError(
        path: wanted.name, message: "has nothing to look for among the model's items",
        accepted: "interactions with items of the model's items.txt")
    }
    let rows = SparseRows(columnCount: items.count, rows: profiles)
    let found = HeldOutUsers(
      userIDs: ids,
      profiles: Profiles(items: rows, trainingRows: users.map { known in ids.map { known.index(of: $0) } }),
      masked: rows, heldOut: SparseRows(columnCount: items.count, rows: heldOut), skippedUsers: skipped)
    return (
      DataSummary(known), found, known.notes + wanted.notes + notes(unknownInput + unknownTarget)
    )
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
    unknown == 0 ? [] : ["\(unknown) interactions with items the model does not know left out"]
  }
}
