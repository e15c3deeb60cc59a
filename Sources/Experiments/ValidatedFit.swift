public import Autoencoders
public import Evaluation

/// A model fitted to the rows of the first fit, with its scores on the validation part.
public struct ValidatedFit: Sendable {
  /// The fit, with the weights of the best epoch.
  public let fit: Fit<any FittedModel>
  /// One score for each requested metric.
  public let scores: [MetricScore]
}

extension Experiment {
  /// Fits one model without a second fit and measures it on the validation part; the test part is not used.
  ///
  /// - Parameters:
  ///   - name: its name for observers.
  ///   - pause: where to stop, and where to continue from.
  /// - Throws: as ``fit(_:)``; `EvaluationError`.
  public func validated(
    _ model: any ZooModel, named name: String? = nil, metrics: [Metric], pause: TrainingPause? = nil
  ) throws -> ValidatedFit {
    func validated<Model: ZooModel>(_ model: Model) throws -> ValidatedFit {
      guard Model.task == Split.task else { throw WrongTask(model: model.name, task: model.task) }
      observer.onModel(name ?? Model.name)
      var trainer = observer.trainer(for: name ?? Model.name, processor: processor, seed: seed)
      trainer.pause = pause
      let data = TrainingData(rows: split.train, validate: split.validation(of: model, in: self))
      let fit = try model.naming { try trainer.fit(model, to: data) }
      let scores = try split.measureValidation(fit.model, of: model, metrics: metrics, in: self)
      return ValidatedFit(fit: fit.map { $0 }, scores: scores)
    }
    return try validated(model)
  }
}
