public import Autoencoders
public import Compute
public import Evaluation
public import InteractionData

/// Several ranking models on one split, under one protocol.
public struct RankingExperiment: Sendable {
  /// How the data are divided.
  public let split: RankingSplit
  /// What is measured.
  public var metrics = Metric.rankingDefaults
  /// What chooses the epoch, on the validation users.
  public var selection = Metric(.ndcg, at: 100)
  /// What the model is for.
  public var objective = Objective.recommend
  /// Whether a model is fitted again on the rows set aside for it, where the split has any.
  public var refits = true
  /// The seed of every model's training.
  public let seed: Seed
  /// Where the arithmetic happens.
  public let processor: Processor
  /// Who is told.
  public var observer = RunObserver()

  private let popularity: [Int]

  /// Prepares a run.
  public init(_ split: RankingSplit, seed: Seed, processor: Processor) {
    self.split = split
    self.seed = seed
    self.processor = processor
    popularity = split.train.columnCounts()
  }

  /// Fits one model; validation chooses the epoch.
  ///
  /// - Throws: `TrainingError`; ``NoLatentSpace`` when the objective needs a distribution and the model has none.
  public func fit<Model: ZooModel>(_ model: Model) throws -> Fit<Model.Fitted> {
    observer.onModel(Model.name)
    var trainer = observer.trainer(for: Model.name, processor: processor, seed: seed)
    let validate: ((Model.Fitted) throws -> Double)?
    switch objective {
    case .recommend:
      validate = split.validation.map { users in
        { try score($0, on: users, metrics: [selection]).scores.first?.value ?? 0 }
      }
    case .generate:
      trainer.waitsForPrior = true
      validate = split.validation.map { users in
        let whole = users.wholeProfiles
        return { try bound($0, named: Model.name, on: whole) }
      }
    }
    return try model.fit(
      TrainingData(rows: split.train, refit: refits ? split.refit : nil, validate: validate), by: trainer)
  }

  /// What fitting a model will hold in memory.
  public func memory(of model: any ZooModel) -> TrainingMemory { model.memory(rows, processor: processor) }

  /// The largest batch size with which fitting a model stays within `limit` bytes, if there is one.
  public func largestBatch(of model: any ZooModel, within limit: Int) -> Int? {
    model.largestBatch(within: limit, rows, processor: processor)
  }

  private var rows: TrainingRows {
    let again = refits && split.validation != nil ? split.refit : nil
    return TrainingRows(
      count: max(split.train.rowCount, again?.rowCount ?? 0), width: split.train.columnCount, fitsAgain: again != nil)
  }

  /// Fits one model and measures it on the test users.
  ///
  /// - Throws: `TrainingError`, `EvaluationError`; `WrongTask` for a model of ratings.
  public func run(_ model: any ZooModel) throws -> (result: ModelResult, fit: Fit<any FittedModel>) {
    func fit(_ model: some ZooModel) throws -> Fit<any FittedModel> { try self.fit(model).map { $0 } }
    guard model.task == .ranking else { throw WrongTask(model: model.name, task: model.task) }
    let watch = Stopwatch()
    let fit = try fit(model)
    let trained = watch.seconds
    let evaluation = Stopwatch()
    let result = try split.test.map { try score(fit.model, on: $0, metrics: metrics) }
    return (
      ModelResult(
        configuration: model, scores: result?.scores ?? [], ranking: result,
        history: fit.history,
        bestEpoch: fit.bestEpoch, parameters: fit.model.parameterCount,
        seconds: .init(
          train: trained, epoch: fit.history.secondsPerEpoch, evaluate: evaluation.seconds),
        notes: (result?.notes.map(\.description) ?? []) + notes(on: fit.model)),
      fit
    )
  }

  private func score(
    _ recommender: any Recommender, on users: HeldOutUsers, metrics: [Metric]
  ) throws -> RankingResult {
    func evaluate(_ recommender: some Recommender) throws -> RankingResult {
      try Evaluator().evaluate(
        recommender, on: users, itemPopularity: popularity,
        trainingUsers: split.train.rowCount, metrics: metrics, processor: processor)
    }
    return try evaluate(recommender)
  }

  /// The evidence lower bound at β = 1 of a model that has one.
  private func bound(_ model: some FittedModel, named name: String, on users: Profiles) throws -> Double {
    guard case .gaussians(let model) = model.latent else { throw NoLatentSpace(model: name) }
    return try model.evidenceBound(of: users, seed: seed, processor: processor).value
  }

  /// What to know about results for test users who were not trained on.
  private func notes(on model: any FittedModel) -> [String] {
    guard let test = split.test, test.profiles.trainingRows == nil else { return [] }
    return [model.noteOnNewUsers].compactMap(\.self)
  }
}
