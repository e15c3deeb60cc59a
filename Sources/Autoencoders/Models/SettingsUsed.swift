// Training takes a model as it was given: a second fit on more rows may choose other numbers.

extension IterativeModel {
  /// The same model with the number of rows of a full batch written out.
  public func settingsUsed(rows: Int) -> Self { batchSizeUsed(rows) }

  fileprivate func batchSizeUsed(_ rows: Int) -> Self {
    var used = self
    used.training.batchSize = training.batchSize ?? training.batchSize(users: rows)
    return used
  }
}

extension CDAE {
  /// The same model with the batch size and 1 ÷ (1 − `dropout`) written out.
  public func settingsUsed(rows: Int) -> CDAE {
    var used = batchSizeUsed(rows)
    used.corruptionScale = corruptionScale ?? 1 / (1 - dropout)
    return used
  }
}
