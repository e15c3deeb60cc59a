/// How far a fit has come, told after every update.
public struct TrainingProgress: Sendable, Equatable {
  /// Which of a model's fits it is.
  public enum Stage: Sendable, Equatable {
    /// The only one.
    case only
    /// The first of two: validation chooses the number of epochs.
    case choosing
    /// The second, on all rows for the number of epochs chosen.
    case again
  }

  /// Which of a model's fits it is.
  public var stage: Stage
  /// The epoch at work, counted from 1.
  public var epoch: Int
  /// The most epochs that this fit runs.
  public var epochs: Int
  /// Whether validation may end it earlier.
  public var mayEndEarly: Bool
  /// The share of the epoch that is done, from 0 to 1.
  public var epochShare: Double
  /// The rows passed over in an epoch.
  public var rows: Int

  /// Creates a report of progress.
  public init(stage: Stage, epoch: Int, epochs: Int, mayEndEarly: Bool, epochShare: Double, rows: Int) {
    (self.stage, self.epoch, self.epochs) = (stage, epoch, epochs)
    (self.mayEndEarly, self.epochShare, self.rows) = (mayEndEarly, epochShare, rows)
  }

  /// Epochs done, with the part of the one at work.
  public var epochsDone: Double { Double(epoch - 1) + epochShare }

  /// The share of all epochs that is done, from 0 to 1.
  public var share: Double { epochsDone / Double(epochs) }
}

extension Trainer {
  /// Says how far a fit without epochs is, and stops it where somebody asked for that.
  ///
  /// - Throws: ``TrainingError/interrupted``.
  public func tell(share: Double, rows: Int) throws {
    onProgress(
      TrainingProgress(stage: stage, epoch: 1, epochs: 1, mayEndEarly: false, epochShare: share, rows: rows))
    if isInterrupted() { throw TrainingError.interrupted }
  }
}

extension Trainer {
  /// The trainer of one of several models that are fitted one after the other for another model: it tells of each as of a share
  /// of one fit, and keeps no checkpoints.
  func forMember(_ place: Int, of count: Int, named name: String) -> Trainer {
    var trainer = self
    trainer.checkpoints = nil
    trainer.onEpoch = { [onMemberEpoch] in onMemberEpoch(name, $0) }
    trainer.onProgress = { [onProgress] progress in
      let done =
        switch progress.stage {
        case .only: progress.share
        case .choosing: progress.share / 2
        case .again: (1 + progress.share) / 2
        }
      onProgress(
        TrainingProgress(
          stage: .only, epoch: 1, epochs: 1, mayEndEarly: false, epochShare: (Double(place) + done) / Double(count),
          rows: progress.rows))
    }
    return trainer
  }
}
