import Compute
import Dispatch
import FileFormats

/// The checkpoint of one training, in the directory of its model.
public final class Checkpoints: Sendable {
  /// When one is written, besides at an interruption.
  public enum Interval: Sendable, Equatable {
    /// After a number of epochs.
    case epochs(Int)
    /// After a number of minutes since the last, also within an epoch.
    case minutes(Double)
    /// Never.
    case onlyWhenInterrupted
  }

  private struct State {
    var resumed: TrainerState?
    var hasDirectory = false
    var lastTime = DispatchTime.now()
  }

  /// The model directory.
  public let directory: String
  private let interval: Interval
  private let run: RunIdentity
  private let state: Guarded<State>

  /// Creates a keeper of checkpoints.
  ///
  /// - Parameters:
  ///   - directory: the model directory; created when the first checkpoint is written.
  ///   - resumes: whether to resume from an existing checkpoint.
  /// - Throws: `InputError`, `DataError` for a checkpoint that is damaged or of another run.
  public init(in directory: String, every interval: Interval, run: RunIdentity, resumes: Bool) throws {
    self.directory = directory
    self.interval = interval
    self.run = run
    let path = CheckpointFile.path(in: directory)
    TemporaryNeighbour.removeAbandoned(of: path)
    let isThere = resumes && CheckpointFile.isThere(in: directory)
    state = Guarded(State(resumed: isThere ? try CheckpointFile.read(path, for: run) : nil))
  }

  /// The position of the training to resume; `nil` when it starts from the beginning or has been resumed.
  public var position: TrainingPosition? { state.withLock { $0.resumed?.position } }

  /// Returns the state to resume from, once.
  func take() -> TrainerState? {
    state.withLock { state in
      let resumed = state.resumed
      state.resumed = nil
      return resumed
    }
  }

  /// Whether it is time for one, between two updates.
  func isDue(at position: TrainingPosition) -> Bool {
    switch interval {
    case .onlyWhenInterrupted: return false
    case .epochs(let epochs): return position.batch == 0 && position.history.count % epochs == 0
    case .minutes(let minutes):
      let last = state.withLock { $0.lastTime.uptimeNanoseconds }
      return Double(DispatchTime.now().uptimeNanoseconds - last) >= minutes * 6e10
    }
  }

  /// Writes one.
  func save(_ kept: TrainerState) throws {
    if !state.withLock({ $0.hasDirectory }) {
      try AtomicDirectory.make(directory)
      state.withLock { $0.hasDirectory = true }
    }
    try CheckpointFile.write(kept, run: run, to: CheckpointFile.path(in: directory))
    state.withLock { $0.lastTime = DispatchTime.now() }
  }

  /// What to say of a checkpoint whose content makes no sense.
  func damaged(_ reason: String) -> DataError {
    DataError(
      path: CheckpointFile.path(in: directory), message: "does not fit this training: \(reason)",
      accepted: "the checkpoint of the same run, or leave out --resume to start again")
  }
}
