import Communication
import Compute
import Foundation
import InteractionData

extension Design {
  /// The reason why this design cannot be trained privately.
  var obstacleToPrivacy: CannotBePrivate? {
    if userVectors != nil { return .userVectors }
    return phases == [Phase()] && cells == .all && canTellNorms ? nil : .parts
  }

  /// Whether every part can compute the norm of a user's gradient.
  private var canTellNorms: Bool {
    let block = UserBlock<Latent, Float>(self, rows: 0, forTraining: true)
    let prior = regulariser.parameters(latent: latent).map { Matrix<Float>(rows: $0.rows, columns: $0.columns) }
    return block.encoder.squaredNorms(input: block.first) != nil
      && block.decoder.squaredNorms(input: block.latent.z) != nil
      && regulariser.squaredNorms(block.latent, prior[...], weights: []) != nil
  }
}

/// The users of each update: each takes part with the same probability, independently of the others.
struct PoissonBatches {
  let seed: Seed
  let users: Int
  let rate: Double

  /// The numbers of an update's users, ascending.
  ///
  /// The distance between successive numbers has a geometric distribution, so that only participating users are drawn.
  func batch(_ update: Int) -> [Int] {
    if rate >= 1 { return Array(0..<users) }
    var random = seed.stream(.privateBatches, update)
    var batch: [Int] = []
    var next = -1.0
    while true {
      next += 1 + (log1p(-random.fineUniform()) / log1p(-rate)).rounded(.down)
      guard next < Double(users) else { return batch }
      batch.append(Int(next))
    }
  }

  /// An upper limit of the users in an update, exceeded with a probability of less than 10⁻²⁰.
  var mostUsers: Int { PrivacyRequest.mostUsers(expected: Int((rate * Double(users)).rounded()), of: users) }
}

extension Trainer {
  /// Fits a design for a fixed number of epochs with a guarantee about every user.
  ///
  /// Only the weights of the training are kept: no losses, no posteriors, no validation values.
  ///
  /// - Throws: ``ImpossibleGuarantee``, ``TrainingError``, `OutputError` for a checkpoint that cannot be written.
  func fitPrivately<Latent>(
    _ design: Design<Latent>, to rows: SparseRows, options: TrainingOptions, _ request: PrivacyRequest
  ) throws -> (model: Autoencoder<Latent>, guarantee: PrivacyRecord) {
    if processor.precision != .float32 { throw ImpossibleGuarantee.precision }
    let users = (0..<rows.rowCount).filter { rows.count(ofRow: $0) > 0 }
    guard !users.isEmpty else { throw TrainingError.noUsers }
    let plannedUsers = watched?.plannedUsers ?? users.count
    let guarantee = try request.plan(users: plannedUsers, options: options)
    let division = ShardDivision(items: rows.columnCount, among: processor.communicator)
    let accord = division.map { self.accord(among: $0.communicator) }
    var position = TrainingPosition()
    let secret = try self.secret(request, division)
    let batches = PoissonBatches(seed: secret, users: users.count, rate: guarantee.samplingRate)
    let epochs = max(1, options.epochs)
    let updates = guarantee.steps / epochs
    let clipping = Clipping(
      norm: guarantee.clip, noiseMultiplier: guarantee.noiseMultiplier * (watched?.noiseShare ?? 1),
      expectedUsers: guarantee.samplingRate * Double(plannedUsers))
    var step = TrainingStep(
      design,
      network: Network<Float>(
        design, items: rows.columnCount, users: rows.rowCount, seed: seed, own: freshShards(division)),
      batchSize: batches.mostUsers, plannedUpdates: guarantee.steps, adam: Adam(learningRate: options.learningRate),
      processor: processor, division: division, accord: accord)
    let keeper = Keeper(checkpoints, division, accord, isInterrupted)
    if let resumed = try checkpoints?.resume(
      epochs: epochs, batches: updates, { _ = try $0.restore(&step, updates: $1, division: division) })
    {
      position = resumed
      step.learned = design.phases.updates(beforeEpoch: position.epoch, batch: position.batch, batches: updates)
    }
    position.secret = secret.value
    var progress = TrainingProgress(
      stage: .only, epoch: position.epoch, epochs: epochs, mayEndEarly: false, epochShare: 0, rows: users.count)
    while position.epoch <= epochs {
      try keeper.stopIfAsked(TrainerState(step, at: position, best: nil))
      try keeper.keepIfDue(at: position, TrainerState(step, at: position, best: nil))
      let batch = batches.batch(step.updates).prefix(batches.mostUsers).map { users[$0] }
      try watched?.witness.look(at: &step, before: batch, atMost: batches.mostUsers)
      do {
        _ = try step.update(
          rows: batch, of: rows, noise: .drawn(seed: seed, update: step.updates), clipping: clipping, seed: secret)
      } catch let failure as NonFiniteLoss {
        throw TrainingError.diverged(epoch: position.epoch, batch: position.batch + 1, failure)
      }
      watched?.witness.listen(to: step, after: batch)
      position.batch += 1
      progress.epoch = position.epoch
      progress.epochShare = Double(position.batch) / Double(updates)
      onProgress(progress)
      // Counters only, because losses are not covered by the guarantee.
      let record = EpochRecord(
        epoch: position.epoch, users: users.count, seconds: 0, reconstruction: 0, divergence: 0, beta: 0,
        heldLogVariances: 0)
      if position.batch < updates {
        (position.current, position.latentMoments) = (record, step.latentMoments)
      } else {
        (position.current, position.latentMoments) = (nil, nil)
        position.history.append(record)
        (position.epoch, position.batch) = (position.epoch + 1, 0)
      }
    }
    return (Autoencoder(design: design, network: step.network, division: division), guarantee)
  }

  /// The seed of batches and noise: that of the resumed training, or a new one; with several processes, that of the
  /// first.
  private func secret(_ request: PrivacyRequest, _ division: ShardDivision?) throws -> Seed {
    let own = checkpoints?.position?.secret.map { Seed($0) } ?? request.secret
    guard let communicator = division?.communicator else { return own }
    return Seed(try communicator.gather([own.value], counts: [Int](repeating: 1, count: communicator.size))[0])
  }
}
