public import FileFormats

/// A fitted model with its training history.
public struct Fit<Model: Sendable>: Sendable {
  /// The model.
  public let model: Model
  /// Every epoch of the training that chose the epoch; empty for models fitted in closed form.
  public let history: [EpochRecord]
  /// The epoch whose weights were kept, or the number of epochs of a second fit; 0 without epochs.
  public let bestEpoch: Int
  /// The rows that the weights were fitted to.
  public let extent: FitExtent
  /// Whether ``history`` is of an earlier fit, which only chose the number of epochs.
  public let isRefitted: Bool

  /// The privacy guarantee of the weights; `nil` for none.
  public var guarantee: PrivacyRecord?
  /// The settings that the fit chose, by name.
  public var chosen: [String: JSONValue] = [:]

  /// Creates a fit.
  public init(
    model: Model, history: [EpochRecord] = [], bestEpoch: Int = 0, extent: FitExtent, isRefitted: Bool = false
  ) {
    self.model = model
    self.history = history
    self.bestEpoch = bestEpoch
    self.extent = extent
    self.isRefitted = isRefitted
  }

  /// The same fit of another view of the model.
  public func map<Other>(_ transform: (Model) throws -> Other) rethrows -> Fit<Other> {
    var fit = Fit<Other>(
      model: try transform(model), history: history, bestEpoch: bestEpoch, extent: extent, isRefitted: isRefitted)
    (fit.chosen, fit.guarantee) = (chosen, guarantee)
    return fit
  }

  /// The number of rows of the training that chose the epoch; 0 for models fitted in closed form.
  public var trainingRows: Int { history.first?.users ?? 0 }

  /// The value on the validation users at the best epoch, an RMSE as a positive number; `nil` without validation.
  public var validation: Double? { history.first { $0.epoch == bestEpoch }?.validation.map(abs) }

  /// A note if the best epoch on validation is the last one allowed, so that more might be better.
  ///
  /// None without validation, because then all epochs run and the last one is not a result.
  public func remark(on model: any ZooModel) -> String? {
    guard let last = history.last, last.validation != nil, bestEpoch == last.epoch,
      model.hyperparameters["epochs"] == .number(Double(last.epoch))
    else { return nil }
    return "\(model.name): best epoch \(bestEpoch) is the last of \(bestEpoch) allowed; more --epochs may be better"
  }
}

/// The rows of a fit.
public enum FitExtent: Sendable, Equatable {
  /// The rows without the validation part.
  case training
  /// All rows, for the final fit.
  case everything
}
