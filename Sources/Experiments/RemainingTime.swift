public import Autoencoders

/// How long a fit still takes, judged by the time its epochs took.
///
/// Times are seconds on any clock. A fit that goes on from a checkpoint is judged by what this process has seen of it.
public struct RemainingTime: Sendable {
  private var fit: (stage: TrainingProgress.Stage, epochs: Int)?
  private var start = (done: 0.0, time: 0.0)
  private var firstFit = (rows: 0, seconds: 0.0)

  /// How many seconds of a fit's first epoch must have gone by before it is judged without a validation.
  private static let patience = 3.0

  /// Creates an estimate for one model.
  public init() {}

  /// Takes note of a finished epoch, also of one before a checkpoint: its rows, and its seconds without validation.
  public mutating func add(rows: Int, seconds: Double) {
    if fit?.stage == .again { return }
    firstFit.rows += rows
    firstFit.seconds += seconds
  }

  /// The seconds that are left of the fit at work, if it runs all its epochs.
  ///
  /// The second fit has no validation and may have more rows. Until it has run an epoch, its speed is that of the first.
  /// `nil` while there is nothing to judge by: before the first validation, unless the epochs are long.
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
