public import Autoencoders
public import Compute
public import Evaluation
public import InteractionData

/// Ratings of held-out cells, predicted from all ratings that were fitted.
extension RatingSplit: TaskSplit {
  /// Ratings.
  public static var task: RecommendationTask { .rating }
  /// RMSE and MAE.
  public static var defaultMetrics: [Metric] { Metric.ratingDefaults }

  /// Reads data.
  public static func read(_ data: DataSelection, seed: Seed, forTraining: Bool) throws -> ReadData {
    try data.readForRating(seed: seed)
  }

  /// Divides the data.
  public static func divide(
    _ read: ReadData, of data: DataSelection, seed: Seed, forTraining: Bool
  ) throws -> LoadedData<RatingSplit> {
    try data.rating(read, seed: seed, forTraining: forTraining)
  }

  /// Training and validation ratings together.
  public var everything: SparseRows? { refit }
  /// Whether any rating is held out to choose the epoch.
  public var hasValidation: Bool { !validation.isEmpty }
  /// Whether any rating is held out for the test.
  public var hasTest: Bool { !test.isEmpty }

  /// The test cells, by user and item numbers, which are the same in every split of the same data.
  public var testUnits: [String] { test.map { "\($0.user) \($0.item)" } }

  /// All users, whatever ratings are fitted.
  public func users(of extent: FitExtent) -> UserRows {
    UserRows(ids: users.ids, rows: extent == .everything ? refit : train)
  }

  /// The RMSE on the validation cells; a smaller one is better.
  public func validation<Model: ZooModel>(
    of model: Model, in experiment: Experiment<RatingSplit>
  ) -> ((Model.Fitted) throws -> Double)? {
    guard hasValidation else { return nil }
    return { fitted in
      let scores = try score(
        fitted, of: model, ratings: train, on: validation, metrics: [.rmse], experiment.processor)
      return -(scores.first?.value ?? 0)
    }
  }

  /// Training and validation ratings.
  public var withoutTest: RatingSplit { withoutTestRatings }

  /// Predicts the validation cells.
  public func measureValidation<Model: ZooModel>(
    _ fitted: Model.Fitted, of model: Model, metrics: [Metric], in experiment: Experiment<RatingSplit>
  ) throws -> [MetricScore] {
    guard hasValidation else { return [] }
    return try score(fitted, of: model, ratings: train, on: validation, metrics: metrics, experiment.processor)
  }

  /// Predicts a few of the fitted ratings with the model.
  public func verify<Model: ZooModel>(
    _ fitted: Model.Fitted, of model: Model, in experiment: Experiment<RatingSplit>
  ) throws {
    let rows = Array((0..<train.rowCount).lazy.filter { train.count(ofRow: $0) > 0 }.prefix(8))
    let cells = rows.flatMap { row in
      train.range(ofRow: row).prefix(8).map {
        RatingCell(user: row, item: Int(train.indices[$0]), rating: train.value(at: $0))
      }
    }
    if cells.isEmpty { return }
    _ = try score(
      fitted, of: model, ratings: experiment.fittedRows, on: cells, metrics: [.rmse], experiment.processor)
  }

  /// Predicts the test cells.
  public func measure<Model: ZooModel>(
    _ fitted: Model.Fitted, of model: Model, in experiment: Experiment<RatingSplit>
  ) throws -> TestScores {
    guard hasTest else { return TestScores() }
    return TestScores(
      scores: try score(
        fitted, of: model, ratings: experiment.fittedRows, on: test, metrics: experiment.metrics,
        experiment.processor))
  }

  /// - Parameter ratings: the ratings from which the model predicts.
  private func score<Model: ZooModel>(
    _ fitted: Model.Fitted, of model: Model, ratings: SparseRows, on cells: [RatingCell], metrics: [Metric],
    _ processor: Processor
  ) throws -> [MetricScore] {
    do {
      let predictor = try model.predictor(fitted, ratings: ratings)
      return try Evaluator().evaluateRatings(predictor, on: cells, metrics: metrics, processor: processor).scores
    } catch EvaluationError.notFinite(let cell) {
      throw model.unusable("rating of item '\(items[cell.item])' by user '\(users[cell.user])'")
    }
  }
}
