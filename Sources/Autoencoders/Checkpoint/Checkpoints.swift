public import Communication
import Compute
import Dispatch
import FileFormats

/// The checkpoint of one training, in the directory of its model.
public final class Checkpoints: Sendable {
  /// When a checkpoint is written, besides on interruption.
  public enum Interval: Sendable, Equatable {
    /// After a number of epochs.
    case epochs(Int)
    /// After a number of minutes since the last one, also within an epoch.
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
  /// The processes that train together; the first of them reads and writes.
  private let communicator: (any Communicator)?
  private let state: Guarded<State>

  /// Creates a keeper of checkpoints.
  ///
  /// - Parameters:
  ///   - directory: the model directory; created when the first checkpoint is written.
  ///   - resumes: whether to resume from an existing checkpoint.
  ///   - communicator: the processes that train together, all of which create a keeper; the first of them reads and writes.
  /// - Throws: `InputError`, `DataError` for a checkpoint that is damaged or of another run.
  public init(
    in directory: String, every interval: Interval, run: RunIdentity, resumes: Bool,
    among communicator: (any Communicator)? = nil
  ) throws {
    self.directory = directory
    self.interval = interval
    self.run = run
    self.communicator = communicator
    let (path, isRoot) = (CheckpointFile.path(in: directory), communicator?.isRoot ?? true)
    if isRoot { TemporaryNeighbour.removeAbandoned(of: path) }
    let isThere = resumes && isRoot && CheckpointFile.isThere(in: directory)
    var resumed: TrainerState?
    if let communicator, resumes {
      let stored = isThere ? try CheckpointFile.open(path, for: run) : nil
      resumed = try TrainerState.distributed(stored, among: communicator)
    } else if isThere {
      resumed = try CheckpointFile.read(path, for: run)
    }
    state = Guarded(State(resumed: resumed))
  }

  /// The position of the training to resume; `nil` when it starts from the beginning or has been resumed.
  public var position: TrainingPosition? { state.withLock { $0.resumed?.position } }

  /// Returns the state to resume from, once.
  private func take() -> TrainerState? {
    state.withLock { state in
      let resumed = state.resumed
      state.resumed = nil
      return resumed
    }
  }

  /// Resumes from the checkpoint, if there is one that has not been used.
  ///
  /// - Parameters:
  ///   - batches: the number of batches in an epoch.
  ///   - restore: restores the numbers after so many updates; a thrown ``TensorMismatch`` is reported as an error of
  ///     the file.
  /// - Returns: the position to continue from.
  /// - Throws: `DataError` for an inconsistent checkpoint.
  func resume(
    epochs: Int, batches: Int, _ restore: (_ state: consuming TrainerState, _ updates: Int) throws -> Void
  ) throws -> TrainingPosition? {
    guard let resumed = take() else { return nil }
    let position = resumed.position
    if let fault = position.fault(epochs: epochs, batches: batches) { throw damaged(fault) }
    do {
      try restore(resumed, (position.epoch - 1) * batches + position.batch)
    } catch let mismatch as TensorMismatch {
      throw damaged(mismatch.description)
    }
    return position
  }

  /// Whether a checkpoint is due, between two updates.
  ///
  /// - Parameter isTimeUp: whether the time has passed, by the clock of this process or of the deciding one.
  func isDue(at position: TrainingPosition, isTimeUp: Bool) -> Bool {
    switch interval {
    case .onlyWhenInterrupted: false
    case .epochs(let epochs): position.batch == 0 && position.history.count % epochs == 0
    case .minutes: isTimeUp
    }
  }

  /// Whether the minutes between two checkpoints have passed.
  var isTimeUp: Bool {
    guard case .minutes(let minutes) = interval else { return false }
    let last = state.withLock { $0.lastTime.uptimeNanoseconds }
    return Double(DispatchTime.now().uptimeNanoseconds - last) >= minutes * 6e10
  }

  /// Writes a checkpoint; of several processes, all of which call this, the first writes.
  ///
  /// - Parameter division: which process has which shards; `nil` if each has everything to write.
  func save(_ kept: TrainerState, division: ShardDivision? = nil) throws {
    let (path, isRoot) = (CheckpointFile.path(in: directory), communicator?.isRoot ?? true)
    if isRoot { try makeDirectory() }
    if let division {
      try CheckpointFile.write(kept, run: run, to: path, division: division)
    } else if isRoot {
      try CheckpointFile.write(kept, run: run, to: path)
    }
    state.withLock { $0.lastTime = DispatchTime.now() }
  }

  private func makeDirectory() throws {
    if !state.withLock({ $0.hasDirectory }) {
      try AtomicDirectory.make(directory)
      state.withLock { $0.hasDirectory = true }
    }
  }

  /// The error for a checkpoint with inconsistent content.
  func damaged(_ reason: String) -> DataError {
    DataError(
      path: CheckpointFile.path(in: directory), message: "does not fit this training: \(reason)",
      accepted: "the checkpoint of the same run, or leave out --resume to start again")
  }
}
