public import Autoencoders
public import Compute
public import Evaluation
public import InteractionData

/// Several rating models on one split, under one protocol.
public struct RatingExperiment: Sendable {
  /// The split.
  public let split: RatingSplit
  /// The metrics.
  public var metrics = Metric.ratingDefaults
  /// Whether a model is fitted again on training and validation ratings together.
  public var refits = true
  /// The seed of every model's training.
  public let seed: Seed
  /// The processor.
  public let processor: Processor
  /// Receives progress and results.
  public var observer = RunObserver()

  /// Prepares a run.
  public init(_ split: RatingSplit, seed: Seed, processor: Processor) {
    self.split = split
    self.seed = seed
    self.processor = processor
  }

  /// Fits one model; the RMSE on the validation cells chooses the epoch.
  ///
  /// - Returns: the fit, and the predictor that reads all ratings known at test time.
  public func fit<Model: RatingModel>(
    _ model: Model
  ) throws -> (fit: Fit<Model.Fitted>, predictor: any RatingPredictor) {
    observer.onModel(Model.name)
    let watch = Stopwatch()
    let trainer = observer.trainer(for: Model.name, processor: processor, seed: seed)
    let validate: ((Model.Fitted) throws -> Double)? =
      split.validation.isEmpty
      ? nil
      : { fitted in
        let scores = try score(
          model.predictor(fitted, ratings: split.train), of: model, on: split.validation, metrics: [.rmse])
        return -(scores.first?.value ?? 0)
      }
    let fit = try model.naming {
      try model.fit(
        TrainingData(rows: split.train, refit: refits ? split.refit : nil, validate: validate), by: trainer)
    }
    observer.onTrained(TrainingSummary(Model.name, fit, measure: "rmse", seconds: watch.seconds))
    let predictor = model.predictor(fit.model, ratings: refits ? split.refit : split.train)
    try split.verify(predictor, of: model, processor)
    return (fit, predictor)
  }

  /// Fits one model, whichever it is; the RMSE on the validation cells chooses the epoch.
  ///
  /// - Throws: `TrainingError`, `EvaluationError`; `WrongTask` for a model that ranks.
  public func fit(
    any model: any ZooModel
  ) throws -> (fit: Fit<any FittedModel>, predictor: any RatingPredictor) {
    func fit(_ model: some RatingModel) throws -> (Fit<any FittedModel>, any RatingPredictor) {
      let (fit, predictor) = try self.fit(model)
      return (fit.map { $0 }, predictor)
    }
    guard let model = model as? any RatingModel else { throw WrongTask(model: model.name, task: model.task) }
    return try fit(model)
  }

  /// The mean of the ratings that a fit of this experiment was fitted to; `nil` when there are none.
  public func meanRating(of fit: Fit<some Sendable>) -> Double? {
    let values = (fit.extent == .everything ? split.refit : split.train).values ?? []
    return values.isEmpty ? nil : values.reduce(0) { $0 + Double($1) } / Double(values.count)
  }

  /// The memory needed to fit a model.
  public func memory(of model: any ZooModel) -> TrainingMemory { model.memory(rows, processor: processor) }

  /// The largest batch size with which fitting a model stays within `limit` bytes, if there is one.
  public func largestBatch(of model: any ZooModel, within limit: Int) -> Int? {
    model.largestBatch(within: limit, rows, processor: processor)
  }

  private var rows: TrainingRows {
    TrainingRows(
      count: split.train.rowCount, width: split.train.columnCount,
      fitsAgain: refits && !split.validation.isEmpty)
  }

  /// Fits one model and measures it on the test cells.
  ///
  /// - Throws: `TrainingError`, `EvaluationError`; `WrongTask` for a model that ranks.
  public func run(_ model: any ZooModel) throws -> (result: ModelResult, fit: Fit<any FittedModel>) {
    let watch = Stopwatch()
    let (fit, predictor) = try fit(any: model)
    let trained = watch.seconds
    let evaluation = Stopwatch()
    let scores = split.test.isEmpty ? [] : try score(predictor, of: model, on: split.test, metrics: metrics)
    return (
      ModelResult(
        configuration: model.settingsUsed(rows: fit.trainingRows), scores: scores, history: fit.history,
        bestEpoch: fit.bestEpoch, parameters: fit.model.parameterCount,
        seconds: .init(
          train: trained, epoch: fit.history.secondsPerEpoch, evaluate: evaluation.seconds),
        notes: [fit.remark(on: model)].compactMap(\.self)),
      fit
    )
  }

  private func score(
    _ predictor: some RatingPredictor, of model: any ZooModel, on cells: [RatingCell], metrics: [Metric]
  ) throws -> [MetricScore] {
    try split.naming(model) {
      try Evaluator().evaluateRatings(predictor, on: cells, metrics: metrics, processor: processor).scores
    }
  }
}
