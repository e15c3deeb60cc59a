public import Compute
import Dispatch
import InteractionData

/// Fits autoencoders.
///
/// There is one trainer for all of them.
public struct Trainer: Sendable {
  /// Where the arithmetic happens.
  public let processor: Processor
  /// The seed of the run.
  public let seed: Seed
  /// Whether validation chooses only among epochs at whose end the prior's weight has stopped rising.
  public var waitsForPrior = false
  /// Told of every finished epoch.
  public var onEpoch: @Sendable (EpochRecord) -> Void = { _ in }
  /// Told the share of the training that is done, after every update.
  public var onProgress: @Sendable (Double) -> Void = { _ in }
  /// Asked before every update whether to stop.
  public var isInterrupted: @Sendable () -> Bool = { false }

  /// Creates a trainer.
  public init(processor: Processor, seed: Seed) {
    self.processor = processor
    self.seed = seed
  }

  /// Fits a design to the rows of a data set.
  ///
  /// Rows without entries are passed over.
  ///
  /// - Parameters:
  ///   - keepsBest: whether the weights of the best epoch are kept beside the current ones. Without it the outcome has the
  ///     last epoch's, for callers that only want to know how many epochs are best.
  ///   - validate: a value for the model as it is after each epoch, larger is better; it chooses the best epoch.
  ///   - plannedEpochs: the length on which schedules rest, when fewer epochs are to be run than were planned (fitting again
  ///     for the number of epochs that validation chose).
  /// - Throws: ``TrainingError``, or what `validate` throws.
  public func fit<Latent>(
    _ design: Design<Latent>, to rows: SparseRows, options: TrainingOptions,
    plannedEpochs: Int? = nil, keepsBest: Bool = true,
    validate: ((Autoencoder<Latent>) throws -> Double)? = nil
  ) throws -> TrainingOutcome<Latent> {
    let users = (0..<rows.rowCount).filter { rows.count(ofRow: $0) > 0 }
    guard !users.isEmpty else { throw TrainingError.noUsers }
    let batchSize = options.batchSize(users: users.count)
    let batches = (users.count + batchSize - 1) / batchSize
    var step = TrainingStep(
      design,
      network: Network<Float>(
        design, items: rows.columnCount, users: rows.rowCount, seed: seed),
      batchSize: batchSize, plannedUpdates: (plannedEpochs ?? options.epochs) * batches,
      adam: Adam(learningRate: options.learningRate), processor: processor)

    var history: [EpochRecord] = []
    var best: (network: Network<Float>?, value: Double, epoch: Int)?
    var waited = 0
    for epoch in 1...max(1, options.epochs) {
      var record = try runEpoch(epoch, of: options.epochs, step: &step, users: users, batchSize, rows)
      if let validate {
        let value = try validate(Autoencoder(design: design, network: step.network))
        record.validation = value
        let settled = design.prior.isSettled(afterUpdates: step.updates, of: step.plannedUpdates)
        if settled || !waitsForPrior, best.map({ value > $0.value || $0.value.isNaN }) ?? true {
          best = (keepsBest ? step.network : nil, value, epoch)
          waited = 0
        } else if settled {
          waited += 1
        }
      }
      history.append(record)
      onEpoch(record)
      if options.patience > 0 && waited >= options.patience { break }
    }
    return TrainingOutcome(
      model: Autoencoder(design: design, network: best?.network ?? step.network),
      history: history, bestEpoch: best?.epoch ?? history.count)
  }

  private func runEpoch<Latent>(
    _ epoch: Int, of epochs: Int, step: inout TrainingStep<Latent, Float>, users: [Int],
    _ batchSize: Int, _ rows: SparseRows
  ) throws -> EpochRecord {
    let start = DispatchTime.now()
    var random = seed.stream(.shuffle, epoch)
    var order = users
    random.shuffle(&order)
    var record = EpochRecord(
      epoch: epoch, users: users.count, seconds: 0, reconstruction: 0, divergence: 0, beta: 0,
      heldLogVariances: 0)
    step.beginEpoch()
    for (index, first) in stride(from: 0, to: order.count, by: batchSize).enumerated() {
      if isInterrupted() { throw TrainingError.interrupted }
      let batch = Array(order[first..<min(first + batchSize, order.count)])
      do {
        let loss = try step.update(
          rows: batch, of: rows, noise: .drawn(seed: seed, update: step.updates))
        let share = Double(batch.count) / Double(order.count)
        record.reconstruction += loss.reconstruction * share
        record.divergence += loss.divergence * share
        record.beta = loss.priorWeight
        record.heldLogVariances += loss.heldLogVariances
      } catch let failure as NonFiniteLoss {
        throw TrainingError.diverged(epoch: epoch, batch: index + 1, failure)
      }
      onProgress((Double(epoch - 1) + Double(first + batch.count) / Double(order.count)) / Double(epochs))
    }
    record.latent = LatentEpoch(step.latentMoments)
    record.seconds = Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
    return record
  }
}
