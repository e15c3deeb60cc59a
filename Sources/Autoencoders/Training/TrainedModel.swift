public import Compute
import FileFormats
public import InteractionData

/// A fitted model.
///
/// Only a `gaussian` encodes to distributions.
public enum TrainedModel: Sendable {
  case popularity(Popularity)
  /// Encodes to points.
  case point(Autoencoder<PointLatent>)
  /// Encodes to distributions.
  case gaussian(Autoencoder<GaussianLatent>)

  /// The model as a recommender.
  public var recommender: any Recommender {
    switch self {
    case .popularity(let model): model
    case .point(let model): model
    case .gaussian(let model): model
    }
  }

  /// The number of weights.
  public var parameterCount: Int {
    switch self {
    case .popularity(let model): model.counts.count
    case .point(let model): model.network.parameterCount
    case .gaussian(let model): model.network.parameterCount
    }
  }
}

/// A fitted model with its training history.
public struct Fit: Sendable {
  /// The model.
  public let model: TrainedModel
  /// Every epoch of the training that chose the epoch; empty for models fitted in closed form.
  public let history: [EpochRecord]
  /// The epoch whose weights were kept, or that a second fit was run for.
  public let bestEpoch: Int
  /// Which rows the weights were fitted to.
  public let extent: Extent
  /// Whether ``history`` is of an earlier fit, which only chose the number of epochs.
  public let isRefitted: Bool

  /// Which rows a model was fitted to.
  public enum Extent: Sendable, Equatable {
    /// Those that leave out what validation needs.
    case training
    /// All that there are for the final fit.
    case everything
  }

  /// The number of rows of the training that chose the epoch; 0 for models fitted in closed form.
  public var trainingRows: Int { history.first?.users ?? 0 }

  /// A remark where validation found the last epoch allowed to be the best, so that more might be better.
  ///
  /// None where nothing was validated: all epochs run then, and the last one is no finding.
  public func remark(on configuration: ModelConfiguration) -> String? {
    guard let last = history.last, last.validation != nil, bestEpoch == last.epoch,
      configuration.hyperparameters["epochs"] == .number(Double(last.epoch))
    else { return nil }
    return
      "\(configuration.name): best epoch \(bestEpoch) is the last of \(bestEpoch) allowed; more --epochs may be better"
  }
}

extension ModelConfiguration {
  /// Fits this model.
  ///
  /// - Parameters:
  ///   - rows: the training rows, U × I; for I-AutoRec the ratings turned over, I × U.
  ///   - refit: when given, the model is fitted again on these rows for the number of epochs that `validate` chose, or, where
  ///     nothing is to be chosen, on these rows alone.
  ///   - validate: larger is better; `nil` runs all epochs.
  public func fit(
    to rows: SparseRows, refit: SparseRows? = nil, trainer: Trainer,
    validate: ((any Recommender) throws -> Double)?
  ) throws -> Fit {
    switch self {
    case .popularity:
      return Fit(
        model: .popularity(Popularity(rows: refit ?? rows)), history: [], bestEpoch: 0,
        extent: refit == nil ? .training : .everything, isRefitted: false)
    case .mean:
      preconditionFailure("mean has no network; MeanRating fits it")
    case .ae(let configured):
      return try Self.fit(configured, rows, refit, trainer, validate, TrainedModel.point)
    case .dae(let configured):
      return try Self.fit(configured, rows, refit, trainer, validate, TrainedModel.point)
    case .cdae(let configured):
      return try Self.fit(configured, rows, refit, trainer, validate, TrainedModel.point)
    case .multDAE(let configured):
      return try Self.fit(configured, rows, refit, trainer, validate, TrainedModel.point)
    case .multVAE(let configured):
      return try Self.fit(configured, rows, refit, trainer, validate, TrainedModel.gaussian)
    case .userAutoRec(let configured):
      return try Self.fit(configured, rows, refit, trainer, validate, TrainedModel.point)
    case .itemAutoRec(let configured):
      return try Self.fit(configured, rows, refit, trainer, validate, TrainedModel.point)
    }
  }

  private static func fit<Model: AutoencoderModel>(
    _ configured: Configured<Model>, _ rows: SparseRows, _ refit: SparseRows?, _ trainer: Trainer,
    _ validate: ((any Recommender) throws -> Double)?,
    _ wrap: (Autoencoder<Model.Latent>) -> TrainedModel
  ) throws -> Fit {
    let (design, options) = (configured.model.design, configured.training)
    let earlier = trainer.checkpoints?.position?.selection
    guard let refit, let validate else {
      if earlier != nil, let fault = trainer.checkpoints?.damaged("it is in a second fit") { throw fault }
      // With nothing to validate on, the rows for the second fit are fitted at once, for all epochs.
      let only = try trainer.fit(design, to: refit ?? rows, options: options, validate: validate)
      return Fit(
        model: wrap(only.model), history: only.history, bestEpoch: only.bestEpoch,
        extent: refit == nil ? .training : .everything, isRefitted: false)
    }
    var (chooser, again) = (trainer, trainer)
    (chooser.stage, again.stage) = (.choosing, .again)
    // The weights of the first fit are freed before those of the second are allocated.
    func select() throws -> TrainingPosition.Selection {
      let chosen = try chooser.fit(
        design, to: rows, options: options, keepsBest: false, validate: validate)
      return .init(history: chosen.history, bestEpoch: chosen.bestEpoch)
    }
    let selection = try earlier ?? select()
    var chosen = options
    chosen.epochs = selection.bestEpoch
    let final = try again.fit(
      design, to: refit, options: chosen, plannedEpochs: options.epochs, after: selection)
    return Fit(
      model: wrap(final.model), history: selection.history, bestEpoch: selection.bestEpoch, extent: .everything,
      isRefitted: true)
  }
}
