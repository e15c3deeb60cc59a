import Compute

/// The limit on one user's influence on an update, and the noise.
struct Clipping: Sendable {
  /// C, the largest norm of a user's gradient.
  let norm: Double
  /// σ in units of C.
  let noiseMultiplier: Double
  /// The expected number of users in an update, by which sums are divided; the actual number is secret.
  let expectedUsers: Double

  /// Norms are clipped slightly below C, because they and the sums are in single precision.
  fileprivate static var margin: Double { 1 - 1e-4 }
}

/// Updates in which the influence of every user is limited by ``Clipping``.
///
/// A user's gradient, of all parameters together, is clipped to a norm of at most C; the sum over the users gets N(0,
/// σ²C²) in every coordinate. Adam and all later updates depend on users only through that sum. Source: Abadi et al.,
/// "Deep learning with differential privacy", CCS 2016, algorithm 1.
///
/// No user's gradient is ever formed; see ``Layer/squaredNorms(input:trace:)``. The backward pass runs twice, first for
/// the norms, then with the clipped contributions; the products of the wide output layer are computed once.
extension TrainingStep {
  /// Makes one update from some users, possibly none.
  ///
  /// - Returns: the loss before the update, as means over the users; it is not private.
  mutating func update(
    rows: [Int], of data: SparseRows, noise: NoiseSource, clipping: Clipping, seed: Seed
  ) throws -> BatchLoss? {
    let hiding = UpdateNoise(
      seed: seed, update: updates, deviation: clipping.noiseMultiplier * clipping.norm / clipping.expectedUsers)
    var loss: BatchLoss?
    var shares: [Double] = []
    if rows.isEmpty {
      forgetBatch()
    } else {
      let (found, softmax, objective) = try evaluate(rows: rows, of: data, noise: noise)
      try verify(found)
      let (gradient, squares) = try shards.differentiate(output, objective, softmax)
      let weight = found.priorWeight / Double(rows.count)
      try passBack(gradient, priorWeight: weight)
      let users = Double(rows.count)
      shares = try squaredNorms(beside: squares, priorWeight: weight).map {
        // Gradients belong to the mean over the batch.
        let norm = users * $0.squareRoot()
        return min(1, Clipping.margin * clipping.norm / norm) * users / clipping.expectedUsers
      }
      try passBack(gradient, priorWeight: weight, shares: shares)
      loss = found
    }
    if let steps = steps(.decoder) { try shards.learnOutput(output, shares: shares, steps, noise: hiding) }
    try learnBelowOutput(noise: hiding)
    updates += 1
    for group in phase.learns { learned[group, default: 0] += 1 }
    return loss
  }

  /// Empties the last batch.
  private mutating func forgetBatch() {
    for index in blocks.indices { blocks[index].forget() }
    input.removeAll()
    inputDelta.reshape(rows: 0)
    output = Matrix(rows: 0, columns: design.architecture.decoder.outputs)
    var beside = beside
    pseudo?.encode(&beside, multiplier: &multipliers[0])
    seen = beside.parameters
  }

  /// The squared norm of each user's gradient of all parameters.
  ///
  /// - Parameter squares: ‖∂loss/∂logits‖² for each user.
  private func squaredNorms(beside squares: [Double], priorWeight: Double) throws -> [Double] {
    try activeBlocks.flatMap { block in
      guard let own = block.squaredNorms(parameters: seen, priorWeight: priorWeight) else {
        throw CannotBePrivate.parts
      }
      return zip(own, block.batchRows).map { own, row in own + squares[row] * (output.sumOfSquares(row: row) + 1) }
    }
  }
}

/// The reason why a model cannot be trained privately.
public enum CannotBePrivate: Error, Equatable, CustomStringConvertible {
  /// It is not trained with gradients of a loss that is a sum over users.
  case otherwise
  /// It has a vector for each training user.
  case userVectors
  /// A layer or the prior cannot compute the norm of a user's gradient, or the model is trained in phases.
  case parts

  /// The reason, as the predicate of a sentence.
  public var description: String {
    switch self {
    case .otherwise: "is not trained with gradients that can be clipped user by user"
    case .userVectors: "has a vector for every training user"
    case .parts: "has parts without a gradient norm for each user"
    }
  }
}
