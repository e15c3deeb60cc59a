import Compute

/// Stops a training after an epoch and keeps its state in memory, so that another fit goes on from there: what
/// ``Checkpoints`` are to files.
///
/// A training that paused and went on ends in the same bytes as one that did not pause.
public final class TrainingPause: Sendable {
  /// The epoch after which the training pauses, counted from 1.
  public let afterEpoch: Int
  private let kept: Guarded<TrainerState?>

  /// Asks for a pause.
  ///
  /// - Parameter state: where an earlier fit of the same design, rows and options paused; `nil` to begin with the first epoch.
  public init(afterEpoch: Int, from state: TrainerState? = nil) {
    self.afterEpoch = afterEpoch
    kept = Guarded(state)
  }

  /// Where the training stands after the fit; `nil` when it has come to its end.
  public var state: TrainerState? { kept.withLock { $0 } }

  /// Where to go on, once.
  func take() -> TrainerState? {
    kept.withLock { kept in
      let state = kept
      kept = nil
      return state
    }
  }

  func keep(_ state: TrainerState) { kept.withLock { $0 = state } }

  /// Whether the last epoch before the pause is over.
  func isReached(by position: TrainingPosition) -> Bool { position.batch == 0 && position.epoch > afterEpoch }
}
