import Compute

/// The two wide layers of a network in training, cut by items, wherever the shards are: in this process, or elsewhere too.
///
/// This is all that an update knows of them. Its B users go in as sparse rows (B × I) and come out as sums (B × H), the last
/// hidden layer goes in (B × D) and comes out as statistics and as its gradient (B × D): nothing of the width of the
/// catalogue passes, and whoever holds a run of the shards passes on no more than the sums under its ``ShardTree/subtrees(of:)``.
/// The order of all sums is the ``ShardTree``'s, so that every implementation gives the same bytes.
///
/// A value: a copy is not changed by what happens to the original. The calls of an update follow one another in the order
/// in which they stand here.
protocol ItemShards<S>: Sendable {
  associatedtype S: Scalar

  /// The wide input layer's sums over what users have, without bias; shape: B × H.
  ///
  /// - Parameter kept: whether of the weights as they were at ``keepInput()``.
  mutating func gather(_ input: BatchRows<S>, kept: Bool) throws -> Matrix<S>

  /// Computes the logits from what the wide output layer reads (B × D), and leaves them for ``learnOutput(_:_:_:_:)``.
  ///
  /// - Returns: what each user's logits amount to.
  mutating func score(_ output: Matrix<S>, _ loss: OutputLoss<S>) throws -> [LogitStatistics<S>]

  /// Turns the logits into ∂loss/∂logits, and updates the output weights where `steps` are given.
  ///
  /// - Parameters:
  ///   - output: as in ``score(_:_:)``.
  ///   - softmax: every user's; empty for likelihoods without one.
  /// - Returns: ∂loss/∂output, with the weights as they were before; shape: B × D.
  mutating func learnOutput(
    _ output: Matrix<S>, _ loss: OutputLoss<S>, _ softmax: [SoftmaxNormaliser], _ steps: AdamSteps?
  ) throws -> Matrix<S>

  /// Updates the input weights, item by item, from the users who have the item.
  ///
  /// - Parameters:
  ///   - delta: ∂loss/∂(pre-activation) of the first layer; shape: B × H.
  ///   - noise: added to the gradient; `nil` for none.
  mutating func learnInput(_ input: BatchRows<S>, delta: Matrix<S>, _ step: AdamStep, noise: UpdateNoise?) throws

  /// Turns the logits into ∂loss/∂logits as ``learnOutput(_:_:_:_:)`` does, and leaves them for
  /// ``learnOutput(_:shares:_:noise:)``.
  ///
  /// - Returns: ∂loss/∂output, B × D, and each user's ‖∂loss/∂logits‖².
  mutating func differentiate(
    _ output: Matrix<S>, _ loss: OutputLoss<S>, _ softmax: [SoftmaxNormaliser]
  ) throws -> (gradient: Matrix<S>, squares: [Double])

  /// Updates the output weights from what ``differentiate(_:_:_:)`` left, every user's part multiplied by a share, and noise.
  mutating func learnOutput(_ output: Matrix<S>, shares: [Double], _ steps: AdamSteps, noise: UpdateNoise) throws

  /// The logits of every item, from what the wide output layer reads (B × D); shape: B × I.
  func logits(of output: Matrix<S>) throws -> Matrix<S>

  /// Keeps the input weights as they are now, for ``gather(_:kept:)``.
  mutating func keepInput()

  /// Whether all input weights, and all output weights, are numbers.
  func areFinite() throws -> (input: Bool, output: Bool)

  /// All numbers that training changes, to be kept and put back.
  var state: ShardState<S> { get set }
}

extension ItemShards {
  func areFinite() throws -> (input: Bool, output: Bool) {
    let weights = state.weights
    return (weights.allSatisfy(\.inputWeight.isFinite), weights.allSatisfy(\.outputWeight.isFinite))
  }
}

/// The numbers of all shards of a training, in order; of those that another process has, there are none.
struct ShardState<S: Scalar>: Sendable {
  var weights: [ItemShard<S>]
  /// Adam's first moments.
  var first: [ItemShard<S>]
  /// Adam's second moments.
  var second: [ItemShard<S>]
  /// What ``ItemShards/keepInput()`` kept: shards without their last layer.
  var kept: [ItemShard<S>]?
}

/// The constants of one step, with the penalty on weights and without.
typealias AdamSteps = (penalised: AdamStep, plain: AdamStep)

/// The shards of a network that is trained in this process alone: one run, with one subtree, the whole tree.
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
  mutating func learnInput(_ input: BatchRows<S>, delta: Matrix<S>, _ step: AdamStep, noise: UpdateNoise?) throws {
    try run.learnInput(input, delta: delta, step, noise: noise)
  }
  func logits(of output: Matrix<S>) -> Matrix<S> { run.logits(of: output) }
  mutating func keepInput() { run.keepInput() }
  var state: ShardState<S> {
    get { run.state }
    set { run.state = newValue }
  }
}
