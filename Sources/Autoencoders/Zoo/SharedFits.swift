import Compute

/// The fits that several models of a run share: a compared model may also be a member of a ``Blend``, and is then
/// fitted once.
///
/// It is for a single run, in which rows, validation, seed and processor are the same for all; models are equal if
/// their settings are. A fit is kept until the last model that needs it has received it.
public final class SharedFits: Sendable {
  private struct Entry {
    let model: any ZooModel
    /// The number of models that still need it.
    var asks: Int
    var fit: MemberFit?
  }

  private let state: Guarded<(entries: [Entry], secondsSaved: Double)>

  /// Counts the models that need each fit.
  ///
  /// - Parameter models: all models of the run, in any order.
  public init(of models: [any ZooModel]) {
    let entries = models.flatMap(\.withMembers).reduce(into: [Entry]()) { entries, model in
      if let place = entries.firstIndex(where: { $0.model.isEqual(to: model) }) {
        entries[place].asks += 1
      } else {
        entries.append(Entry(model: model, asks: 1))
      }
    }
    state = Guarded((entries, 0))
  }

  /// The seconds of the fits that were reused so far, counted at every reuse.
  public var secondsSaved: Double { state.withLock { $0.secondsSaved } }

  /// The kept fit of a model, and whether other models need it later.
  func ask(for model: any ZooModel) -> (kept: MemberFit?, isAwaited: Bool) {
    state.withLock { state in
      guard let place = state.entries.firstIndex(where: { $0.model.isEqual(to: model) }) else { return (nil, false) }
      let kept = state.entries[place].fit
      state.entries[place].asks -= 1
      state.secondsSaved += kept?.seconds ?? 0
      let isAwaited = state.entries[place].asks > 0
      if !isAwaited { state.entries[place].fit = nil }
      return (kept, isAwaited)
    }
  }

  func keep(_ fit: MemberFit, of model: any ZooModel) {
    state.withLock { state in
      guard let place = state.entries.firstIndex(where: { $0.model.isEqual(to: model) }) else { return }
      state.entries[place].fit = fit
    }
  }
}

/// A fit, and the model before the second fit.
struct MemberFit: Sendable {
  /// The result of fitting the model.
  var fit: Fit<any FittedModel>
  /// The model fitted to the rows without the validation part; the model of ``fit`` without a second fit.
  var validated: any FittedModel
  /// The time in seconds.
  var seconds: Double
}

extension Trainer {
  /// Fits a model of a run, or reuses the fit of another model of the run; see ``shared``.
  ///
  /// - Throws: the errors of fitting the model.
  public func fit<Model: ZooModel>(_ model: Model, to data: TrainingData<Model.Fitted>) throws -> Fit<Model.Fitted> {
    let (kept, isAwaited) = shared?.ask(for: model) ?? (nil, false)
    if let kept, let fitted = kept.fit.model as? Model.Fitted { return kept.fit.map { _ in fitted } }
    guard isAwaited else { return try model.fit(data, by: self) }
    let (fit, made) = try fitAnew(model, to: data)
    shared?.keep(made, of: model)
    return fit
  }

  /// The same for a model's member.
  func memberFit<Model: ZooModel>(of model: Model, to data: TrainingData<Model.Fitted>) throws -> MemberFit {
    let (kept, isAwaited) = shared?.ask(for: model) ?? (nil, false)
    if let kept { return kept }
    let made = try fitAnew(model, to: data).made
    if isAwaited { shared?.keep(made, of: model) }
    return made
  }

  private func fitAnew<Model: ZooModel>(
    _ model: Model, to data: TrainingData<Model.Fitted>
  ) throws -> (fit: Fit<Model.Fitted>, made: MemberFit) {
    let clock = ContinuousClock()
    let start = clock.now
    var best: (value: Double, model: Model.Fitted)?
    var data = data
    if data.refit != nil, let validate = data.validate {
      // The weights of the first fit are freed when it returns.
      data = TrainingData(rows: data.rows, refit: data.refit) { model in
        let value = try validate(model)
        if best.map({ value > $0.value || $0.value.isNaN }) ?? true { best = (value, model) }
        return value
      }
    }
    let fit = try model.fit(data, by: self)
    var validated = fit.model
    if data.refit != nil && data.validate != nil {
      // There was no validation if the model has nothing to choose.
      validated = try best?.model ?? model.fit(TrainingData(rows: data.rows), by: self).model
    }
    let seconds = (clock.now - start) / .seconds(1)
    return (fit, MemberFit(fit: fit.map { $0 }, validated: validated, seconds: seconds))
  }
}
