public import Compute
public import InteractionData

/// The evaluation of predicted ratings.
public struct RatingResult: Sendable, Equatable {
  /// One score for each requested metric, in that order.
  ///
  /// The values of each are per cell, in the order of the cells.
  public let scores: [MetricScore]
  /// Prediction minus rating of every cell.
  public let errors: [Double]

  /// Creates a result.
  public init(scores: [MetricScore], errors: [Double]) {
    self.scores = scores
    self.errors = errors
  }

  /// The score of a metric, if it was requested.
  public subscript(metric: Metric) -> MetricScore? { scores.first { $0.metric == metric } }
}

extension Evaluator {
  /// Measures predicted ratings, pooled over all cells.
  ///
  /// Standard errors assume independent cells, as is customary. Cells of one user are not quite independent, so the
  /// true errors are somewhat larger. That of the RMSE is by the delta method (see ``RMSE/linearised(errors:)``).
  ///
  /// - Parameters:
  ///   - predictor: the model.
  ///   - cells: the cells to predict, with their ratings.
  ///   - metrics: the metrics.
  ///   - processor: the processor to use.
  /// - Returns: the scores in the order of `metrics`, and the error of every cell.
  /// - Throws: ``EvaluationError``; whatever the predictor throws.
  public func evaluateRatings(
    _ predictor: some RatingPredictor, on cells: [RatingCell], metrics: [Metric] = Metric.ratingDefaults,
    processor: Processor
  ) throws -> RatingResult {
    if let metric = metrics.first(where: \.kind.isRanking) { throw EvaluationError.notOfRatings(metric) }
    if cells.isEmpty { throw EvaluationError.noCells }
    let predictions = try predictor.predictions(for: cells, using: processor)
    guard predictions.count == cells.count else {
      throw EvaluationError.wrongShape("\(predictions.count) predictions", expected: "\(cells.count)")
    }
    let errors = try zip(cells, predictions).map { cell, prediction in
      guard prediction.isFinite else { throw EvaluationError.notFinite(cell: cell) }
      return Double(prediction) - Double(cell.rating)
    }
    return RatingResult(
      scores: metrics.map { metric in
        let values = metric == .rmse ? RMSE.linearised(errors: errors) : errors.map(abs)
        let value = metric == .rmse ? RMSE.value(errors: errors) : MAE.value(errors: errors)
        return MetricScore(
          metric: metric, value: value, standardError: MetricScore(metric, mean: values).standardError,
          values: values)
      },
      errors: errors)
  }
}
