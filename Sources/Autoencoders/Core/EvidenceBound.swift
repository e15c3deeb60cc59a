public import Compute
import Foundation
public import InteractionData

/// The two terms of the evidence lower bound at β = 1, whatever β a model was trained with: means over users, in nats.
///
/// For the multinomial the constant `log N! − Σ log xᵢ!` is left out, as in the loss.
public struct EvidenceBound: Codable, Sendable, Equatable {
  /// The expected negative log-likelihood, by one draw from each posterior.
  public let reconstruction: Double
  /// The divergence of the posteriors from the prior: exact for N(0, I), else by the same draw.
  public let divergence: Double

  /// The bound, `−reconstruction − divergence`: larger is better.
  public var value: Double { -reconstruction - divergence }
}

extension Autoencoder where Latent == GaussianLatent {
  /// The bound for some users, each shown all of what they have; the input is not corrupted.
  ///
  /// The noise of a user depends on the seed and the user's place alone, so two models, or two epochs of one, are held against
  /// each other with the same noise. Source: Kingma & Welling, ICLR 2014, equation 3.
  ///
  /// - Precondition: there is at least one user.
  public func evidenceBound(of profiles: Profiles, seed: Seed, processor: Processor) throws -> EvidenceBound {
    let users = profiles.items.rowCount
    precondition(users > 0, "a bound for nobody")
    let (size, prior) = (64, prior)
    let sums = try processor.map(count: (users + size - 1) / size) { block in
      let block = block * size..<min(users, (block + 1) * size)
      let part = profiles.selecting(block)
      let codes = encode(part, using: processor.engine)
      var noise = Matrix<Float>(rows: block.count, columns: design.latent)
      var row = Matrix<Float>(rows: 1, columns: design.latent)
      for (place, user) in block.enumerated() {
        var random = seed.stream(.bound, user)
        random.fillGaussian(&row)
        noise.copy(row, toRow: place)
      }
      let latents = codes.mean.addingScaledNoise(noise, logVariance: codes.logVariance)
      var logits = decode(latents, using: processor.engine)
      let loss = (0..<block.count).reduce(0.0) {
        $0 + design.likelihood.negativeLogLikelihood(&logits, row: $1, of: part.items, profile: $1)
      }
      return (loss, prior.divergences(codes, at: latents).reduce(0, +))
    }
    let total = sums.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
    return EvidenceBound(reconstruction: total.0 / Double(users), divergence: total.1 / Double(users))
  }
}
