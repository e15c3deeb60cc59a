public import Compute

/// The position of a training, without weights.
///
/// Every random draw is a function of the seed and of these numbers, so there is no generator state.
public struct TrainingPosition: Codable, Sendable, Equatable {
  /// The result of the fit that chose the number of epochs; set during the second fit.
  public struct Selection: Codable, Sendable, Equatable {
    /// Its epochs.
    public var history: [EpochRecord]
    /// The best of them.
    public var bestEpoch: Int
  }

  /// The best epoch so far and its validation value.
  public struct Best: Codable, Sendable, Equatable {
    /// Counted from 1.
    public var epoch: Int
    /// Larger is better.
    public var value: Double
  }

  /// The first fit, if this is the second.
  public internal(set) var selection: Selection?
  /// The current or next epoch, counted from 1.
  public internal(set) var epoch = 1
  /// The number of finished batches of the epoch.
  public internal(set) var batch = 0
  /// The sums over these batches.
  public internal(set) var current: EpochRecord?
  /// The statistics of posteriors over these batches.
  public internal(set) var latentMoments: GaussianMoments?
  /// The finished epochs of this fit.
  public internal(set) var history: [EpochRecord] = []
  /// The best of them.
  public internal(set) var best: Best?
  /// The seed of the batches and noise of a private training.
  public internal(set) var secret: UInt64?
  /// The number of counted epochs without improvement.
  public internal(set) var waited = 0

  init(after selection: Selection? = nil) { self.selection = selection }

  /// Every finished epoch, including those of the first fit.
  public var allEpochs: [EpochRecord] { (selection?.history ?? []) + history }

  /// Whether nothing is left to do.
  func isOver(_ options: TrainingOptions) -> Bool {
    if epoch > max(1, options.epochs) { return true }
    // While the prior's weight rises, values may fall for some epochs and recover, so the patience is doubled.
    let sinceBest = best.map { epoch - 1 - $0.epoch } ?? 0
    return options.patience > 0 && (waited >= options.patience || sinceBest >= 2 * options.patience)
  }

  /// The first inconsistency of these numbers, if any, because files cannot be trusted.
  func fault(epochs: Int, batches: Int) -> String? {
    if let selection, !(1...max(1, selection.history.count)).contains(selection.bestEpoch) {
      return "its best epoch is \(selection.bestEpoch) of \(selection.history.count)"
    }
    if epoch < 1 || epoch - 1 > max(1, epochs) { return "it is in epoch \(epoch) of \(epochs)" }
    if batch < 0 || batch >= batches { return "it is at batch \(batch) of \(batches)" }
    if history.count != epoch - 1 { return "it has \(history.count) finished epochs in epoch \(epoch)" }
    if (current == nil) != (batch == 0) || (latentMoments == nil) != (batch == 0) {
      return "it has no sums for the finished batches"
    }
    if let best, !(1..<max(2, epoch)).contains(best.epoch) { return "its best epoch is \(best.epoch)" }
    if waited < 0 || waited >= epoch { return "it has \(waited) epochs without improvement" }
    return nil
  }
}
