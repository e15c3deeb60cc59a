public import Compute
import InteractionData

/// Gradient updates of one autoencoder.
///
/// An update alternates between the item shards (`ItemShards`) with the two wide layers, and blocks of users with the
/// narrow ones: shards sum the wide input layer; blocks run forward; shards compute logits, then gradients and new
/// output weights; blocks run backward; shards compute new input weights. The order of sums is fixed, so the number of
/// threads does not change any bit.
///
/// The same code runs in `Float` for training and in `Double` for gradient checks.
public struct TrainingStep<Latent: LatentSpace, S: Scalar>: Sendable {
  /// The number of updates so far.
  public internal(set) var updates = 0
  /// The phase of the next updates.
  public var phase: Phase
  /// The number of updates of each group.
  var learned: [ParameterGroup: Int] = [:]
  /// The small parameters and user vectors as they were when a phase kept the encoder.
  private var keptBeside: Network<S>?
  /// Whether the encoder still equals the kept one.
  private var isAsKept = false
  /// The planned number of updates, for schedules that depend on it.
  public let plannedUpdates: Int
  /// The statistics of posteriors since ``beginEpoch()``.
  public internal(set) var latentMoments: GaussianMoments

  let design: Design<Latent>
  /// The network's shape, without its initial numbers.
  let shape: Network<S>
  /// I.
  private let itemCount: Int
  let adam: Adam
  let processor: Processor
  private let blockSize: Int
  var shards: any ItemShards<S>
  var blocks: [UserBlock<Latent, S>]
  var pseudo: PseudoInputs<Latent, S>?
  /// The small parameters used by the blocks.
  var seen: [Matrix<S>] = []
  /// The small parameters, in the order of ``Design/parameters``.
  var small: [TrainedMatrix<S>]
  var users: TrainedMatrix<S>
  /// The input of the network, B × I, and of the wide output layer, B × D, for the last batch.
  var (input, output) = (BatchRows<S>(), Matrix<S>(rows: 0, columns: 0))
  /// ∂loss/∂(pre-activation) of the wide input layer for the last batch, B × H; without rows unless the encoder learns.
  var inputDelta: Matrix<S>
  /// Multipliers for the narrow layers, one for each thread.
  var multipliers: [Multiplier<S>]
  private var pieceGradients: [Matrix<S>]

  /// Prepares to train a network.
  ///
  /// In `Double`, products are never rounded, whatever the processor's precision.
  public init(
    _ design: Design<Latent>, network: Network<S>, batchSize: Int, plannedUpdates: Int, adam: Adam,
    processor: Processor
  ) {
    self.init(
      design, network: network, batchSize: batchSize, plannedUpdates: plannedUpdates, adam: adam, processor: processor,
      division: nil, accord: nil)
  }

  /// Prepares to train a network whose other shards are in other processes.
  init(
    _ design: Design<Latent>, network: Network<S>, batchSize: Int, plannedUpdates: Int, adam: Adam,
    processor: Processor, division: ShardDivision?, accord: Accord?
  ) {
    let precision = S.self == Float.self ? processor.precision : .float32
    let shards: any ItemShards<S> =
      if let division {
        DistributedShards(
          network.shards, division: division, accord: accord, batchSize: batchSize, precision: precision,
          processor: processor)
      } else {
        LocalShards(network.shards, batchSize: batchSize, precision: precision, processor: processor)
      }
    self.init(
      design, network: network, batchSize: batchSize, plannedUpdates: plannedUpdates, adam: adam, processor: processor,
      shards: shards)
  }

  /// Prepares to train a network whose wide layers are `shards`.
  init(
    _ design: Design<Latent>, network: Network<S>, batchSize: Int, plannedUpdates: Int, adam: Adam,
    processor: Processor, shards: any ItemShards<S>
  ) {
    self.design = design
    self.shards = shards
    phase = design.phases.phase(ofEpoch: 1).phase
    itemCount = network.itemCount
    self.adam = adam
    self.processor = processor
    self.plannedUpdates = plannedUpdates
    latentMoments = GaussianMoments(dimensions: design.latent)
    blockSize = UserPieces.size(batch: batchSize)
    blocks = UserPieces.ranges(of: batchSize).map { UserBlock(design, rows: $0.count, forTraining: true) }
    pseudo = PseudoInputs(design, forTraining: true)
    inputDelta = Matrix(rows: 0, columns: design.architecture.inputWidth)
    small = network.parameters.map { TrainedMatrix($0) }
    shape = Network(like: network, shards: [], parameters: [], users: Matrix(rows: 0, columns: 0))
    users = TrainedMatrix(network.users)
    let threads = processor.threads
    let precision = S.self == Float.self ? processor.precision : .float32
    multipliers = (0..<threads).map { _ in Multiplier(processor.engine, precision: precision) }
    pieceGradients = (0..<threads).map { _ in Matrix(rows: 0, columns: 0) }
  }

  /// The current weights.
  public var network: Network<S> {
    Network(like: shape, shards: shards.state.weights, parameters: small.map(\.value), users: users.value)
  }

  /// Everything except the item shards.
  var beside: Network<S> {
    Network(like: shape, shards: [], parameters: small.map(\.value), users: users.value)
  }

  /// Adam's moments, in the shape of the network.
  var moments: (first: Network<S>, second: Network<S>) {
    let state = shards.state
    func moments(_ shards: [ItemShard<S>], _ part: (AdamMoments<S>) -> Matrix<S>) -> Network<S> {
      Network(like: shape, shards: shards, parameters: small.map { part($0.moments) }, users: part(users.moments))
    }
    return (moments(state.first, \.first), moments(state.second, \.second))
  }

  /// The network at the time when a phase kept its encoder, without the wide output layer.
  var kept: Network<S>? {
    keptBeside.map { Network(like: shape, shards: shards.state.kept ?? [], parameters: $0.parameters, users: $0.users) }
  }

  /// Restores stored weights and moments.
  ///
  /// - Precondition: all have the shapes of this step's network.
  mutating func restore(
    _ weights: Network<S>, moments: (first: Network<S>, second: Network<S>), kept: Network<S>?, updates: Int
  ) {
    let (first, second) = moments
    shards.state = ShardState(
      weights: weights.shards, first: first.shards, second: second.shards, kept: kept?.shards)
    keptBeside = kept.map { Network(like: shape, shards: [], parameters: $0.parameters, users: $0.users) }
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

  /// Keeps the current encoder, for ``LatentTrace/reference``.
  public mutating func keepEncoder() {
    shards.keepInput()
    keptBeside = beside
    isAsKept = true
  }

  /// Forgets the posteriors of earlier updates.
  public mutating func beginEpoch() { latentMoments = GaussianMoments(dimensions: design.latent) }

  /// Makes one update from some users.
  ///
  /// - Parameters:
  ///   - rows: the users of this batch, as rows of `data`.
  ///   - target: the target of the loss, if it is not the input; same shape as `data`.
  ///   - noise: corruption and latent draws.
  /// - Returns: the loss before the update, as means over the users.
  /// - Throws: ``NonFiniteLoss`` when the loss is NaN, infinite or beyond the number format (its squared gradients
  ///   would overflow and no weight would change); the weights are then unchanged.
  @specialized(where Latent == GaussianLatent, S == Float)  // for other modules: this one has its own copies
  public mutating func update(
    rows: [Int], of data: SparseRows, target: SparseRows? = nil, noise: NoiseSource
  ) throws -> BatchLoss {
    let (loss, softmax, objective) = try evaluate(rows: rows, of: data, target: target, noise: noise)
    try verify(loss)
    for block in blocks where block.count > 0 {
      Latent.add(block.latent, outputs: block.head, to: &latentMoments)
    }
    let outputDelta = try shards.learnOutput(output, objective, softmax, steps(.decoder))
    try passBack(outputDelta, priorWeight: loss.priorWeight / Double(rows.count))
    try learnBelowOutput()
    updates += 1
    if phase.learns.contains(.encoder) { isAsKept = false }
    for group in phase.learns { learned[group, default: 0] += 1 }
    return loss
  }

  /// The constants of a group's next step, with the penalty and without; `nil` if it is fixed.
  func steps(_ group: ParameterGroup) -> AdamSteps? {
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

  /// The outputs of the network for some users as in training, with corruption and latent draws.
  ///
  /// - Returns: `head`, the outputs of the encoder (B × L·``LatentSpace/outputsPerDimension``), and `logits` (B × I).
  public mutating func outputs(
    rows: [Int], of data: SparseRows, target: SparseRows? = nil, noise: NoiseSource
  ) throws -> (head: Matrix<S>, logits: Matrix<S>) {
    try forward(rows: rows, of: data, target: target, noise: noise)
    var head = Matrix<S>(rows: 0, columns: 0)
    head.setRows(to: activeBlocks.map(\.head))
    return (head, try shards.logits(of: output))
  }

  /// The outputs of the kept encoder for the last batch (see ``keepEncoder()``).
  public var references: Matrix<S> {
    var references = Matrix<S>(rows: 0, columns: 0)
    references.setRows(to: activeBlocks.map(\.latent.reference))
    return references
  }

  /// `λ Σ ‖W‖²` over weights and user vectors, the part of the loss that does not belong to a user.
  public var penalty: Double { design.weightDecay * network.squaredWeights }

  // MARK: Passes

  mutating func evaluate(
    rows: [Int], of data: SparseRows, target: SparseRows? = nil, noise: NoiseSource
  ) throws -> (loss: BatchLoss, softmax: [SoftmaxNormaliser], objective: OutputLoss<S>) {
    try forward(rows: rows, of: data, target: target, noise: noise)
    let active = activeBlocks
    let objective = OutputLoss(
      target: active.map(\.target), divided: active.map(\.divided.target), likelihood: design.likelihood,
      cells: design.cells)
    let statistics = try shards.score(output, objective)
    let softmax = objective.normalisers(statistics)
    let reconstruction = statistics.reduce(0) { $0 + $1.loss } + softmax.reduce(0) { $0 + $1.loss }
    let users = Double(rows.count)
    let divergence = active.reduce(0) { $0 + $1.latent.divergences.reduce(0, +) }
    let loss = BatchLoss(
      reconstruction: reconstruction / users, divergence: divergence / users,
      weightedDivergence: active.reduce(0) { $0 + $1.weightedDivergence } / users, priorWeight: priorWeight,
      users: rows.count, heldLogVariances: active.reduce(0) { $0 + $1.latent.held })
    return (loss, softmax, objective)
  }

  mutating func forward(rows: [Int], of data: SparseRows, target: SparseRows? = nil, noise: NoiseSource) throws {
    precondition(
      data.columnCount == itemCount && (target.map { $0.columnCount == data.columnCount } ?? true),
      "rows of \(data.columnCount) items for a network of \(itemCount)")
    try processor.forEach(&blocks, as: .rows) { [blockSize, phase] index, block in
      let start = min(rows.count, index * blockSize)
      block.batchRows = start..<min(rows.count, start + blockSize)
      block.load(
        rows[block.batchRows], of: data, target: target, corrupts: phase.corrupts, noise: noise, block: index)
    }
    let refersToItself = keptBeside != nil && isAsKept && readsCleanRows(noise)
    if let keptBeside, !refersToItself { try refer(to: keptBeside, rows: rows, of: data) }
    input.removeAll()
    for block in activeBlocks { input.append(block.input) }
    var beside = beside
    pseudo?.encode(&beside, multiplier: &multipliers[0])
    seen = beside.parameters
    let (sums, now) = (try shards.gather(input, kept: false), beside)
    output.reshape(rows: rows.count, columns: design.architecture.decoder.outputs)
    try processor.forEach(
      &blocks, scratch: &multipliers, filling: &output, rows: blocks.map(\.batchRows), as: .narrowForward
    ) { _, block, multiplier in
      if block.count > 0 {
        block.encode(sums: sums, now, unseenUser: nil, multiplier: &multiplier)
        if refersToItself { block.latent.reference = block.head }
        block.draw(now)
        block.decode(now, multiplier: &multiplier)
      }
      return block.output
    }
  }

  /// Whether the next batch equals the input of the kept encoder, without corruption or omitted entries.
  private func readsCleanRows(_ noise: NoiseSource) -> Bool {
    guard case .drawn = noise else { return false }
    return !phase.corrupts || design.corruption == .none
  }

  /// Runs the kept encoder on the clean batch.
  private mutating func refer(to keptBeside: Network<S>, rows: [Int], of data: SparseRows) throws {
    var clean = try processor.map(count: activeBlocks.count) { [blocks, design] index in
      let place = blocks[index].batchRows
      var block = UserBlock<Latent, S>(design, rows: place.count, forTraining: false)
      block.load(
        Profiles(items: data.selecting(rows: rows[place]), trainingRows: rows[place].map { $0 }), batchRows: place)
      return block
    }
    var input = BatchRows<S>()
    for block in clean { input.append(block.input) }
    let sums = try shards.gather(input, kept: true)
    try processor.forEach(&clean, scratch: &multipliers) { _, block, multiplier in
      block.encode(sums: sums, keptBeside, unseenUser: nil, multiplier: &multiplier)
    }
    for (index, block) in clean.enumerated() { blocks[index].latent.reference = block.head }
  }

  /// The backward pass of ∂loss/∂output (B × D) through the blocks.
  ///
  /// - Parameter shares: the weight of each user; `nil` if all have weight 1.
  mutating func passBack(_ outputDelta: Matrix<S>, priorWeight: Double, shares: [Double]? = nil) throws {
    let reachesEncoder = phase.learns.contains(.encoder)
    inputDelta.reshape(rows: reachesEncoder ? outputDelta.rows : 0)
    let rows = blocks.map { reachesEncoder ? $0.batchRows : 0..<0 }
    try processor.forEach(
      &blocks, scratch: &multipliers, filling: &inputDelta, rows: rows, as: .narrowBackward
    ) { [seen] _, block, multiplier in
      if block.count > 0 {
        block.backward(
          outputDelta: outputDelta, parameters: seen, priorWeight: priorWeight, reachesEncoder: reachesEncoder,
          shares: shares, multiplier: &multiplier)
      }
      return block.inputDelta
    }
  }

  /// The blocks with users: all except the last ones of a short batch.
  var activeBlocks: [UserBlock<Latent, S>] { blocks.filter { $0.count > 0 } }

  /// Updates everything except the wide output layer from the result of ``passBack(_:priorWeight:shares:)``.
  ///
  /// - Parameter noise: added to every gradient; `nil` for none.
  mutating func learnBelowOutput(noise: UpdateNoise? = nil) throws {
    let active = activeBlocks
    pseudo?.backward(from: active, parameters: seen, noise: noise, multiplier: &multipliers[0])
    // Updates change parameters in place unless somebody else still refers to them.
    seen = []
    try learnSmallLayers(from: active, noise: noise)
    try learnInput(from: active, noise: noise)
  }

  private mutating func learnSmallLayers(from active: [UserBlock<Latent, S>], noise: UpdateNoise?) throws {
    let gradients = active.map(\.gradients)
    for (index, parameter) in shape.described.enumerated() {
      guard let steps = steps(parameter.group) else { continue }
      var parts = gradients.map { $0[index] }
      parts = pseudo?.gradients(of: index, with: parts) ?? parts
      // The gradient of the pseudo-inputs is computed from numbers that already have noise.
      if let noise, index != pseudo?.place {
        var draws = Matrix<S>(rows: parameter.rows, columns: parameter.columns)
        noise.draws(for: .small(index)).add(to: &draws)
        parts.append(draws)
      }
      try small[index].update(
        summing: parts, parameter.isDecayed ? steps.penalised : steps.plain, scratch: &pieceGradients,
        processor: processor)
    }
  }

  private mutating func learnInput(from active: [UserBlock<Latent, S>], noise: UpdateNoise?) throws {
    guard let step = steps(.encoder)?.penalised else { return }
    try shards.learnInput(active.map(\.divided.input), delta: inputDelta, step, noise: noise)
    guard design.userVectors != nil else { return }
    var userEntries = BatchRows<S>()
    for row in active.flatMap(\.userRows) {
      userEntries.append(column: Int32(row), value: 1)
      userEntries.endRow()
    }
    try users.update(sparse: userEntries, delta: inputDelta, step, scratch: &pieceGradients, processor: processor)
  }
}
