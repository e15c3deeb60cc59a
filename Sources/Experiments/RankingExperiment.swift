public import Autoencoders
public import Compute
public import Evaluation
public import InteractionData

/// Several ranking models on one split, under one protocol.
public struct RankingExperiment: Sendable {
  /// The split.
  public let split: RankingSplit
  /// The metrics.
  public var metrics = Metric.rankingDefaults
  /// The metric that chooses the epoch, on the validation users.
  public var selection = Metric(.ndcg, at: 100)
  /// The objective of the training.
  public var objective = Objective.recommend
  /// Whether a model is fitted again on the split's rows for that, if it has any.
  public var refits = true
  /// The seed of every model's training.
  public let seed: Seed
  /// The processor.
  public let processor: Processor
  /// Receives progress and results.
  public var observer = RunObserver()

  /// Prepares a run.
  public init(_ split: RankingSplit, seed: Seed, processor: Processor) {
    self.split = split
    self.seed = seed
    self.processor = processor
  }

  /// The rows that models are fitted to in the end: those of the second fit, where there is one.
  public var fittedRows: SparseRows { (refits ? split.refit : nil) ?? split.train }

  /// Fits one model; validation chooses the epoch.
  public func fit(_ configuration: ModelConfiguration) throws -> Fit {
    observer.onModel(configuration.name)
    let watch = Stopwatch()
    var trainer = observer.trainer(for: configuration.name, processor: processor, seed: seed)
    let validate: ((any Recommender) throws -> Double)?
    switch objective {
    case .recommend:
      validate = split.validation.map { users in
        // While the epoch is chosen, the model has seen the first fit's rows only.
        { model in
          try configuration.naming(split.items) {
            try score(model, fittedTo: split.train, on: users, metrics: [selection]).scores.first?.value ?? 0
          }
        }
      }
    case .generate:
      trainer.waitsForPrior = true
      validate = split.validation.map { users in
        let whole = users.wholeProfiles
        return { model in
          let value = try bound(model, on: whole)
          if !value.isFinite { throw configuration.unusable("evidence lower bound") }
          return value
        }
      }
    }
    let fit = try configuration.naming {
      try configuration.fit(
        to: split.train, refit: refits ? split.refit : nil, trainer: trainer, validate: validate)
    }
    try configuration.verify(
      fit.model, on: split.train, ids: split.trainUserIDs, items: split.items, processor.engine)
    let measure = objective == .generate ? "negative ELBO" : selection.key
    observer.onTrained(TrainingSummary(configuration.name, fit, measure: measure, seconds: watch.seconds))
    return fit
  }

  /// The memory needed to fit a model; `nil` for models without training.
  public func memory(of configuration: ModelConfiguration) -> TrainingMemory? {
    configuration.trainingMemory(rows, processor: processor)
  }

  /// The largest batch size with which fitting a model stays within `limit` bytes, if there is one.
  public func largestBatch(of configuration: ModelConfiguration, within limit: Int) -> Int? {
    configuration.largestBatch(within: limit, rows, processor: processor)
  }

  private var rows: TrainingRows {
    let again = refits && split.validation != nil ? split.refit : nil
    return TrainingRows(
      count: max(split.train.rowCount, again?.rowCount ?? 0), width: split.train.columnCount, fitsAgain: again != nil)
  }

  /// Fits one model and measures it on the test users.
  ///
  /// - Throws: `TrainingError`, `EvaluationError`.
  public func run(_ configuration: ModelConfiguration) throws -> (result: ModelResult, fit: Fit) {
    let watch = Stopwatch()
    let fit = try fit(configuration)
    let trained = watch.seconds
    let evaluation = Stopwatch()
    let result = try split.test.map { users in
      try configuration.naming(split.items) {
        try score(fit.model.recommender, fittedTo: fittedRows, on: users, metrics: metrics)
      }
    }
    return (
      ModelResult(
        configuration: configuration.settingsUsed(rows: fit.trainingRows), scores: result?.scores ?? [],
        ranking: result,
        history: fit.history,
        bestEpoch: fit.bestEpoch, parameters: fit.model.parameterCount,
        seconds: .init(
          train: trained, epoch: fit.history.secondsPerEpoch, evaluate: evaluation.seconds),
        notes: (result?.notes.map(\.description) ?? []) + notes(on: configuration)
          + [fit.remark(on: configuration)].compactMap(\.self)),
      fit
    )
  }

  /// - Parameter rows: what the model was fitted to, for novelty.
  private func score(
    _ recommender: any Recommender, fittedTo rows: SparseRows, on users: HeldOutUsers, metrics: [Metric]
  ) throws -> RankingResult {
    let popularity = rows.columnCounts()
    func evaluate(_ recommender: some Recommender) throws -> RankingResult {
      try Evaluator().evaluate(
        recommender, on: users, itemPopularity: popularity,
        trainingUsers: rows.rowCount, metrics: metrics, processor: processor)
    }
    return try evaluate(recommender)
  }

  /// The evidence lower bound at β = 1 of a model that has one.
  private func bound(_ recommender: any Recommender, on users: Profiles) throws -> Double {
    guard let model = recommender as? Autoencoder<GaussianLatent> else {
      preconditionFailure("only a distribution has an evidence bound")
    }
    return try model.evidenceBound(of: users, seed: seed, processor: processor).value
  }

  private func notes(on configuration: ModelConfiguration) -> [String] {
    guard case .cdae(let configured) = configuration, let test = split.test, test.profiles.trainingRows == nil else {
      return []
    }
    return [
      "cdae learns a vector per training user; new users get "
        + (configured.model.unseenUsers == .mean ? "the mean vector" : "a zero vector")
    ]
  }
}
