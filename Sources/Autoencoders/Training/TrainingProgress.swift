/// The progress of a fit, reported after every update.
public struct TrainingProgress: Sendable, Equatable {
  /// The stage of a fit.
  public enum Stage: Sendable, Equatable {
    /// The only fit.
    case only
    /// The first of two: validation chooses the number of epochs.
    case choosing
    /// The second, on all rows for the number of epochs chosen.
    case again
  }

  /// The stage of a fit.
  public var stage: Stage
  /// The current epoch, counted from 1.
  public var epoch: Int
  /// The maximum number of epochs of this fit.
  public var epochs: Int
  /// Whether validation may end it earlier.
  public var mayEndEarly: Bool
  /// The finished share of the epoch, from 0 to 1.
  public var epochShare: Double
  /// The rows in an epoch.
  public var rows: Int

  /// Creates a report of progress.
  public init(stage: Stage, epoch: Int, epochs: Int, mayEndEarly: Bool, epochShare: Double, rows: Int) {
    (self.stage, self.epoch, self.epochs) = (stage, epoch, epochs)
    (self.mayEndEarly, self.epochShare, self.rows) = (mayEndEarly, epochShare, rows)
  }

  /// Finished epochs, including the finished part of the current one.
  public var epochsDone: Double { Double(epoch - 1) + epochShare }

  /// The finished share of all epochs, from 0 to 1.
  public var share: Double { epochsDone / Double(epochs) }
}

extension Trainer {
  /// Reports the progress of a fit without epochs, and stops it if requested.
  ///
  /// - Throws: ``TrainingError/interrupted``.
  public func tell(share: Double, rows: Int) throws {
    onProgress(
      TrainingProgress(stage: stage, epoch: 1, epochs: 1, mayEndEarly: false, epochShare: share, rows: rows))
    if isInterrupted() { throw TrainingError.interrupted }
  }
}

extension Trainer {
  /// The trainer of one of several models that are fitted one after the other for another model: it reports each as a
  /// share of one fit, and keeps no checkpoints.
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
