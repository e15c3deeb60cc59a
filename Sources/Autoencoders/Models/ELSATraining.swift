import Compute
import Dispatch
import FileFormats
import InteractionData

// The trainer of designs updates two separate wide layers. Here they are one matrix, with a loss that needs no outputs
// and its own optimiser, so the epochs run here, with the same records, choices and checkpoints.

extension Network {
  /// A network without hidden layers or biases whose two wide layers are one matrix, stored once.
  init(tied vectors: Matrix<S>, _ design: Design<PointLatent>) {
    self.init(design, items: 0, users: 0, seed: Seed(0))
    parameters = [Matrix(rows: 1, columns: vectors.columns)]
    shards = ItemShard<S>.ranges(items: vectors.rows).map { items in
      var part = Matrix<S>(rows: 0, columns: vectors.columns)
      part.copyRows(items, of: vectors)
      return ItemShard(
        items: items, inputWeight: part, outputWeight: part, outputBias: Matrix(rows: 1, columns: items.count))
    }
  }
}

extension Trainer {
  /// Fits ``ELSA`` from a start; with rows for a second fit and a validation, a first fit finds the number of epochs.
  func fit<Fitted>(
    _ start: Matrix<Float>, to data: TrainingData<Fitted>, options: TrainingOptions,
    _ model: @escaping (Matrix<Float>) -> Fitted
  ) throws -> Fit<Fitted> {
    let earlier = checkpoints?.position?.selection
    let validate = data.validate.map { validate in { try validate(model($0)) } }
    guard let refit = data.refit, let validate else {
      if earlier != nil, let fault = checkpoints?.damaged("it is in a second fit") { throw fault }
      let only = try fit(start, to: data.all, options: options, validate: validate)
      return Fit(model: model(only.vectors), history: only.history, bestEpoch: only.bestEpoch, extent: data.extent)
    }
    var (chooser, again) = (self, self)
    (chooser.stage, again.stage) = (.choosing, .again)
    func select() throws -> TrainingPosition.Selection {
      let chosen = try chooser.fit(start, to: data.rows, options: options, keepsBest: false, validate: validate)
      return .init(history: chosen.history, bestEpoch: chosen.bestEpoch)
    }
    let selection = try earlier ?? select()
    var chosen = options
    chosen.epochs = selection.bestEpoch
    let final = try again.fit(start, to: refit, options: chosen, after: selection, validate: nil)
    return Fit(
      model: model(final.vectors), history: selection.history, bestEpoch: selection.bestEpoch, extent: .everything,
      isRefitted: true)
  }

  private func fit(
    _ start: Matrix<Float>, to rows: SparseRows, options: TrainingOptions, keepsBest: Bool = true,
    after selection: TrainingPosition.Selection? = nil, validate: ((Matrix<Float>) throws -> Double)?
  ) throws -> (vectors: Matrix<Float>, history: [EpochRecord], bestEpoch: Int) {
    let users = (0..<rows.rowCount).filter { rows.count(ofRow: $0) > 0 }
    guard !users.isEmpty else { throw TrainingError.noUsers }
    let batchSize = options.batchSize(users: users.count)
    let batches = (users.count + batchSize - 1) / batchSize
    var position = TrainingPosition(after: selection)
    var stored: (step: ELSAStep<Float>, best: Matrix<Float>?)?
    if let resumed = try checkpoints?.resume(
      epochs: options.epochs, batches: batches,
      { stored = try $0.elsa(like: start, options, steps: $1, processor) })
    {
      position = resumed
      onResume(position.allEpochs)
    } else if let paused = self.pause?.take() {
      position = paused.position
      stored = try paused.elsa(like: start, options, steps: (position.epoch - 1) * batches, processor)
    }
    var step = stored?.step ?? ELSAStep(start, learningRate: options.learningRate, processor: processor)
    var best = stored?.best
    stored = nil
    // Each of several processes fits the whole model, and all stop after the same update.
    let accord = processor.processes > 1 ? processor.communicator.map { self.accord(among: $0) } : nil
    let keeper = Keeper(checkpoints, nil, accord, isInterrupted)
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
        let value = try validate(step.vectors)
        record.validation = value
        if position.best.map({ value > $0.value || $0.value.isNaN }) ?? true {
          if keepsBest { best = step.vectors }
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
    return (best ?? step.vectors, position.history, position.best?.epoch ?? position.history.count)
  }
}

extension TrainerState {
  fileprivate init(_ step: ELSAStep<Float>, at position: TrainingPosition, best: Matrix<Float>?) {
    let moments = step.moments
    let parts = [("weights", step.weights), ("first", moments.first), ("second", moments.second), ("best", best)]
    self.init(
      position: position,
      tensors: parts.reduce(into: [:]) { tensors, part in
        guard let matrix = part.1 else { return }
        tensors["\(part.0)/item.vector"] = Tensor(shape: [matrix.rows, matrix.columns], values: matrix.elements)
      })
  }

  /// The stored step, and the vectors of the best epoch if they were stored.
  fileprivate func elsa(
    like start: Matrix<Float>, _ options: TrainingOptions, steps: Int, _ processor: Processor
  ) throws -> (ELSAStep<Float>, Matrix<Float>?) {
    var file = TensorReader(tensors)
    func take(_ part: String) throws -> Matrix<Float> {
      let shape = [start.rows, start.columns]
      return Matrix(rows: start.rows, columns: start.columns, elements: try file.take("\(part)/item.vector", shape))
    }
    let (weights, first, second) = (try take("weights"), try take("first"), try take("second"))
    let best = tensors["best/item.vector"] == nil ? nil : try take("best")
    try file.finish()
    let step = ELSAStep(
      weights, learningRate: options.learningRate, processor: processor, after: (first, second, steps))
    return (step, best)
  }
}
