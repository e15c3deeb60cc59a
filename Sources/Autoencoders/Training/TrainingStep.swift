public import Compute
import Foundation
import InteractionData

/// Gradient updates of one autoencoder.
///
/// An update is five passes, each over pieces that share nothing: blocks of users forward; shards of items to logits; shards
/// to gradients and new output weights; blocks backward; shards to new input weights. The order in which results are added
/// up is fixed, so the number of threads changes nothing in any bit.
///
/// The same code runs in `Float` for training and in `Double` for gradient checks.
public struct TrainingStep<Latent: LatentSpace, S: Scalar>: Sendable {
  /// How many updates have been made.
  public internal(set) var updates = 0
  /// What learns in the next updates, and from what.
  public var phase: Phase
  /// How often each group has learned.
  var learned: [ParameterGroup: Int] = [:]
  /// The network as it was when a phase kept its encoder.
  var kept: Network<S>?
  /// How many updates are planned, for schedules that depend on it.
  public let plannedUpdates: Int
  /// What the updates since ``beginEpoch()`` saw of the posteriors.
  public internal(set) var latentMoments: GaussianMoments

  private let design: Design<Latent>
  /// The network's shape, with the numbers it began with gone.
  private let shape: Network<S>
  private let adam: Adam
  private let precision: ProductPrecision
  private let processor: Processor
  private let blockSize: Int
  var workers: [ShardWorker<S>]
  private var blocks: [UserBlock<Latent, S>]
  /// The small parameters, in the order of ``Design/parameters``.
  var small: [TrainedMatrix<S>]
  var users: TrainedMatrix<S>
  private var output: DecoderOutput<S>
  private var inputDelta = Matrix<S>(rows: 0, columns: 0)
  /// Working memory, one for each thread.
  private var scratch: [ThreadScratch<S>]
  private var pieceGradients: [Matrix<S>]

  /// Prepares to train a network.
  ///
  /// In `Double` products are never rounded, whatever the processor's precision.
  public init(
    _ design: Design<Latent>, network: Network<S>, batchSize: Int, plannedUpdates: Int, adam: Adam,
    processor: Processor
  ) {
    self.design = design
    phase = design.phases.phase(ofEpoch: 1).phase
    self.adam = adam
    precision = S.self == Float.self ? processor.precision : .float32
    self.processor = processor
    self.plannedUpdates = plannedUpdates
    let precision = precision
    latentMoments = GaussianMoments(dimensions: design.latent)
    workers = network.shards.map { ShardWorker($0, batchSize: batchSize, precision: precision) }
    blockSize = UserBlock<Latent, S>.size(batch: batchSize)
    let size = blockSize
    blocks = stride(from: 0, to: batchSize, by: size).map { start in
      UserBlock(design, rows: min(size, batchSize - start), forTraining: true)
    }
    small = network.parameters.map { TrainedMatrix($0) }
    shape = Network(like: network, shards: [], parameters: [], users: Matrix(rows: 0, columns: 0))
    users = TrainedMatrix(network.users)
    output = DecoderOutput(exact: Matrix(rows: batchSize, columns: design.architecture.decoder.outputs))
    let threads = processor.threads
    scratch = (0..<threads).map { _ in ThreadScratch(engine: processor.engine, precision: precision) }
    pieceGradients = (0..<threads).map { _ in Matrix(rows: 0, columns: 0) }
  }

  /// The weights as they are now.
  public var network: Network<S> {
    Network(like: shape, shards: workers.map(\.shard), parameters: small.map(\.value), users: users.value)
  }

  /// Adam's moments, in the shape of the network.
  var moments: (first: Network<S>, second: Network<S>) { (moments(\.first), moments(\.second)) }

  private func moments(_ part: (AdamMoments<S>) -> Matrix<S>) -> Network<S> {
    Network(
      like: shape,
      shards: workers.map {
        ItemShard(
          items: $0.shard.items, inputWeight: part($0.inputMoments), outputWeight: part($0.outputMoments),
          outputBias: part($0.biasMoments))
      }, parameters: small.map { part($0.moments) }, users: part(users.moments))
  }

  /// Goes back to weights and moments that were kept.
  ///
  /// - Precondition: all three have the shapes of this step's network.
  mutating func restore(
    _ weights: Network<S>, moments: (first: Network<S>, second: Network<S>), updates: Int
  ) {
    let (first, second) = moments
    for index in workers.indices {
      workers[index].restore(weights.shards[index], first: first.shards[index], second: second.shards[index])
    }
    for index in small.indices {
      small[index] = TrainedMatrix(
        weights.parameters[index], first: first.parameters[index], second: second.parameters[index])
    }
    users = TrainedMatrix(weights.users, first: first.users, second: second.users)
    self.updates = updates
  }

  /// The weight of the prior term in the next update.
  public var priorWeight: Double {
    design.regulariser.weight(afterUpdates: updates, of: plannedUpdates)
  }

  /// Keeps the encoder as it is, for ``LatentTrace/reference``.
  public mutating func keepEncoder() { kept = network }

  /// Forgets the posteriors of earlier updates.
  public mutating func beginEpoch() { latentMoments = GaussianMoments(dimensions: design.latent) }

  /// Makes one update from some users.
  ///
  /// - Parameters:
  ///   - rows: the users of this batch, as rows of `data`.
  ///   - target: what the loss holds the output against, where that is not the input; of the shape of `data`.
  ///   - noise: corruption and latent draws.
  /// - Returns: the loss before the update, as means over the users.
  /// - Throws: ``NonFiniteLoss`` when the loss is NaN, infinite or beyond the number format (its squared
  ///   gradients would overflow and every weight stand still); the weights are then as they were.
  public mutating func update(
    rows: [Int], of data: SparseRows, target: SparseRows? = nil, noise: NoiseSource
  ) throws -> BatchLoss {
    let (loss, normalisers, objective) = try evaluate(rows: rows, of: data, target: target, noise: noise)
    guard loss.total.magnitude <= Double(S.greatestFiniteMagnitude) else {
      throw NonFiniteLoss(loss: loss, layer: firstNonFiniteLayer(), learningRate: adam.learningRate)
    }
    for block in blocks where block.count > 0 {
      Latent.add(block.latent, outputs: block.head, to: &latentMoments)
    }
    try learnOutput(objective, normalisers: normalisers)
    try backward(priorWeight: loss.priorWeight / Double(rows.count))
    try learnSmallLayers()
    try learnInput()
    updates += 1
    for group in phase.learns { learned[group, default: 0] += 1 }
    return loss
  }

  /// The constants of a group's next step, with the penalty and without; `nil` where it stands still.
  private func steps(_ group: ParameterGroup) -> (penalised: AdamStep, plain: AdamStep)? {
    guard phase.learns.contains(group) else { return nil }
    let number = learned[group, default: 0] + 1
    return (adam.step(number, penalty: design.weightDecay), adam.step(number, penalty: 0))
  }

  /// The loss of some users, without an update.
  public mutating func loss(
    rows: [Int], of data: SparseRows, target: SparseRows? = nil, noise: NoiseSource
  ) throws -> BatchLoss {
    try evaluate(rows: rows, of: data, target: target, noise: noise).loss
  }

  /// What the network makes of some users as training sees them, with corruption and latent draws.
  ///
  /// - Returns: `head`, the outputs of the encoder (B × L·``LatentSpace/outputsPerDimension``), and `logits` (B × I).
  public mutating func outputs(
    rows: [Int], of data: SparseRows, target: SparseRows? = nil, noise: NoiseSource
  ) throws -> (head: Matrix<S>, logits: Matrix<S>) {
    try forward(rows: rows, of: data, target: target, noise: noise)
    var (head, output) = (Matrix<S>(rows: 0, columns: 0), Matrix<S>(rows: 0, columns: 0))
    head.setRows(to: activeBlocks.map(\.head))
    output.setRows(to: activeBlocks.map(\.output))
    return (head, network.logits(of: output, using: processor.engine))
  }

  /// What the kept encoder made of the last batch (see ``keepEncoder()``).
  public var references: Matrix<S> {
    var references = Matrix<S>(rows: 0, columns: 0)
    references.setRows(to: activeBlocks.map(\.latent.reference))
    return references
  }

  /// `λ Σ ‖W‖²` over weights and user vectors, the part of the loss that is no user's.
  public var penalty: Double { design.weightDecay * network.squaredWeights }

  // MARK: Passes

  private mutating func evaluate(
    rows: [Int], of data: SparseRows, target: SparseRows? = nil, noise: NoiseSource
  ) throws -> (loss: BatchLoss, normalisers: [SoftmaxNormaliser], objective: OutputLoss<S>) {
    try forward(rows: rows, of: data, target: target, noise: noise)
    var target = BatchRows<S>()
    for block in activeBlocks { target.append(block.target) }
    output.exact.setRows(to: activeBlocks.map(\.output))
    if precision == .bfloat16 { output.rounded.round(output.exact) }
    let objective = OutputLoss(target: target, likelihood: design.likelihood, cells: design.cells)
    try processor.forEach(&workers, scratch: &scratch) { [output] _, worker, scratch in
      worker.score(output: output, objective: objective, scratch: &scratch)
    }

    let normalisers = try objective.normalisers(
      workers.flatMap { $0.tiles.map(\.statistics) }, processor: processor)
    var reconstruction = 0.0
    for worker in workers {
      for tile in worker.tiles {
        for statistics in tile.statistics { reconstruction += statistics.loss }
      }
    }
    for normaliser in normalisers { reconstruction += normaliser.loss }
    let users = Double(rows.count)
    let active = activeBlocks
    let divergence = active.reduce(0) { $0 + $1.latent.divergences.reduce(0, +) }
    let loss = BatchLoss(
      reconstruction: reconstruction / users, divergence: divergence / users,
      weightedDivergence: active.reduce(0) { $0 + $1.weightedDivergence } / users, priorWeight: priorWeight,
      users: rows.count, heldLogVariances: active.reduce(0) { $0 + $1.latent.held })
    return (loss, normalisers, objective)
  }

  private mutating func forward(rows: [Int], of data: SparseRows, target: SparseRows? = nil, noise: NoiseSource) throws
  {
    let network = network
    try processor.forEach(&blocks, scratch: &scratch) { [blockSize, design, kept, phase] index, block, scratch in
      let start = min(rows.count, index * blockSize)
      let end = min(rows.count, start + blockSize)
      block.batchRows = start..<end
      block.load(
        rows[start..<end], of: data, target: target, corrupts: phase.corrupts, noise: noise, block: index)
      if start == end { return }
      if let kept {
        var clean = UserBlock<Latent, S>(design, rows: end - start, forTraining: false)
        clean.load(
          Profiles(items: data.selecting(rows: rows[start..<end]), trainingRows: rows[start..<end].map { $0 }))
        clean.encode(kept, unseenUser: nil, multiplier: &scratch.multiplier)
        block.latent.reference = clean.head
      }
      block.encode(network, unseenUser: nil, multiplier: &scratch.multiplier)
      block.draw(network)
      block.decode(network, multiplier: &scratch.multiplier)
    }
  }

  private mutating func learnOutput(_ objective: OutputLoss<S>, normalisers: [SoftmaxNormaliser]) throws {
    let steps = steps(.decoder)
    try processor.forEach(&workers, scratch: &scratch) { [output] _, worker, scratch in
      worker.learnOutput(
        output: output, objective: objective, normalisers: normalisers, steps: steps,
        scratch: &scratch)
    }
  }

  private mutating func backward(priorWeight: Double) throws {
    let parts = workers.map(\.outputGradient)
    let parameters = small.map(\.value)
    try processor.forEach(&blocks, scratch: &scratch) { _, block, scratch in
      if block.count == 0 { return }
      block.backward(
        parts: parts, parameters: parameters, priorWeight: priorWeight, multiplier: &scratch.multiplier)
    }
  }

  /// The blocks that have users: all but the last ones of a short batch.
  private var activeBlocks: [UserBlock<Latent, S>] { blocks.filter { $0.count > 0 } }

  private mutating func learnSmallLayers() throws {
    let gradients = activeBlocks.map(\.gradients)
    for (index, parameter) in shape.described.enumerated() {
      guard let steps = steps(parameter.group) else { continue }
      try small[index].update(
        summing: gradients.map { $0[index] }, parameter.isDecayed ? steps.penalised : steps.plain,
        scratch: &pieceGradients,
        processor: processor)
    }
  }

  private mutating func learnInput() throws {
    guard let step = steps(.encoder)?.penalised else { return }
    var input = BatchRows<S>()
    var userEntries = BatchRows<S>()
    inputDelta.setRows(to: activeBlocks.map(\.inputDelta))
    for block in activeBlocks {
      input.append(block.input)
      for row in block.userRows {
        userEntries.append(column: Int32(row), value: 1)
        userEntries.endRow()
      }
    }
    try processor.forEach(&workers, scratch: &scratch) { [input, inputDelta] _, worker, scratch in
      worker.learnInput(input: input, delta: inputDelta, scratch: &scratch, step: step)
    }
    if design.userVectors != nil {
      try users.update(
        sparse: userEntries, delta: inputDelta, step, scratch: &pieceGradients, processor: processor)
    }
  }

  /// The first place on the way forward where a number is not finite: what to name in an error.
  private func firstNonFiniteLayer() -> String {
    if !workers.allSatisfy({ $0.shard.inputWeight.isFinite }) { return "weights of encoder.0" }
    for (parameter, trained) in zip(shape.described, small) where !trained.value.isFinite {
      return "weights of \(parameter.layer)"
    }
    if !workers.allSatisfy({ $0.shard.outputWeight.isFinite }) { return "weights of \(shape.outputLayer)" }
    for block in blocks where block.count > 0 {
      if let place = block.firstNonFinite { return place }
    }
    return "logits (output of \(shape.outputLayer))"
  }
}

extension TrainingStep {
  /// Every parameter's first moment by tensor name.
  ///
  /// After the very first update it is `(1 − β₁) · gradient`: how tests read gradients without a second code
  /// path.
  public var firstMoments: NamedTensors<S> { NamedTensors(moments.first) }
}

/// The terms of a batch's loss, as means over its users.
public struct BatchLoss: Sendable, Equatable {
  /// The negative log-likelihood, up to constants.
  public var reconstruction: Double
  /// The divergence of the posteriors from the prior, summed over latent dimensions.
  public var divergence: Double
  /// The divergence with each user's multiplied by what their share of the weight is, where that differs.
  public var weightedDivergence: Double
  /// The weight β of the divergence in this update.
  public var priorWeight: Double
  /// The number of users.
  public var users: Int
  /// The number of log-variances clipped to their range.
  public var heldLogVariances: Int

  /// Reconstruction and weighted divergence; the penalty on weights is not part of it.
  public var total: Double { reconstruction + priorWeight * weightedDivergence }
}

/// A loss that is NaN, infinite or beyond the number format.
public struct NonFiniteLoss: Error, Sendable {
  /// Its terms.
  public let loss: BatchLoss
  /// The first place on the way forward where a number is not finite.
  public let layer: String
  /// η, the usual suspect.
  public let learningRate: Double
  /// Which model it is, where somebody knows.
  public var model: String?
}
