import Compute

/// What an update may learn from one user, and the noise that hides it.
struct Clipping: Sendable {
  /// C, the largest norm of a user's gradient.
  let norm: Double
  /// σ in units of C.
  let noiseMultiplier: Double
  /// The expected number of users in an update, by which sums are divided; the actual one is a secret.
  let expectedUsers: Double

  /// Norms are brought a little below C: they and what is added up are of single precision.
  fileprivate static var margin: Double { 1 - 1e-4 }
}

/// Updates that learn no more from any user than ``Clipping`` allows.
///
/// A user's gradient, of all parameters together, is brought to a norm of C at most; the sum over the users gets N(0, σ²C²) in
/// every coordinate. What follows it, Adam and all later updates, depends on users through that sum alone. Source: Abadi et al.,
/// "Deep learning with differential privacy", CCS 2016, algorithm 1.
///
/// No user's gradient is ever formed: ``Layer/squaredNorms(input:trace:)``. The way back is gone twice, first for the norms, then
/// with what is left of every user; the products of the wide output layer are computed once.
extension TrainingStep {
  /// Makes one update from some users, possibly none.
  ///
  /// - Returns: the loss before the update, as means over the users, for whoever may see it: it is not private.
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
        // Gradients are of the mean over the batch.
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

  /// Makes the last batch one without users.
  private mutating func forgetBatch() {
    for index in blocks.indices { blocks[index].forget() }
    input.removeAll()
    output = Matrix(rows: 0, columns: design.architecture.decoder.outputs)
    var beside = beside
    pseudo?.encode(&beside, multiplier: &multipliers[0])
    seen = beside.parameters
  }

  /// The squared norm of each user's gradient of all parameters.
  ///
  /// - Parameter squares: ‖∂loss/∂logits‖² of each user.
  private func squaredNorms(beside squares: [Double], priorWeight: Double) throws -> [Double] {
    try activeBlocks.flatMap { block in
      guard let own = block.squaredNorms(parameters: seen, priorWeight: priorWeight) else {
        throw CannotBePrivate.parts
      }
      return zip(own, block.batchRows).map { own, row in own + squares[row] * (output.sumOfSquares(row: row) + 1) }
    }
  }
}

/// Why a model cannot be trained privately.
public enum CannotBePrivate: Error, Equatable, CustomStringConvertible {
  /// It is not trained by gradients of a loss that is a sum over users.
  case otherwise
  /// It has a vector for each training user.
  case userVectors
  /// A layer or the prior cannot say how large a user's gradient is, or it is trained in phases.
  case parts

  /// What is wrong, as the predicate of a sentence.
  public var description: String {
    switch self {
    case .otherwise: "is not trained with gradients that can be clipped user by user"
    case .userVectors: "has a vector for every training user"
    case .parts: "has parts without a gradient norm for each user"
    }
  }
}
