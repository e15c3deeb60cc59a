public import Autoencoders
public import Compute
public import Evaluation
public import InteractionData

/// Ranked lists for held-out users.
extension RankingSplit: TaskSplit {
  /// Ranked lists.
  public static var task: RecommendationTask { .ranking }
  /// All metrics of ranked lists at the usual lengths.
  public static var defaultMetrics: [Metric] { Metric.rankingDefaults }

  /// Reads data.
  public static func read(_ data: DataSelection, seed: Seed, forTraining: Bool) throws -> ReadData {
    try data.readForRanking(seed: seed, forTraining: forTraining)
  }

  /// Divides the data.
  public static func divide(
    _ read: ReadData, of data: DataSelection, seed: Seed, forTraining: Bool
  ) throws -> LoadedData<RankingSplit> {
    try data.ranking(read, seed: seed, forTraining: forTraining)
  }

  /// The rows of `refitUsers`.
  public var everything: SparseRows? { refit }
  /// Whether users are held out for validation.
  public var hasValidation: Bool { validation != nil }
  /// Whether users are held out for the test.
  public var hasTest: Bool { test != nil }

  /// The test users.
  public var testUnits: [String] { test?.userIDs ?? [] }

  /// The training users; for a second fit, those held out for validation too.
  public func users(of extent: FitExtent) -> UserRows {
    switch extent {
    case .training: trainUsers
    case .everything: refitUsers ?? trainUsers
    }
  }

  /// The selected metric on the validation users, or their evidence lower bound at β = 1.
  public func validation<Model: ZooModel>(
    of model: Model, in experiment: Experiment<RankingSplit>
  ) -> ((Model.Fitted) throws -> Double)? {
    guard let users = validation else { return nil }
    switch experiment.objective {
    case .recommend:
      // While the epoch is chosen, the model has been fitted to the rows of the first fit only.
      return { fitted in
        try value(of: experiment.selection, fitted, of: model, on: users, experiment.processor)
      }
    case .generate:
      let whole = users.wholeProfiles
      return { fitted in
        guard case .gaussians(let network) = fitted.latent else { throw NoLatentSpace(model: Model.name) }
        let bound = try network.evidenceBound(of: whole, seed: experiment.seed, processor: experiment.processor).value
        if !bound.isFinite { throw model.unusable("evidence lower bound") }
        return bound
      }
    }
  }

  /// Training and validation users.
  public var withoutTest: RankingSplit {
    RankingSplit(
      kind: kind, items: items, trainUserIDs: trainUserIDs, train: train, validation: validation, refit: nil, test: nil)
  }

  /// Ranks for the validation users.
  public func measureValidation<Model: ZooModel>(
    _ fitted: Model.Fitted, of model: Model, metrics: [Metric], in experiment: Experiment<RankingSplit>
  ) throws -> [MetricScore] {
    guard let validation else { return [] }
    return try score(fitted, of: model, fittedTo: train, on: validation, metrics: metrics, experiment.processor).scores
  }

  /// Scores a few training users with the model.
  public func verify<Model: ZooModel>(
    _ fitted: Model.Fitted, of model: Model, in experiment: Experiment<RankingSplit>
  ) throws {
    let chosen = Array((0..<train.rowCount).lazy.filter { train.count(ofRow: $0) > 0 }.prefix(8))
    if chosen.isEmpty { return }
    let profiles = Profiles(items: train.selecting(rows: chosen), trainingRows: chosen)
    let scores = try fitted.scores(for: profiles, using: experiment.processor.engine)
    for (place, row) in chosen.enumerated() {
      guard let item = scores[row: place].firstIndex(where: { !$0.isFinite }) else { continue }
      throw unusable(model, user: trainUserIDs[row], item: item - scores[row: place].startIndex)
    }
  }

  /// Ranks for the test users.
  public func measure<Model: ZooModel>(
    _ fitted: Model.Fitted, of model: Model, in experiment: Experiment<RankingSplit>
  ) throws -> TestScores {
    guard let test = test?.knownAmong(rows: experiment.fittedRows.rowCount) else { return TestScores() }
    let result = try score(
      fitted, of: model, fittedTo: experiment.fittedRows, on: test, metrics: experiment.metrics, experiment.processor)
    return TestScores(
      scores: result.scores, ranking: result,
      notes: result.notes.map(\.description) + model.newcomerNotes(test.profiles))
  }

  /// - Parameter rows: the rows that the model was fitted to, for novelty.
  private func score(
    _ recommender: some Recommender, of model: some ZooModel, fittedTo rows: SparseRows, on users: HeldOutUsers,
    metrics: [Metric], _ processor: Processor
  ) throws -> RankingResult {
    try naming(model) {
      try Evaluator().evaluate(
        recommender, on: users, itemPopularity: rows.columnCounts(), trainingUsers: rows.rowCount, metrics: metrics,
        processor: processor)
    }
  }

  /// One metric on the validation users, without lists where it can be.
  private func value(
    of metric: Metric, _ recommender: some Recommender, of model: some ZooModel, on users: HeldOutUsers,
    _ processor: Processor
  ) throws -> Double {
    let mean = try naming(model) {
      try Evaluator().mean(of: metric, by: recommender, on: users, processor: processor)
    }
    if let mean { return mean }
    let result = try score(recommender, of: model, fittedTo: train, on: users, metrics: [metric], processor)
    return result.scores.first?.value ?? 0
  }

  /// Converts the error of a score that is not a number.
  private func naming<Value>(_ model: some ZooModel, _ measure: () throws -> Value) throws -> Value {
    do {
      return try measure()
    } catch EvaluationError.notANumber(let user, let item) {
      throw unusable(model, user: user, item: item)
    }
  }

  private func unusable(_ model: some ZooModel, user: String, item: Int) -> TrainingError {
    model.unusable("score of item '\(items[item])' for user '\(user)'")
  }
}

extension HeldOutUsers {
  /// The same users; those whose training row is beyond the fitted rows are marked as new.
  ///
  /// The second fit of a split by time has users that the first one does not have.
  fileprivate func knownAmong(rows: Int) -> HeldOutUsers {
    guard let own = profiles.trainingRows, own.contains(where: { $0.map { $0 >= rows } ?? false }) else { return self }
    return HeldOutUsers(
      userIDs: userIDs,
      profiles: Profiles(items: profiles.items, trainingRows: own.map { row in row.flatMap { $0 < rows ? $0 : nil } }),
      masked: masked, heldOut: heldOut, skippedUsers: skippedUsers)
  }

  /// All items of the users, input and held out.
  fileprivate var wholeProfiles: Profiles {
    let rows = (0..<profiles.items.rowCount).map { row in
      profiles.items.indices(ofRow: row).map(Int.init) + heldOut.indices(ofRow: row).map(Int.init)
    }
    return Profiles(
      items: SparseRows(columnCount: profiles.items.columnCount, rows: rows), trainingRows: profiles.trainingRows)
  }
}
