public import Autoencoders
package import InteractionData
import Compute

/// Callbacks for the progress of a run.
///
/// No callback changes a result.
public struct RunObserver: Sendable {
  /// Receives notes before or between trainings, such as what was left out of the data.
  public var onNotes: @Sendable (_ notes: [String]) -> Void = { _ in }
  /// Receives the memory that training will need.
  public var onMemory: @Sendable (_ notes: [String]) -> Void = { _ in }
  /// Receives the number of models that will be trained, one after the other.
  public var onModels: @Sendable (_ count: Int) -> Void = { _ in }
  /// Called when a model begins.
  public var onModel: @Sendable (_ name: String) -> Void = { _ in }
  /// Receives the progress of a model's training.
  public var onProgress: @Sendable (_ name: String, _ progress: TrainingProgress) -> Void = { _, _ in }
  /// Called when a model has been trained.
  public var onTrained: @Sendable (_ model: TrainingSummary) -> Void = { _ in }
  /// Called after an epoch.
  public var onEpoch: @Sendable (_ name: String, _ record: EpochRecord) -> Void = { _, _ in }
  /// Called in place of ``onEpoch`` after an epoch of a model that measures the utility of synthetic users and has no
  /// setting of the run; `nil` calls ``onEpoch``.
  public var onUtilityEpoch: (@Sendable (_ name: String, _ record: EpochRecord) -> Void)?
  /// Checked before every update: whether to stop.
  public var isInterrupted: @Sendable () -> Bool = { false }

  /// Called with the finished epochs of a resumed training.
  public var onResume: @Sendable (_ name: String, _ records: [EpochRecord]) -> Void = { _, _ in }
  /// The checkpoints of a training, for writing and resuming; for a single model.
  public var checkpoints: Checkpoints?

  /// Creates an observer that ignores everything.
  public init() {}

  /// Reads a table of titles, if there is one, and reports how it was read.
  ///
  /// - Throws: `InputError`, `DataError`.
  package func titles(_ path: String?, for items: Vocabulary) throws -> ItemTitles? {
    guard let path else { return nil }
    let found = try ItemTitles.reading(path, for: items)
    onNotes(found.notes)
    return found.titles
  }

  /// The same observer, with `words` appended to the name of every model.
  public func appending(_ words: String) -> RunObserver {
    var other = self
    other.onModel = { [onModel] in onModel($0 + words) }
    other.onProgress = { [onProgress] in onProgress($0 + words, $1) }
    other.onEpoch = { [onEpoch] in onEpoch($0 + words, $1) }
    if let onUtilityEpoch { other.onUtilityEpoch = { onUtilityEpoch($0 + words, $1) } }
    other.onResume = { [onResume] in onResume($0 + words, $1) }
    other.onTrained = { [onTrained] in
      var summary = $0
      summary.name += words
      onTrained(summary)
    }
    return other
  }

  /// The observer of models that measure utility, with `words` appended to their names.
  package func measuringUtility(_ words: String) -> RunObserver {
    var other = self
    if let onUtilityEpoch { other.onEpoch = onUtilityEpoch }
    return other.appending(words)
  }

  /// A trainer that reports one model to this observer.
  func trainer(for name: String, processor: Processor, seed: Seed) -> Trainer {
    var trainer = Trainer(processor: processor, seed: seed)
    trainer.onEpoch = { [onEpoch] in onEpoch(name, $0) }
    trainer.onMemberEpoch = { [onEpoch] member, record in onEpoch("\(name): \(member)", record) }
    trainer.onProgress = { [onProgress] in onProgress(name, $0) }
    trainer.isInterrupted = isInterrupted
    trainer.onResume = { [onResume] in onResume(name, $0) }
    trainer.checkpoints = checkpoints
    return trainer
  }
}
