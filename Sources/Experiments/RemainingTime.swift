public import Autoencoders

/// Estimates the remaining time of a fit from the time of its epochs.
///
/// Times are seconds on any clock. A fit that continues from a checkpoint is judged by the epochs of this process.
public struct RemainingTime: Sendable {
  private var fit: (stage: TrainingProgress.Stage, epochs: Int)?
  private var start = (done: 0.0, time: 0.0)
  private var firstFit = (rows: 0, seconds: 0.0)

  /// The seconds of a fit's first epoch after which it is judged without a validation.
  private static let patience = 3.0

  /// Creates an estimate for one model.
  public init() {}

  /// Records a finished epoch, including one before a checkpoint: its rows, and its seconds without validation.
  public mutating func add(rows: Int, seconds: Double) {
    if fit?.stage == .again { return }
    firstFit.rows += rows
    firstFit.seconds += seconds
  }

  /// The remaining seconds of the current fit, if it runs all its epochs.
  ///
  /// The second fit has no validation and may have more rows. Until it has run an epoch, the speed of the first fit is
  /// used. `nil` while there is no basis for an estimate: before the first validation, unless the epochs are long.
  public mutating func update(_ progress: TrainingProgress, at time: Double) -> Double? {
    if fit?.stage != progress.stage || fit?.epochs != progress.epochs || progress.epochsDone < start.done {
      fit = (progress.stage, progress.epochs)
      start = (progress.epochsDone, time)
    }
    let (done, elapsed) = (progress.epochsDone - start.done, time - start.time)
    let left = Double(progress.epochs) - progress.epochsDone
    if progress.stage == .again, done < 1, firstFit.rows > 0 {
      return left * firstFit.seconds / Double(firstFit.rows) * Double(progress.rows)
    }
    let hasSeenValidation = progress.epochsDone.rounded(.down) > start.done.rounded(.down)
    guard done > 0, hasSeenValidation || elapsed >= Self.patience else { return nil }
    return left * elapsed / done
  }
}
