// Training keeps the model as given, because a second fit on more rows may derive other numbers.

extension IterativeModel {
  /// The same model with an explicit batch size.
  public func settingsUsed(rows: Int) -> Self { batchSizeUsed(rows) }

  fileprivate func batchSizeUsed(_ rows: Int) -> Self {
    var used = self
    used.training.batchSize = training.batchSize ?? training.batchSize(users: rows)
    return used
  }
}

extension CDAE {
  /// The same model with explicit batch size and 1 ÷ (1 − `dropout`).
  public func settingsUsed(rows: Int) -> CDAE {
    var used = batchSizeUsed(rows)
    used.corruptionScale = corruptionScale ?? 1 / (1 - dropout)
    return used
  }
}
