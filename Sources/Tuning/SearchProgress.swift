/// The progress of a search whose trials several processes share.
public struct SearchProgress: Sendable, Equatable {
  /// A trial of a model.
  public struct Trial: Sendable, Equatable {
    /// The name of the model.
    public let model: String
    /// The number of the trial.
    public let number: Int
  }

  /// The trials that are being fitted.
  public let running: [Trial]
  /// The number of trials with a result.
  public let finished: Int
  /// The number of all trials; `nil` if it follows from the time.
  public let planned: Int?
}
