extension ModelConfiguration {
  /// The same model with every setting that follows from the data written out, for reports.
  ///
  /// `batchSize` is the number of rows of a full batch, `annealingSteps` the slope of the KL schedule rounded to a whole
  /// number of updates, `corruptionScale` 1 ÷ (1 − `dropout`). Training takes the configuration as it was given: a second
  /// fit on more rows may choose other numbers.
  ///
  /// - Parameter rows: the number of training rows, users for every model but `item-autorec`.
  public func settingsUsed(rows: Int) -> ModelConfiguration {
    switch self {
    case .popularity, .mean: self
    case .ae(let configured): .ae(configured.batchSizeUsed(rows))
    case .dae(let configured): .dae(configured.batchSizeUsed(rows))
    case .cdae(let configured):
      {
        var used = configured.batchSizeUsed(rows)
        used.model.corruptionScale = used.model.corruptionScale ?? 1 / (1 - used.model.dropout)
        return .cdae(used)
      }()
    case .multDAE(let configured): .multDAE(configured.batchSizeUsed(rows))
    case .multVAE(let configured):
      {
        var used = configured.batchSizeUsed(rows)
        let size = configured.training.batchSize(users: rows)
        let updates = configured.training.epochs * ((rows + size - 1) / size)
        let schedule = KLSchedule(cap: used.model.beta, annealingSteps: used.model.annealingSteps)
        used.model.annealingSteps = Int((schedule.slope(planned: updates) ?? 0).rounded())
        return .multVAE(used)
      }()
    case .userAutoRec(let configured): .userAutoRec(configured.batchSizeUsed(rows))
    case .itemAutoRec(let configured): .itemAutoRec(configured.batchSizeUsed(rows))
    }
  }
}

extension Configured {
  fileprivate func batchSizeUsed(_ rows: Int) -> Configured {
    var used = self
    used.training.batchSize = training.batchSize ?? training.batchSize(users: rows)
    return used
  }
}
