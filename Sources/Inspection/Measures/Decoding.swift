import Autoencoders
import Compute
import Foundation
import InteractionData

extension LatentInspector {
  /// Points decoded in one product: keeps blocks × items small.
  static var decodedBlock: Int { 64 }

  /// The log-likelihood of each row's items given logits, in nats and without constants; the logits are used up.
  ///
  /// - Parameter user: the user that belongs to a row of the logits.
  func logLikelihoods(_ likelihood: Likelihood, _ logits: inout Matrix<Float>, user: (Int) -> Int) -> [Double] {
    (0..<logits.rows).map { row in
      -likelihood.negativeLogLikelihood(&logits, row: row, of: profiles.items, profile: user(row))
    }
  }

  /// How well users' codes give back their own items.
  func reconstruction<Latent>(
    _ model: Autoencoder<Latent>, _ centers: Matrix<Float>
  ) throws -> ReconstructionFindings {
    let users = sample(options.boundUsers, of: centers.rows)
    let blocks = users.rounds(of: Self.decodedBlock)
    let values = try processor.map(count: blocks.count) { index in
      var logits = model.decode(centers.selecting(rows: blocks[index]), using: processor.engine)
      return logLikelihoods(model.design.likelihood, &logits) { blocks[index][$0] }
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
