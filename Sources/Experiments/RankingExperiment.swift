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
  ///
  /// - Throws: `TrainingError`; ``NoLatentSpace`` when the objective needs a distribution and the model has none.
  public func fit<Model: ZooModel>(_ model: Model) throws -> Fit<Model.Fitted> {
    observer.onModel(Model.name)
    let watch = Stopwatch()
    var trainer = observer.trainer(for: Model.name, processor: processor, seed: seed)
    let validate: ((Model.Fitted) throws -> Double)?
    switch objective {
    case .recommend:
      validate = split.validation.map { users in
        // While the epoch is chosen, the model has seen the first fit's rows only.
        { fitted in
          try model.naming(split.items) {
            try score(fitted, fittedTo: split.train, on: users, metrics: [selection]).scores.first?.value ?? 0
          }
        }
      }
    case .generate:
      trainer.waitsForPrior = true
      validate = split.validation.map { users in
        let whole = users.wholeProfiles
        return { fitted in
          let value = try bound(fitted, named: Model.name, on: whole)
          if !value.isFinite { throw model.unusable("evidence lower bound") }
          return value
        }
      }
    }
    let fit = try model.naming {
      try model.fit(
        TrainingData(rows: split.train, refit: refits ? split.refit : nil, validate: validate), by: trainer)
    }
    try model.verify(fit.model, on: split.train, ids: split.trainUserIDs, items: split.items, processor.engine)
    let measure = objective == .generate ? "negative ELBO" : selection.key
    observer.onTrained(TrainingSummary(Model.name, fit, measure: measure, seconds: watch.seconds))
    return fit
  }

  /// The memory needed to fit a model.
  public func memory(of model: any ZooModel) -> TrainingMemory { model.memory(rows, processor: processor) }

  /// The largest batch size with which fitting a model stays within `limit` bytes, if there is one.
  public func largestBatch(of model: any ZooModel, within limit: Int) -> Int? {
    model.largestBatch(within: limit, rows, processor: processor)
  }

  private var rows: TrainingRows {
    let everything = refits ? split.refit : nil
    return TrainingRows(
      count: max(split.train.rowCount, everything?.rowCount ?? 0), width: split.train.columnCount,
      fitsAgain: everything != nil && split.validation != nil)
  }

  /// The users that a fit of this experiment was fitted to, in the order of the weights that belong to them.
  public func users(of fit: Fit<some Sendable>) -> UserRows {
    switch fit.extent {
    case .training: split.trainUsers
    case .everything: split.refitUsers ?? split.trainUsers
    }
  }

  /// Fits one model, whichever it is; validation chooses the epoch.
  ///
  /// - Throws: as ``fit(_:)``; `WrongTask` for a model of ratings.
  public func fit(any model: any ZooModel) throws -> Fit<any FittedModel> {
    func fit(_ model: some ZooModel) throws -> Fit<any FittedModel> { try self.fit(model).map { $0 } }
    guard model.task == .ranking else { throw WrongTask(model: model.name, task: model.task) }
    return try fit(model)
  }

  /// Fits one model and measures it on the test users.
  ///
  /// - Throws: `TrainingError`, `EvaluationError`; `WrongTask` for a model of ratings.
  public func run(_ model: any ZooModel) throws -> (result: ModelResult, fit: Fit<any FittedModel>) {
    let watch = Stopwatch()
    let fit = try fit(any: model)
    let trained = watch.seconds
    let evaluation = Stopwatch()
    let result = try split.test.map { users in
      try model.naming(split.items) {
        try score(fit.model, fittedTo: fittedRows, on: users, metrics: metrics)
      }
    }
    return (
      ModelResult(
        configuration: model.settingsUsed(rows: fit.trainingRows), scores: result?.scores ?? [], ranking: result,
        history: fit.history,
        bestEpoch: fit.bestEpoch, parameters: fit.model.parameterCount,
        seconds: .init(
          train: trained, epoch: fit.history.secondsPerEpoch, evaluate: evaluation.seconds),
        notes: (result?.notes.map(\.description) ?? []) + notes(on: model) + [fit.remark(on: model)].compactMap(\.self)),
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
  private func bound(_ model: some FittedModel, named name: String, on users: Profiles) throws -> Double {
    guard case .gaussians(let model) = model.latent else { throw NoLatentSpace(model: name) }
    return try model.evidenceBound(of: users, seed: seed, processor: processor).value
  }

  private func notes(on model: any ZooModel) -> [String] {
    split.test.map { model.newcomerNotes($0.profiles) } ?? []
  }
}
