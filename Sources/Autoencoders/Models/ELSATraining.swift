import Compute
import Dispatch
import FileFormats
import InteractionData

// The trainer of designs updates two separate wide layers. Here they are one matrix, with a loss that needs no outputs
// and its own optimiser, so the epochs run here, with the same records, choices and checkpoints. The matrix is a list
// with one part for each item shard, in which the shards of other processes have no rows.

extension Matrix {
  /// The rows of each item shard.
  var cutByItems: [Matrix] {
    ItemShard<S>.ranges(items: rows).map { items in
      var part = Matrix(rows: 0, columns: columns)
      part.copyRows(items, of: self)
      return part
    }
  }
}

extension Network {
  /// A network without hidden layers or biases whose two wide layers are one matrix, stored once.
  ///
  /// - Parameter parts: the matrix, shard by shard; the shards of other processes have no rows.
  init(tied parts: [Matrix<S>], items: Int, _ design: Design<PointLatent>) {
    self.init(design, items: 0, users: 0, seed: Seed(0))
    parameters = [Matrix(rows: 1, columns: design.latent)]
    shards = zip(ItemShard<S>.ranges(items: items), parts).map { items, part in
      if part.rows < items.count { return ItemShard(elsewhere: items, input: part.columns, output: part.columns) }
      return ItemShard(
        items: items, inputWeight: part, outputWeight: part, outputBias: Matrix(rows: 1, columns: items.count))
    }
  }
}

extension Trainer {
  /// Fits ``ELSA``; with rows for a second fit and a validation, a first fit finds the number of epochs.
  ///
  /// - Parameter design: the equivalent network, whose first layer has the initial numbers.
  func fit(
    tied design: Design<PointLatent>, to data: TrainingData<ELSA.Fitted>, options: TrainingOptions
  ) throws -> Fit<ELSA.Fitted> {
    let earlier = checkpoints?.position?.selection
    guard let refit = data.refit, let validate = data.validate else {
      if earlier != nil, let fault = checkpoints?.damaged("it is in a second fit") { throw fault }
      let only = try fit(tied: design, to: data.all, options: options, validate: data.validate)
      return Fit(model: only.model, history: only.history, bestEpoch: only.bestEpoch, extent: data.extent)
    }
    var (chooser, again) = (self, self)
    (chooser.stage, again.stage) = (.choosing, .again)
    func select() throws -> TrainingPosition.Selection {
      let chosen = try chooser.fit(tied: design, to: data.rows, options: options, keepsBest: false, validate: validate)
      return .init(history: chosen.history, bestEpoch: chosen.bestEpoch)
    }
    let selection = try earlier ?? select()
    var chosen = options
    chosen.epochs = selection.bestEpoch
    let final = try again.fit(tied: design, to: refit, options: chosen, after: selection, validate: nil)
    return Fit(
      model: final.model, history: selection.history, bestEpoch: selection.bestEpoch, extent: .everything,
      isRefitted: true)
  }

  private func fit(
    tied design: Design<PointLatent>, to rows: SparseRows, options: TrainingOptions, keepsBest: Bool = true,
    after selection: TrainingPosition.Selection? = nil, validate: ((ELSA.Fitted) throws -> Double)?
  ) throws -> (model: ELSA.Fitted, history: [EpochRecord], bestEpoch: Int) {
    let users = (0..<rows.rowCount).filter { rows.count(ofRow: $0) > 0 }
    guard !users.isEmpty else { throw TrainingError.noUsers }
    let batchSize = options.batchSize(users: users.count)
    let batches = (users.count + batchSize - 1) / batchSize
    let items = rows.columnCount
    let division = ShardDivision(items: items, among: processor.communicator)
    func model(_ vectors: [Matrix<Float>]) -> ELSA.Fitted {
      ELSA.Fitted(vectors, items: items, latent: design.latent, division: division)
    }
    func restored(_ state: TrainerState, after steps: Int) throws -> (step: ELSAStep<Float>, best: [Matrix<Float>]?) {
      let parts = try state.elsa(items: items, rank: design.latent, keepsBest: keepsBest, division: division)
      let step = ELSAStep(
        parts.weights, items: items, rank: design.latent, learningRate: options.learningRate, processor: processor,
        division: division, after: (first: parts.first, second: parts.second, steps: steps))
      return (step, parts.best)
    }
    func fresh() -> ELSAStep<Float> {
      let start = Network<Float>(design, items: items, users: 0, seed: seed, own: division?.own)
      return ELSAStep(
        start.shards.map(\.inputWeight), items: items, rank: design.latent, learningRate: options.learningRate,
        processor: processor, division: division)
    }
    var position = TrainingPosition(after: selection)
    var stored: (step: ELSAStep<Float>, best: [Matrix<Float>]?)?
    if let resumed = try checkpoints?.resume(
      epochs: options.epochs, batches: batches, { stored = try restored($0, after: $1) })
    {
      position = resumed
      onResume(position.allEpochs)
    } else if let paused = self.pause?.take() {
      position = paused.position
      stored = try restored(paused, after: (position.epoch - 1) * batches)
    }
    var step = stored?.step ?? fresh()
    var best = stored?.best
    stored = nil
    let accord = division.map { self.accord(among: $0.communicator) }
    let keeper = Keeper(checkpoints, division, accord, isInterrupted)
    func pause(_ position: TrainingPosition, mayKeep: Bool = true) throws {
      try accord?.ask()
      try keeper.stopIfAsked(TrainerState(step, at: position, best: best))
      if mayKeep { try keeper.keepIfDue(at: position, TrainerState(step, at: position, best: best)) }
    }
    var progress = TrainingProgress(
      stage: stage, epoch: position.epoch, epochs: max(1, options.epochs),
      mayEndEarly: validate != nil && options.patience > 0, epochShare: 0, rows: users.count)
    while !position.isOver(options), self.pause?.isReached(by: position) != true {
      var random = seed.stream(.shuffle, position.epoch)
      var order = users
      random.shuffle(&order)
      progress.epoch = position.epoch
      var record =
        position.current
        ?? EpochRecord(
          epoch: position.epoch, users: users.count, seconds: 0, reconstruction: 0, divergence: 0, beta: 0,
          heldLogVariances: 0)
      var begun = DispatchTime.now().uptimeNanoseconds
      for first in stride(from: position.batch * batchSize, to: order.count, by: batchSize) {
        try pause(position, mayKeep: position.batch > 0)
        let batch = Array(order[first..<min(first + batchSize, order.count)])
        do {
          record.reconstruction += try step.update(rows: batch, of: rows) * Double(batch.count) / Double(order.count)
        } catch let failure as NonFiniteLoss {
          throw TrainingError.diverged(epoch: position.epoch, batch: position.batch + 1, failure)
        }
        let now = DispatchTime.now().uptimeNanoseconds
        record.seconds += Double(now - begun) / 1e9
        begun = now
        position.batch += 1
        (position.current, position.latentMoments) = (record, GaussianMoments(dimensions: 0))
        progress.epochShare = Double(first + batch.count) / Double(order.count)
        onProgress(progress)
      }
      (position.batch, position.current, position.latentMoments) = (0, nil, nil)
      if let validate {
        let value = try validate(model(step.vectorShards))
        record.validation = value
        if position.best.map({ value > $0.value || $0.value.isNaN }) ?? true {
          if keepsBest { best = step.vectorShards }
          (position.best, position.waited) = (.init(epoch: position.epoch, value: value), 0)
        } else {
          position.waited += 1
        }
      }
      position.history.append(record)
      position.epoch += 1
      onEpoch(record)
      try pause(position)
    }
    if !position.isOver(options) { self.pause?.keep(TrainerState(step, at: position, best: best)) }
    return (model(best ?? step.vectorShards), position.history, position.best?.epoch ?? position.history.count)
  }
}

extension TrainerState {
  /// - Parameter best: A of the best epoch.
  fileprivate init(_ step: ELSAStep<Float>, at position: TrainingPosition, best: [Matrix<Float>]?) {
    let state = step.state
    let parts: [(String, [Matrix<Float>])] = [
      ("weights", state.weights), ("first", state.first), ("second", state.second), ("best", best ?? []),
    ]
    var tensors: [String: Tensor] = [:]
    for (part, shards) in parts {
      for (index, matrix) in shards.enumerated() {
        tensors["\(part)/shard.\(index).input"] = Tensor(
          shape: [matrix.rows, matrix.columns], values: matrix.elements)
      }
    }
    self.init(position: position, tensors: tensors)
  }

  /// The stored W and moments, and A of the best epoch if it was kept, shard by shard.
  ///
  /// - Throws: ``TensorMismatch`` when they are not those of this training.
  fileprivate func elsa(
    items: Int, rank: Int, keepsBest: Bool, division: ShardDivision?
  ) throws -> (weights: [Matrix<Float>], first: [Matrix<Float>], second: [Matrix<Float>], best: [Matrix<Float>]?) {
    let ranges = ItemShard<Float>.ranges(items: items)
    var left = tensors
    func take(_ part: String) throws -> [Matrix<Float>] {
      var shards: [Matrix<Float>] = []
      for (index, range) in ranges.enumerated() {
        let (name, expected) = ("\(part)/shard.\(index).input", [range.count, rank])
        let found = left.removeValue(forKey: name)
        // The shards of other processes are ignored.
        if let division, !division.own.contains(index) {
          shards.append(Matrix(rows: 0, columns: rank))
          continue
        }
        guard let found, found.shape == expected else {
          throw TensorMismatch(name: name, expected: expected, found: found?.shape)
        }
        shards.append(Matrix(rows: range.count, columns: rank, elements: found.values))
      }
      return shards
    }
    let (weights, first, second) = (try take("weights"), try take("first"), try take("second"))
    // By the position and not by the names: a process without shards has no tensors.
    let best = keepsBest && position.best != nil ? try take("best") : nil
    if let name = left.keys.min() {
      throw TensorMismatch(name: name, expected: nil, found: left[name]?.shape ?? [])
    }
    return (weights, first, second, best)
  }
}
