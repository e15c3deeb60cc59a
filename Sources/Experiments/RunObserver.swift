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

  /// Creates an observer that ignores everything.
  public init() {}

  /// A trainer that tells this observer about one model.
  func trainer(for name: String, processor: Processor, seed: Seed) -> Trainer {
    var trainer = Trainer(processor: processor, seed: seed)
    trainer.onEpoch = { [onEpoch] in onEpoch(name, $0) }
    trainer.onProgress = { [onProgress] in onProgress(name, $0) }
    trainer.isInterrupted = isInterrupted
    return trainer
  }
}
