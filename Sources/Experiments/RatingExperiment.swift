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
  /// - Returns: the fit (`nil` for the mean, which has no network) and the predictor.
  public func fit(
    _ configuration: ModelConfiguration
  ) throws -> (fit: Fit?, predictor: any RatingPredictor) {
    observer.onModel(configuration.name)
    let watch = Stopwatch()
    func tell(_ fit: Fit?) {
      observer.onTrained(TrainingSummary(configuration.name, fit, measure: "rmse", seconds: watch.seconds))
    }
    let final = refits ? split.refit : split.train
    let side: AutoRecPredictor.Side
    switch configuration {
    case .userAutoRec: side = .users
    case .itemAutoRec: side = .items
    default:
      let mean = MeanRating(rows: final)
      tell(nil)
      return (nil, mean)
    }
    let trainer = observer.trainer(for: configuration.name, processor: processor, seed: seed)
    func rows(_ ratings: SparseRows) -> SparseRows { side == .users ? ratings : ratings.transposed() }

    let validate: ((any Recommender) throws -> Double)? =
      split.validation.isEmpty
      ? nil
      : { model in
        guard let autoencoder = model as? Autoencoder<PointLatent> else { return 0 }
        let predictor = AutoRecPredictor(autoencoder, side: side, ratings: split.train)
        let result = try split.naming(configuration) {
          try Evaluator().evaluateRatings(
            predictor, on: split.validation, metrics: [.rmse], processor: processor)
        }
        return -(result.scores.first?.value ?? 0)
      }
    let fit = try configuration.naming {
      try configuration.fit(
        to: rows(split.train), refit: refits ? rows(split.refit) : nil, trainer: trainer, validate: validate)
    }
    tell(fit)
    guard case .point(let autoencoder) = fit.model else { return (fit, MeanRating(rows: final)) }
    let predictor = AutoRecPredictor(autoencoder, side: side, ratings: final)
    try split.verify(predictor, of: configuration, processor)
    return (fit, predictor)
  }

  /// The memory needed to fit a model; `nil` for models without training.
  public func memory(of configuration: ModelConfiguration) -> TrainingMemory? {
    configuration.trainingMemory(rows(of: configuration), processor: processor)
  }

  /// The largest batch size with which fitting a model stays within `limit` bytes, if there is one.
  public func largestBatch(of configuration: ModelConfiguration, within limit: Int) -> Int? {
    configuration.largestBatch(within: limit, rows(of: configuration), processor: processor)
  }

  private func rows(of configuration: ModelConfiguration) -> TrainingRows {
    let (users, items) = (split.train.rowCount, split.train.columnCount)
    let fitsAgain = refits && !split.validation.isEmpty
    if case .itemAutoRec = configuration { return TrainingRows(count: items, width: users, fitsAgain: fitsAgain) }
    return TrainingRows(count: users, width: items, fitsAgain: fitsAgain)
  }

  /// Fits one model and measures it on the test cells.
  ///
  /// - Throws: `TrainingError`, `EvaluationError`.
  public func run(_ configuration: ModelConfiguration) throws -> (result: ModelResult, fit: Fit?) {
    let watch = Stopwatch()
    let (fit, predictor) = try fit(configuration)
    let trained = watch.seconds
    let evaluation = Stopwatch()
    func evaluate(_ predictor: some RatingPredictor) throws -> [MetricScore] {
      try split.naming(configuration) {
        try Evaluator().evaluateRatings(
          predictor, on: split.test, metrics: metrics, processor: processor
        ).scores
      }
    }
    let scores = split.test.isEmpty ? [] : try evaluate(predictor)
    return (
      ModelResult(
        configuration: configuration.settingsUsed(rows: fit?.trainingRows ?? 0), scores: scores,
        history: fit?.history ?? [],
        bestEpoch: fit?.bestEpoch ?? 0, parameters: fit?.model.parameterCount ?? 0,
        seconds: .init(
          train: trained, epoch: fit?.history.secondsPerEpoch ?? 0, evaluate: evaluation.seconds),
        notes: [fit?.remark(on: configuration)].compactMap(\.self)),
      fit
    )
  }
}
