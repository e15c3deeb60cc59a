import Compute

/// The shards of a network that is trained by several processes; this process has a run of them.
///
/// An update takes three exchanges: the sums of the wide input layer (B × H), the statistics of the logits (three numbers for
/// each user), and ∂loss/∂output (B × D). Everything else is computed in the process of the shards; the narrow layers
/// are the same in all processes and computed by each.
struct DistributedShards<S: Scalar>: ItemShards {
  private var run: ShardRun<S>
  private let division: ShardDivision
  private let accord: Accord?
  private let widths: (input: Int, output: Int)

  /// - Parameters:
  ///   - shards: the shards of the whole network; only those of this process need numbers.
  ///   - accord: receives the requests of the processes at every ``score(_:_:)``.
  init(
    _ shards: [ItemShard<S>], division: ShardDivision, accord: Accord?, batchSize: Int, precision: ProductPrecision,
    processor: Processor
  ) {
    self.division = division
    self.accord = accord
    widths = (shards.first?.inputWeight.columns ?? 0, shards.first?.outputWeight.columns ?? 0)
    run = ShardRun(
      division.own(shards), of: division.tree, from: division.own.lowerBound, batchSize: batchSize,
      precision: precision, processor: processor)
  }

  mutating func gather(_ input: BatchRows<S>, kept: Bool) throws -> Matrix<S> {
    try division.sum(run.gather(input, kept: kept), rows: input.rowCount, columns: widths.input)
  }

  mutating func score(_ output: Matrix<S>, _ loss: OutputLoss<S>) throws -> [LogitStatistics<S>] {
    let (statistics, wishes) = try division.statistics(
      run.score(output, loss), users: output.rows, wish: accord?.wish ?? 0)
    accord?.agree(on: wishes)
    return statistics
  }

  mutating func learnOutput(
    _ output: Matrix<S>, _ loss: OutputLoss<S>, _ softmax: [SoftmaxNormaliser], _ steps: AdamSteps?
  ) throws -> Matrix<S> {
    try division.sum(run.learnOutput(output, loss, softmax, steps), rows: output.rows, columns: output.columns)
  }

  mutating func differentiate(
    _ output: Matrix<S>, _ loss: OutputLoss<S>, _ softmax: [SoftmaxNormaliser]
  ) throws -> (gradient: Matrix<S>, squares: [Double]) {
    let gradient = try learnOutput(output, loss, softmax, nil)
    let squares = run.squares().map { Matrix<Double>(rows: $0.count, columns: 1, elements: $0) }
    return (gradient, try division.sum(squares, rows: output.rows, columns: 1).elements)
  }

  mutating func learnOutput(_ output: Matrix<S>, shares: [Double], _ steps: AdamSteps, noise: UpdateNoise) throws {
    try run.learnOutput(output, shares: shares, steps, noise: noise)
  }

  mutating func learnInput(_ input: [DividedRows<S>], delta: Matrix<S>, _ step: AdamStep, noise: UpdateNoise?) throws {
    try run.learnInput(input, delta: delta, step, noise: noise)
  }

  func logits(of output: Matrix<S>) throws -> Matrix<S> { try division.joined(run.logits(of: output)) }

  mutating func keepInput() { run.keepInput() }

  /// The numbers of this process's shards; the others have no numbers.
  var state: ShardState<S> {
    get {
      let state = run.state
      return ShardState(
        weights: all(state.weights), first: all(state.first), second: all(state.second), kept: state.kept.map(all))
    }
    set {
      run.state = ShardState(
        weights: division.own(newValue.weights), first: division.own(newValue.first),
        second: division.own(newValue.second), kept: newValue.kept.map(division.own))
    }
  }

  private func all(_ mine: [ItemShard<S>]) -> [ItemShard<S>] {
    division.all(mine, input: widths.input, output: widths.output)
  }

  func areFinite() throws -> (input: Bool, output: Bool) {
    let weights = run.state.weights
    return (
      try division.all(weights.allSatisfy(\.inputWeight.isFinite)),
      try division.all(weights.allSatisfy(\.outputWeight.isFinite))
    )
  }
}
