public import Autoencoders
import Compute

/// Who is told how a run goes on.
///
/// Nothing here changes a result.
public struct RunObserver: Sendable {
  /// A model's turn has come.
  public var onModel: @Sendable (_ name: String) -> Void = { _ in }
  /// The share of a model's training that is done.
  public var onProgress: @Sendable (_ name: String, _ share: Double) -> Void = { _, _ in }
  /// An epoch is over.
  public var onEpoch: @Sendable (_ name: String, _ record: EpochRecord) -> Void = { _, _ in }
  /// Asked before every update whether to stop.
  public var isInterrupted: @Sendable () -> Bool = { false }

  /// A training that goes on has these epochs behind it.
  public var onResume: @Sendable (_ name: String, _ records: [EpochRecord]) -> Void = { _, _ in }
  /// Where a training keeps checkpoints, and goes on from one; for a single model.
  public var checkpoints: Checkpoints?

  /// Creates an observer that ignores everything.
  public init() {}

  /// A trainer that tells this observer about one model.
  func trainer(for name: String, processor: Processor, seed: Seed) -> Trainer {
    var trainer = Trainer(processor: processor, seed: seed)
    trainer.onEpoch = { [onEpoch] in onEpoch(name, $0) }
    trainer.onProgress = { [onProgress] in onProgress(name, $0) }
    trainer.isInterrupted = isInterrupted
    trainer.onResume = { [onResume] in onResume(name, $0) }
    trainer.checkpoints = checkpoints
    return trainer
  }
}
