import Compute

/// Stops a training after an epoch and keeps its state in memory, so that another fit can continue from there, like
/// ``Checkpoints`` without a file.
///
/// A training that was paused and continued ends in the same bytes as one that was not paused.
public final class TrainingPause: Sendable {
  /// The epoch after which the training pauses, counted from 1.
  public let afterEpoch: Int
  private let kept: Guarded<TrainerState?>

  /// Requests a pause.
  ///
  /// - Parameter state: the state of an earlier fit with the same design, rows and options; `nil` to begin with the
  ///   first epoch.
  public init(afterEpoch: Int, from state: TrainerState? = nil) {
    self.afterEpoch = afterEpoch
    kept = Guarded(state)
  }

  /// The state after the fit; `nil` when the training is complete.
  public var state: TrainerState? { kept.withLock { $0 } }

  /// Returns the state to continue from, once.
  func take() -> TrainerState? {
    kept.withLock { kept in
      let state = kept
      kept = nil
      return state
    }
  }

  /// Whether there is a state to continue from.
  var hasState: Bool { kept.withLock { $0 != nil } }

  func keep(_ state: TrainerState) { kept.withLock { $0 = state } }

  /// Whether the last epoch before the pause is finished.
  func isReached(by position: TrainingPosition) -> Bool { position.batch == 0 && position.epoch > afterEpoch }
}
