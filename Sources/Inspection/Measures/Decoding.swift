import Autoencoders
import Compute
import Foundation
import InteractionData

extension Likelihood {
  /// The log-likelihood of each row's items given logits, in nats and without constants; the logits are used up.
  ///
  /// - Parameter row: the profile that belongs to a row of the logits.
  func logLikelihoods(
    _ logits: inout Matrix<Float>, of profiles: SparseRows, row: (Int) -> Int
  ) -> [Double] {
    (0..<logits.rows).map { index in
      let profile = row(index)
      var own = 0.0
      var (count, squares) = (0.0, 0.0)
      for position in profiles.range(ofRow: profile) {
        let value = Double(profiles.value(at: position))
        own += value * Double(logits[index, Int(profiles.indices[position])])
        count += value
        squares += value * value
      }
      switch self {
      case .multinomial:
        let (maximum, sum) = logits.exponentiateShifted(row: index)
        return own - count * (Double(maximum) + log(sum))
      case .bernoulli: return own - logits.sigmoidWithSoftplusSum(row: index)
      case .gaussian: return 2 * own - squares - logits.sumOfSquares(row: index)
      }
    }
  }

  /// Replaces logits by every item's share of the decoded profile; rows then sum to 1.
  ///
  /// The softmax of a multinomial; the expected items of the others, over their sum.
  func turnIntoShares(_ logits: inout Matrix<Float>) {
    for row in 0..<logits.rows {
      switch self {
      case .multinomial: _ = logits.exponentiateShifted(row: row)
      case .bernoulli: _ = logits.sigmoidWithSoftplusSum(row: row)
      case .gaussian: for column in 0..<logits.columns { logits[row, column] = max(0, logits[row, column]) }
      }
      let sum = logits[row: row].reduce(0.0) { $0 + Double($1) }
      if sum > 0 { logits.scale(row: row, by: Float(1 / sum)) }
    }
  }
}

extension LatentInspector {
  /// Points decoded in one product: keeps blocks × items small.
  static var decodedBlock: Int { 64 }

  /// How well users' codes give back their own items.
  func reconstruction<Latent>(
    _ model: Autoencoder<Latent>, _ centers: Matrix<Float>
  ) throws -> ReconstructionFindings {
    let users = sample(options.boundUsers, of: centers.rows)
    let blocks = stride(from: 0, to: users.count, by: Self.decodedBlock).map {
      Array(users[$0..<min(users.count, $0 + Self.decodedBlock)])
    }
    let values = try processor.map(count: blocks.count) { index in
      var logits = model.decode(centers.selecting(rows: blocks[index]), using: processor.engine)
      return model.design.likelihood.logLikelihoods(&logits, of: profiles.items) { blocks[index][$0] }
    }.flatMap(\.self)
    return ReconstructionFindings(
      users: users.count, logLikelihood: Statistics.mean(values),
      standardError: Statistics.standardError(values),
      perplexity: perplexity(model.design.likelihood, values, users))
  }

  /// exp(−Σ values ÷ Σ items), for a multinomial.
  func perplexity(_ likelihood: Likelihood, _ values: [Double], _ users: [Int]) -> Double? {
    let items = users.reduce(0) { $0 + profiles.items.count(ofRow: $1) }
    guard likelihood == .multinomial, items > 0 else { return nil }
    return exp(-values.reduce(0, +) / Double(items))
  }
}
