public import Autoencoders
public import Compute
public import Evaluation
public import InteractionData

/// Several models on one split, under one protocol: ranked lists or ratings, depending on the split.
public struct Experiment<Split: TaskSplit>: Sendable {
  /// The split.
  public let split: Split
  /// The metrics.
  public var metrics = Split.defaultMetrics
  /// The metric that chooses the epoch of a ranking model on the validation users; for ratings, it is the RMSE.
  public var selection = Metric.selectionDefault
  /// The objective of ranking models.
  public var objective = TrainingObjective.recommend
  /// Whether a model is fitted again on all training data, if the split has more than the first fit uses.
  public var refits = true
  /// The privacy guarantee of a training; `nil` for none.
  package var privacy: PrivacyRequest?
  /// The audit that a private training is for; `nil` for none.
  package var watched: WatchedTraining?
  /// The number of epochs, if it has been chosen before.
  package var knownEpochs: Int?
  /// The seed of every model's training.
  public let seed: Seed
  /// The processor.
  public let processor: Processor
  /// Receives progress and results.
  public var observer = RunObserver()
  /// The fits that several models of the experiment share; `nil` if each model is fitted separately.
  var shared: SharedFits?

  /// Prepares a run.
  public init(_ split: Split, seed: Seed, processor: Processor) {
    self.split = split
    self.seed = seed
    self.processor = processor
  }

  /// The rows of the final fit: those of the second fit, if there is one.
  public var fittedRows: SparseRows { everything ?? split.train }

  private var everything: SparseRows? { refits ? split.everything : nil }

  /// The value that chooses the epoch, by its name in files: a metric's key, `negative-elbo` or `rmse`.
  public var selectionName: String { objective.selectionName(Split.task, selection) }

  /// Fits one model; validation chooses the epoch.
  ///
  /// - Throws: `TrainingError`; `NoLatentSpace` when the objective needs a distribution and the model has none;
  ///   `WrongTask` for a model of the other task; ``ModelForOneProcess``.
  public func fit<Model: ZooModel>(_ model: Model) throws -> Fit<Model.Fitted> {
    guard Model.task == Split.task else { throw WrongTask(model: model.name, task: model.task) }
    if processor.processes > 1, model is any CompositeModel { throw ModelForOneProcess(model: model.name) }
    observer.onModel(Model.name)
    let watch = Stopwatch()
    let saved = secondsSaved
    var trainer = observer.trainer(for: Model.name, processor: processor, seed: seed)
    (trainer.privacy, trainer.watched, trainer.knownEpochs) = (privacy, watched, knownEpochs)
    trainer.waitsForPrior = Split.task == .ranking && objective == .generate
    let data = TrainingData(
      rows: split.train, refit: everything, validate: split.validation(of: model, in: self))
    trainer.shared = shared
    let fit = try model.naming { try trainer.fit(model, to: data) }
    try split.verify(fit.model, of: model, in: self)
    let measure = selectionName == "negative-elbo" ? "negative ELBO" : selectionName
    observer.onTrained(
      TrainingSummary(Model.name, fit, measure: measure, seconds: watch.seconds + secondsSaved - saved))
    return fit
  }

  /// Fits one model of any type; validation chooses the epoch.
  ///
  /// - Throws: as ``fit(_:)``.
  public func fit(any model: any ZooModel) throws -> Fit<any FittedModel> {
    func fit(_ model: some ZooModel) throws -> Fit<any FittedModel> { try self.fit(model).map { $0 } }
    return try fit(model)
  }

  /// Fits one model and measures it on the test part.
  ///
  /// - Throws: as ``fit(_:)``; `EvaluationError`.
  public func run(_ model: any ZooModel) throws -> (result: ModelResult, fit: Fit<any FittedModel>) {
    func run(_ model: some ZooModel) throws -> (result: ModelResult, fit: Fit<any FittedModel>) {
      let training = Stopwatch()
      let saved = secondsSaved
      let fit = try fit(model)
      let trained = training.seconds + secondsSaved - saved
      let evaluation = Stopwatch()
      let test = try split.measure(fit.model, of: model, in: self)
      let seconds = ModelResult.Seconds(
        train: trained, epoch: fit.history.secondsPerEpoch, evaluate: evaluation.seconds)
      let result = ModelResult(
        configuration: try model.setting(fit.chosen).settingsUsed(rows: fit.trainingRows), scores: test.scores,
        ranking: test.ranking,
        history: fit.history, bestEpoch: fit.bestEpoch, parameters: fit.model.parameterCount, seconds: seconds,
        notes: test.notes + [fit.remark(on: model)].compactMap(\.self))
      return (result, fit.map { $0 })
    }
    return try run(model)
  }

  /// Fits several models one after the other and measures each on the test part; a model that is also a member of another is
  /// fitted once.
  ///
  /// - Throws: as ``run(_:)``.
  public func results(of models: [any ZooModel]) throws -> [ModelResult] {
    var experiment = self
    experiment.shared = SharedFits(of: models)
    return try models.map { try experiment.run($0).result }
  }

  /// The time of shared fits: the training time of a model includes that of its members.
  private var secondsSaved: Double { shared?.secondsSaved ?? 0 }

  /// The users that a model was fitted to, in the order of their weights.
  public func users(of fit: Fit<some Sendable>) -> UserRows { split.users(of: fit.extent) }
}

extension TrainingObjective {
  /// The value that chooses the epoch, by its name in files: a metric's key, `negative-elbo` or `rmse`.
  ///
  /// - Parameter selection: the metric that chooses the epoch of a ranking model trained to recommend.
  func selectionName(_ task: RecommendationTask, _ selection: Metric) -> String {
    switch (task, self) {
    case (.rating, _): Metric.rmse.key
    case (.ranking, .generate): "negative-elbo"
    case (.ranking, .recommend): selection.key
    }
  }
}
