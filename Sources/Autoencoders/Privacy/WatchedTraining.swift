package import Compute

/// A private training for an audit: planned without a look at who takes part, and watched by an attacker.
package struct WatchedTraining: Sendable {
  /// The number of users that sampling and noise are planned for, whoever takes part.
  package let plannedUsers: Int
  /// The part of the planned noise that is added; less than 1 breaks the guarantee, which an audit must find.
  package let noiseShare: Double
  /// The attacker.
  package let witness: UpdateWitness

  /// Describes a training.
  package init(plannedUsers: Int, noiseShare: Double = 1, witness: UpdateWitness) {
    (self.plannedUsers, self.noiseShare, self.witness) = (plannedUsers, noiseShare, witness)
  }
}

/// An attacker who sees every noisy gradient of a private training, and looks for canaries: users with a single item,
/// which nobody else has.
///
/// Let h be a canary's last hidden layer and π the probability of its item. The canary's gradient in the item's row of
/// the last layer is −(1 − π)(h, 1), and nearly all of its gradient is there. Its score is the sum over all updates of
/// the noisy gradient's part along −(h, 1) / ‖(h, 1)‖: the matched filter for a signal of known direction.
///
/// The attacker knows the weights and the random numbers of dropout and latent draws, and with them h. Canaries who are
/// not in an update get random numbers from the same distributions. So given the weights, all that the attacker knows
/// beside the gradients is independent of who takes part, and (ε, δ) limits its success.
package final class UpdateWitness: Sendable {
  /// One row for each canary, with its item.
  private let canaries: SparseRows
  /// The canaries who take part, by their rows in the training data.
  private let members: [Int: Int]
  private let seed: Seed
  private let memory: Guarded<Memory>

  fileprivate struct Memory: Sendable {
    var scores: [Double]
    /// h of every canary in the current update; shape: canaries × D.
    var hidden = Matrix<Float>(rows: 0, columns: 0)
    /// Adam's first moments of the canaries' items before the update; shapes: canaries × D, and canaries.
    var weights = Matrix<Float>(rows: 0, columns: 0)
    var biases: [Float]
  }

  /// Prepares an attacker.
  ///
  /// - Parameters:
  ///   - canaries: one row for each canary with its only item; shape: canaries × I.
  ///   - members: the canaries who take part, by their rows in the training data.
  ///   - seed: the seed of imagined random numbers; another one than that of the training.
  package init(_ canaries: SparseRows, members: [Int: Int], seed: Seed) {
    precondition(canaries.nonZeroCount == canaries.rowCount, "one item for each canary")
    (self.canaries, self.members, self.seed) = (canaries, members, seed)
    let count = canaries.rowCount
    memory = Guarded(
      Memory(scores: [Double](repeating: 0, count: count), biases: [Float](repeating: 0, count: count)))
  }

  /// The score of every canary so far: the larger, the more likely it takes part.
  package var scores: [Double] { memory.withLock { $0.scores } }

  /// Finds h of every canary who is not in the coming update.
  ///
  /// - Parameters:
  ///   - batch: the users of the update, as rows of the training data.
  ///   - most: the largest number of users that the step can process at once.
  func look<Latent>(at step: inout TrainingStep<Latent, Float>, before batch: [Int], atMost most: Int) throws {
    let present = Set(batch.compactMap { members[$0] })
    let absent = (0..<canaries.rowCount).filter { !present.contains($0) }
    var hidden = Matrix<Float>(rows: canaries.rowCount, columns: step.design.architecture.decoder.outputs)
    for (index, range) in (0..<absent.count).blocks(of: most).enumerated() {
      let some = Array(absent[range])
      let found = try step.lastHidden(
        of: some, of: canaries, noise: .drawn(seed: seed.ofRun(index), update: step.updates))
      for (place, canary) in some.enumerated() { hidden.add(row: place, of: found, toRow: canary) }
    }
    memory.withLock { $0.hidden = hidden }
  }

  /// Adds an update to the scores, after it has been made.
  func listen<Latent>(to step: TrainingStep<Latent, Float>, after batch: [Int]) {
    let shards = step.shards.state.first
    memory.withLock { memory in
      for (place, row) in batch.enumerated() {
        if let canary = members[row] { memory.hidden.add(row: place, of: step.output, toRow: canary) }
      }
      if memory.weights.rows == 0 {
        memory.weights = Matrix(rows: memory.hidden.rows, columns: memory.hidden.columns)
      }
      for canary in 0..<canaries.rowCount {
        let item = Int(canaries.indices[canary])
        guard let shard = shards.first(where: { $0.items.contains(item) }) else { continue }
        memory.add(shard, row: item - shard.items.lowerBound, of: canary, beta: step.adam.beta1)
      }
    }
  }
}

extension UpdateWitness.Memory {
  /// Adds the gradient of a canary's item to the canary's score.
  ///
  /// Adam's moments m ← βm + (1 − β)g give the noisy gradient g. (With weight decay, they also contain a part that the
  /// attacker could subtract, and does not.)
  ///
  /// - Parameters:
  ///   - moments: Adam's first moments of the item's shard.
  ///   - row: the item's row in it.
  fileprivate mutating func add(_ moments: ItemShard<Float>, row: Int, of canary: Int, beta: Double) {
    func gradient(_ now: Float, _ before: Float) -> Double { (Double(now) - beta * Double(before)) / (1 - beta) }
    var (along, squares) = (gradient(moments.outputBias[0, row], biases[canary]), 1.0)
    biases[canary] = moments.outputBias[0, row]
    for column in 0..<hidden.columns {
      let value = Double(hidden[canary, column])
      along += value * gradient(moments.outputWeight[row, column], weights[canary, column])
      squares += value * value
      weights[canary, column] = moments.outputWeight[row, column]
    }
    scores[canary] -= along / squares.squareRoot()
  }
}

extension TrainingStep {
  /// The inputs of the wide output layer for some users as in training, before the next update; shape: B × D.
  fileprivate mutating func lastHidden(
    of rows: [Int], of data: SparseRows, noise: NoiseSource
  ) throws -> Matrix<S> {
    try forward(rows: rows, of: data, noise: noise)
    return output
  }
}
