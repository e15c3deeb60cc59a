import Compute

/// The two wide layers of a network in training, divided by items, with shards in this process or in several.
///
/// This is the only interface of an update to them. The B users are passed in as sparse rows (B × I), and sums (B × H)
/// are returned; the last hidden layer is passed in (B × D), and statistics and its gradient (B × D) are returned. No
/// array of the catalogue's width is exchanged, and the owner of a run of shards passes on only the sums under its
/// ``ShardTree/subtrees(of:)``. The order of all sums is the ``ShardTree``'s, so that every implementation gives the
/// same bytes.
///
/// It is a value type: changes of the original do not affect a copy. The calls of an update come in the order in which
/// they are declared here.
protocol ItemShards<S>: Sendable {
  associatedtype S: Scalar

  /// The wide input layer's sums over the items of users, without bias; shape: B × H.
  ///
  /// - Parameter kept: whether to use the weights stored by ``keepInput()``.
  mutating func gather(_ input: BatchRows<S>, kept: Bool) throws -> Matrix<S>

  /// Computes the logits from the input of the wide output layer (B × D), and stores them for
  /// ``learnOutput(_:_:_:_:)``.
  ///
  /// - Returns: the statistics of each user's logits.
  mutating func score(_ output: Matrix<S>, _ loss: OutputLoss<S>) throws -> [LogitStatistics<S>]

  /// Converts the logits to ∂loss/∂logits, and updates the output weights if `steps` are given.
  ///
  /// - Parameters:
  ///   - output: as in ``score(_:_:)``.
  ///   - softmax: the softmax of every user; empty for likelihoods without one.
  /// - Returns: ∂loss/∂output, with the weights before the update; shape: B × D.
  mutating func learnOutput(
    _ output: Matrix<S>, _ loss: OutputLoss<S>, _ softmax: [SoftmaxNormaliser], _ steps: AdamSteps?
  ) throws -> Matrix<S>

  /// Updates the input weights, item by item, from the users who have the item.
  ///
  /// - Parameters:
  ///   - input: the B users of ``gather(_:kept:)`` by item shards, for each block of users.
  ///   - delta: ∂loss/∂(pre-activation) of the first layer; shape: B × H.
  ///   - noise: added to the gradient; `nil` for none.
  mutating func learnInput(_ input: [DividedRows<S>], delta: Matrix<S>, _ step: AdamStep, noise: UpdateNoise?) throws

  /// Converts the logits to ∂loss/∂logits as ``learnOutput(_:_:_:_:)`` does, and stores them for
  /// ``learnOutput(_:shares:_:noise:)``.
  ///
  /// - Returns: ∂loss/∂output, B × D, and each user's ‖∂loss/∂logits‖².
  mutating func differentiate(
    _ output: Matrix<S>, _ loss: OutputLoss<S>, _ softmax: [SoftmaxNormaliser]
  ) throws -> (gradient: Matrix<S>, squares: [Double])

  /// Updates the output weights from the result of ``differentiate(_:_:_:)``, with every user's part multiplied by a
  /// share, plus noise.
  mutating func learnOutput(_ output: Matrix<S>, shares: [Double], _ steps: AdamSteps, noise: UpdateNoise) throws

  /// The logits of every item, from the input of the wide output layer (B × D); shape: B × I.
  func logits(of output: Matrix<S>) throws -> Matrix<S>

  /// Stores the current input weights, for ``gather(_:kept:)``.
  mutating func keepInput()

  /// Whether all input weights, and all output weights, are finite.
  func areFinite() throws -> (input: Bool, output: Bool)

  /// All numbers that training changes, for storing and restoring.
  var state: ShardState<S> { get set }
}

extension ItemShards {
  func areFinite() throws -> (input: Bool, output: Bool) {
    let weights = state.weights
    return (weights.allSatisfy(\.inputWeight.isFinite), weights.allSatisfy(\.outputWeight.isFinite))
  }
}

/// The numbers of all shards of a training, in order; shards of other processes have none.
struct ShardState<S: Scalar>: Sendable {
  var weights: [ItemShard<S>]
  /// Adam's first moments.
  var first: [ItemShard<S>]
  /// Adam's second moments.
  var second: [ItemShard<S>]
  /// The weights stored by ``ItemShards/keepInput()``: shards without their last layer.
  var kept: [ItemShard<S>]?
}

/// The constants of one step, with the penalty on weights and without.
typealias AdamSteps = (penalised: AdamStep, plain: AdamStep)

/// The shards of a network that is trained in a single process: one run, with one subtree, the whole tree.
struct LocalShards<S: Scalar>: ItemShards {
  private var run: ShardRun<S>

  init(_ shards: [ItemShard<S>], batchSize: Int, precision: ProductPrecision, processor: Processor) {
    run = ShardRun(
      shards, of: ShardTree(count: shards.count), from: 0, batchSize: batchSize, precision: precision,
      processor: processor)
  }

  mutating func gather(_ input: BatchRows<S>, kept: Bool) throws -> Matrix<S> { try run.gather(input, kept: kept)[0] }
  mutating func score(_ output: Matrix<S>, _ loss: OutputLoss<S>) throws -> [LogitStatistics<S>] {
    try run.score(output, loss)[0]
  }
  mutating func learnOutput(
    _ output: Matrix<S>, _ loss: OutputLoss<S>, _ softmax: [SoftmaxNormaliser], _ steps: AdamSteps?
  ) throws -> Matrix<S> {
    try run.learnOutput(output, loss, softmax, steps)[0]
  }
  mutating func differentiate(
    _ output: Matrix<S>, _ loss: OutputLoss<S>, _ softmax: [SoftmaxNormaliser]
  ) throws -> (gradient: Matrix<S>, squares: [Double]) {
    (try run.learnOutput(output, loss, softmax, nil)[0], run.squares()[0])
  }
  mutating func learnOutput(_ output: Matrix<S>, shares: [Double], _ steps: AdamSteps, noise: UpdateNoise) throws {
    try run.learnOutput(output, shares: shares, steps, noise: noise)
  }
  mutating func learnInput(_ input: [DividedRows<S>], delta: Matrix<S>, _ step: AdamStep, noise: UpdateNoise?) throws {
    try run.learnInput(input, delta: delta, step, noise: noise)
  }
  func logits(of output: Matrix<S>) -> Matrix<S> { run.logits(of: output) }
  mutating func keepInput() { run.keepInput() }
  var state: ShardState<S> {
    get { run.state }
    set { run.state = newValue }
  }
}
