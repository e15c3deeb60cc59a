import Autoencoders
import Presentation

/// A summary of a trained model.
public struct TrainingSummary: Sendable, Equatable {
  /// The model.
  public var name: String
  /// The epochs of the fit that chose among them; 0 for closed forms.
  public let epochs: Int
  /// The epoch that validation chose.
  public let bestEpoch: Int
  /// The measure that chose it, such as `ndcg@100`.
  public let measure: String
  /// Its value at the best epoch; `nil` without validation.
  public let validation: Double?
  /// The total time of fitting.
  public let seconds: Double

  init(_ name: String, _ fit: Fit<some Sendable>, measure: String, seconds: Double) {
    self.name = name
    self.measure = measure
    self.seconds = seconds
    epochs = fit.history.count
    bestEpoch = fit.bestEpoch
    validation = fit.history.first { $0.epoch == fit.bestEpoch }?.validation.map(abs)
  }

  /// One line: epochs, validation value, seconds.
  public var words: String {
    var parts: [String] = []
    if let validation {
      parts = ["best epoch \(bestEpoch) of \(epochs)", "validation \(measure) \(Number.decimal(validation))"]
    } else if epochs > 0 {
      parts = [epochs == 1 ? "1 epoch" : "\(epochs) epochs"]
    }
    return "\(name): " + (parts + [Number.decimal(seconds, 1) + " s"]).joined(separator: ", ")
  }
}
