public import Compute
import Foundation
public import InteractionData

/// The two terms of the evidence lower bound at β = 1, whatever β the model was trained with: means over users, in
/// nats.
///
/// For the multinomial likelihood, the constant `log N! − Σ log xᵢ!` is left out, as in the loss.
public struct EvidenceBound: Codable, Sendable, Equatable {
  /// The expected negative log-likelihood, by one draw from each posterior.
  public let reconstruction: Double
  /// The divergence of the posteriors from the prior: exact for N(0, I), otherwise estimated by the same draw.
  public let divergence: Double

  /// The bound, `−reconstruction − divergence`: larger is better.
  public var value: Double { -reconstruction - divergence }
}

extension Autoencoder where Latent == GaussianLatent {
  /// The bound for some users, with all items of each as input; the input is not corrupted.
  ///
  /// The noise of a user depends only on the seed and the user's place, so two models, or two epochs of one model, are
  /// compared with the same noise. Source: Kingma & Welling, ICLR 2014, equation 3.
  ///
  /// - Precondition: there is at least one user.
  public func evidenceBound(of profiles: Profiles, seed: Seed, processor: Processor) throws -> EvidenceBound {
    let users = profiles.items.rowCount
    precondition(users > 0, "a bound needs at least one user")
    let (size, prior) = (64, prior)
    @Sendable func loss(_ users: Range<Int>, _ logits: consuming Matrix<Float>) -> Double {
      let part = profiles.items.selecting(rows: users)
      var sum = 0.0
      for row in 0..<users.count {
        sum += design.likelihood.negativeLogLikelihood(&logits, row: row, of: part, profile: row)
      }
      return sum
    }
    let drawn = try mapCodes(of: profiles, inBlocksOf: size, processor: processor) {
      block, codes -> (users: Range<Int>, latents: Matrix<Float>?, loss: Double, divergence: Double) in
      var noise = Matrix<Float>(rows: block.count, columns: design.latent)
      var row = Matrix<Float>(rows: 1, columns: design.latent)
      for (place, user) in block.enumerated() {
        var random = seed.stream(.bound, user)
        random.fillGaussian(&row)
        noise.copy(row, toRow: place)
      }
      let latents = codes.mean.addingScaledNoise(noise, logVariance: codes.logVariance)
      let divergence = prior.divergences(codes, at: latents).reduce(0, +)
      // The draw must wait for other processes only if they have a part of the logits.
      guard division != nil else {
        return (block, nil, loss(block, decode(latents, using: processor.engine)), divergence)
      }
      return (block, latents, 0, divergence)
    }
    var losses = drawn.map(\.loss)
    if let division {
      losses = try drawn.rounds(of: processor.threadsEverywhere).flatMap { round in
        let own = try processor.map(count: round.count) { place in
          round[place].latents.map { ownLogits($0, using: processor.engine) }
        }
        // A loss of whole rows, with sums in the same order as in one process.
        let logits = try own.compactMap(\.self).map(division.joined)
        return try processor.map(count: round.count) { loss(round[$0].users, logits[$0]) }
      }
    }
    let total = zip(losses, drawn).reduce((0.0, 0.0)) { ($0.0 + $1.0, $0.1 + $1.1.divergence) }
    return EvidenceBound(reconstruction: total.0 / Double(users), divergence: total.1 / Double(users))
  }
}
