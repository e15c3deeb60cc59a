public import Compute
import Communication
import Dispatch
import InteractionData

/// Fits autoencoders.
///
/// One trainer serves all designs.
public struct Trainer: Sendable {
  /// The processor.
  public let processor: Processor
  /// The seed of the run.
  public let seed: Seed
  /// Whether validation chooses only among epochs at whose end the prior's weight has stopped rising.
  public var waitsForPrior = false
  /// Receives every finished epoch.
  public var onEpoch: @Sendable (EpochRecord) -> Void = { _ in }
  /// Receives every finished epoch of a member of the model, with the member's name.
  public var onMemberEpoch: @Sendable (String, EpochRecord) -> Void = { _, _ in }
  /// Receives the progress of training after every update.
  public var onProgress: @Sendable (TrainingProgress) -> Void = { _ in }
  /// The stage of the next fit, for ``TrainingProgress``.
  var stage = TrainingProgress.Stage.only
  /// Checked before every update: whether to stop.
  public var isInterrupted: @Sendable () -> Bool = { false }

  /// Called with the finished epochs of a resumed training.
  public var onResume: @Sendable ([EpochRecord]) -> Void = { _ in }
  /// The checkpoints to write and to resume from.
  public var checkpoints: Checkpoints?
  /// The pause in memory, and the state to continue from.
  public var pause: TrainingPause?
  /// The privacy guarantee of the training; `nil` for none.
  public var privacy: PrivacyRequest?
  /// The audit that a private training is for; `nil` for none.
  package var watched: WatchedTraining?
  /// The number of epochs, if it has been chosen before; schedules are those of the model's own number.
  package var knownEpochs: Int?
  /// The fits that several models of a run share; `nil` if every model is fitted separately.
  public var shared: SharedFits?

  /// Creates a trainer.
  public init(processor: Processor, seed: Seed) {
    self.processor = processor
    self.seed = seed
  }

  /// Fits a design to the rows of a data set.
  ///
  /// Rows without entries are skipped.
  ///
  /// - Parameters:
  ///   - keepsBest: whether the weights of the best epoch are kept besides the current ones. Without it, the result has
  ///     the weights of the last epoch, for callers that only need the best number of epochs.
  ///   - target: the target of the loss, if it is not the input; same shape as `rows`.
  ///   - validate: the validation value after each epoch, larger is better; it chooses the best epoch.
  ///   - plannedEpochs: the number of epochs for schedules, when fewer are run (as in a second fit for the number of
  ///     epochs that validation chose).
  ///   - selection: the result of the first fit, during the second; stored in checkpoints.
  /// - Throws: ``TrainingError``, the errors of `validate`, `OutputError` for a checkpoint that cannot be written.
  public func fit<Latent>(
    _ design: Design<Latent>, to rows: SparseRows, target: SparseRows? = nil, options: TrainingOptions,
    plannedEpochs: Int? = nil, keepsBest: Bool = true, after selection: TrainingPosition.Selection? = nil,
    validate: ((Autoencoder<Latent>) throws -> Double)? = nil
  ) throws -> TrainingOutcome<Latent> {
    let users = (0..<rows.rowCount).filter { rows.count(ofRow: $0) > 0 }
    guard !users.isEmpty else { throw TrainingError.noUsers }
    let batchSize = options.batchSize(users: users.count)
    let batches = (users.count + batchSize - 1) / batchSize
    let division = ShardDivision(items: rows.columnCount, among: processor.communicator)
    let accord = division.map { self.accord(among: $0.communicator) }
    var step = TrainingStep(
      design,
      network: Network<Float>(
        design, items: rows.columnCount, users: rows.rowCount, seed: seed, own: freshShards(division)),
      batchSize: batchSize, plannedUpdates: (plannedEpochs ?? options.epochs) * batches,
      adam: Adam(learningRate: options.learningRate), processor: processor, division: division, accord: accord)
    let keeper = Keeper(checkpoints, division, accord, isInterrupted)

    var position = TrainingPosition(after: selection)
    var best: Network<Float>?
    if let checkpoints,
      let resumed = try checkpoints.resume(
        epochs: options.epochs, batches: batches,
        { best = try $0.restore(&step, updates: $1, division: division) })
    {
      position = resumed
      if let moments = position.latentMoments {
        guard moments.dimensions == design.latent else {
          throw checkpoints.damaged("its posteriors have another width")
        }
        step.latentMoments = moments
      }
      step.learned = design.phases.updates(beforeEpoch: position.epoch, batch: position.batch, batches: batches)
      onResume(position.allEpochs)
    } else if let paused = pause?.take() {
      position = paused.position
      best = try paused.restore(&step, updates: (position.epoch - 1) * batches, division: division)
      step.learned = design.phases.updates(beforeEpoch: position.epoch, batch: 0, batches: batches)
    }

    let progress = TrainingProgress(
      stage: stage, epoch: position.epoch, epochs: max(1, options.epochs),
      mayEndEarly: validate != nil && options.patience > 0, epochShare: 0, rows: users.count)
    while !position.isOver(options), pause?.isReached(by: position) != true {
      var record = try runEpoch(
        &position, telling: progress, step: &step, best: best, keeper, users: users, batchSize, rows, target,
        design.phases.phase(ofEpoch: position.epoch))
      if let validate {
        let value = try validate(Autoencoder(design: design, network: step.network, division: division))
        record.validation = value
        let settled = design.regulariser.isSettled(afterUpdates: step.updates, of: step.plannedUpdates)
        if settled || !waitsForPrior, position.best.map({ value > $0.value || $0.value.isNaN }) ?? true {
          if keepsBest {
            if best == nil { best = step.network }
            best?.copy(step.network)
          }
          position.best = .init(epoch: position.epoch, value: value)
          position.waited = 0
        } else if settled {
          position.waited += 1
        }
      }
      position.history.append(record)
      position.epoch += 1
      onEpoch(record)
      try accord?.ask()
      try keeper.stopIfAsked(TrainerState(step, at: position, best: best))
      try keeper.keepIfDue(at: position, TrainerState(step, at: position, best: best))
    }
    if let pause, !position.isOver(options) { pause.keep(TrainerState(step, at: position, best: best)) }
    return TrainingOutcome(
      model: Autoencoder(design: design, network: best ?? step.network, division: division),
      history: position.history, bestEpoch: position.best?.epoch ?? position.history.count)
  }

  /// Runs the rest of an epoch; `position` is then at its end, with no batch of the next.
  private func runEpoch<Latent>(
    _ position: inout TrainingPosition, telling progress: TrainingProgress, step: inout TrainingStep<Latent, Float>,
    best: Network<Float>?, _ keeper: Keeper, users: [Int], _ batchSize: Int, _ rows: SparseRows, _ target: SparseRows?,
    _ part: (phase: Phase, begins: Bool)
  ) throws -> EpochRecord {
    let epoch = position.epoch
    var progress = progress
    progress.epoch = epoch
    var start = DispatchTime.now()
    var random = seed.stream(.shuffle, epoch)
    var order = users
    random.shuffle(&order)
    var record =
      position.current
      ?? EpochRecord(
        epoch: epoch, users: users.count, seconds: 0, reconstruction: 0, divergence: 0, beta: 0,
        heldLogVariances: 0)
    step.phase = part.phase
    if position.batch == 0 {
      step.beginEpoch()
      if part.begins && part.phase.keepsEncoder { step.keepEncoder() }
    }
    for first in stride(from: position.batch * batchSize, to: order.count, by: batchSize) {
      try keeper.stopIfAsked(TrainerState(step, at: position, best: best))
      if position.batch > 0 { try keeper.keepIfDue(at: position, TrainerState(step, at: position, best: best)) }
      let batch = Array(order[first..<min(first + batchSize, order.count)])
      do {
        let loss = try step.update(
          rows: batch, of: rows, target: target, noise: .drawn(seed: seed, update: step.updates))
        let share = Double(batch.count) / Double(order.count)
        record.reconstruction += loss.reconstruction * share
        record.divergence += loss.divergence * share
        record.beta = loss.priorWeight
        record.heldLogVariances += loss.heldLogVariances
      } catch let failure as NonFiniteLoss {
        throw TrainingError.diverged(epoch: epoch, batch: position.batch + 1, failure)
      }
      let now = DispatchTime.now()
      record.seconds += Double(now.uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
      start = now
      position.batch += 1
      position.current = record
      position.latentMoments = step.latentMoments
      progress.epochShare = Double(first + batch.count) / Double(order.count)
      onProgress(progress)
    }
    position.batch = 0
    position.current = nil
    position.latentMoments = nil
    record.latent = LatentEpoch(step.latentMoments)
    return record
  }

  /// The shards that begin with fresh numbers; `nil` for all.
  ///
  /// None of them do if stored numbers will take their place: both together would need twice the memory.
  func freshShards(_ division: ShardDivision?) -> Range<Int>? {
    checkpoints?.position != nil || pause?.hasState == true ? 0..<0 : division?.own
  }

  /// The agreement of processes that train together.
  func accord(among communicator: any Communicator) -> Accord {
    let isRoot = communicator.isRoot
    return Accord(communicator) { [isInterrupted, checkpoints] in
      (isInterrupted() ? Accord.stop : 0) | (isRoot && checkpoints?.isTimeUp == true ? Accord.checkpoint : 0)
    }
  }
}

/// Writes checkpoints when they are due and when training is stopped, in all processes at once.
struct Keeper: Sendable {
  private let checkpoints: Checkpoints?
  private let division: ShardDivision?
  private let accord: Accord?
  private let isInterrupted: @Sendable () -> Bool

  init(
    _ checkpoints: Checkpoints?, _ division: ShardDivision?, _ accord: Accord?,
    _ isInterrupted: @escaping @Sendable () -> Bool
  ) {
    (self.checkpoints, self.division, self.accord, self.isInterrupted) = (checkpoints, division, accord, isInterrupted)
  }

  /// - Parameter state: returns the current state; called only if it is written.
  func stopIfAsked(_ state: @autoclosure () -> TrainerState) throws {
    guard accord?.grants(Accord.stop) ?? isInterrupted() else { return }
    try checkpoints?.save(state(), division: division)
    throw TrainingError.interrupted
  }

  /// - Parameter state: as in ``stopIfAsked(_:)``.
  func keepIfDue(at position: TrainingPosition, _ state: @autoclosure () -> TrainerState) throws {
    guard let checkpoints,
      checkpoints.isDue(at: position, isTimeUp: accord?.grants(Accord.checkpoint) ?? checkpoints.isTimeUp)
    else { return }
    try checkpoints.save(state(), division: division)
  }
}
