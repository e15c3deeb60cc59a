public import Autoencoders
package import InteractionData
import Compute

/// Callbacks for the progress of a run.
///
/// Nothing here changes a result.
public struct RunObserver: Sendable {
  /// What is to be said before or between trainings, such as what was left out of the data.
  public var onNotes: @Sendable (_ notes: [String]) -> Void = { _ in }
  /// What training will need.
  public var onMemory: @Sendable (_ notes: [String]) -> Void = { _ in }
  /// So many models are going to be trained, one after the other.
  public var onModels: @Sendable (_ count: Int) -> Void = { _ in }
  /// A model's turn has come.
  public var onModel: @Sendable (_ name: String) -> Void = { _ in }
  /// How far a model's training is.
  public var onProgress: @Sendable (_ name: String, _ progress: TrainingProgress) -> Void = { _, _ in }
  /// A model is trained.
  public var onTrained: @Sendable (_ model: TrainingSummary) -> Void = { _ in }
  /// An epoch is over.
  public var onEpoch: @Sendable (_ name: String, _ record: EpochRecord) -> Void = { _, _ in }
  /// Checked before every update: whether to stop.
  public var isInterrupted: @Sendable () -> Bool = { false }

  /// Called with the finished epochs of a resumed training.
  public var onResume: @Sendable (_ name: String, _ records: [EpochRecord]) -> Void = { _, _ in }
  /// The checkpoints of a training, for writing and resuming; for a single model.
  public var checkpoints: Checkpoints?

  /// Creates an observer that ignores everything.
  public init() {}

  /// Reads a table of titles, where there is one, and tells how it was read.
  ///
  /// - Throws: `InputError`, `DataError`.
  package func titles(_ path: String?, for items: Vocabulary) throws -> ItemTitles? {
    guard let path else { return nil }
    let found = try ItemTitles.reading(path, for: items)
    onNotes(found.notes)
    return found.titles
  }

  /// The same observer, told of every model with `words` after its name.
  public func appending(_ words: String) -> RunObserver {
    var other = self
    other.onModel = { [onModel] in onModel($0 + words) }
    other.onProgress = { [onProgress] in onProgress($0 + words, $1) }
    other.onEpoch = { [onEpoch] in onEpoch($0 + words, $1) }
    other.onResume = { [onResume] in onResume($0 + words, $1) }
    other.onTrained = { [onTrained] in
      var summary = $0
      summary.name += words
      onTrained(summary)
    }
    return other
  }

  /// A trainer that tells this observer about one model.
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
