public import Compute
import Foundation
public import InteractionData

/// A trained autoencoder: a design and its weights.
///
/// What every autoencoder can do is here: encode, decode, score. What needs a distribution stands in the extension for
/// `GaussianLatent` and does not exist for a point.
public struct Autoencoder<Latent: LatentSpace>: Sendable {
  /// What the model is.
  public let design: Design<Latent>
  /// Its weights.
  public let network: Network<Float>
  /// What stands in for an unseen user's vector; shape: 1 × H, or `nil` for none.
  private let unseenUser: Matrix<Float>?

  /// Puts a design and weights together.
  public init(design: Design<Latent>, network: Network<Float>) {
    self.design = design
    self.network = network
    unseenUser = design.userVectors == .mean ? network.meanUserVector() : nil
  }

  /// The latent codes of some users: points or distributions, as the type says.
  ///
  /// The input is not corrupted.
  public func encode(_ profiles: Profiles, using engine: ProductEngine) -> Latent.Codes {
    var block = UserBlock<Latent, Float>(design, rows: profiles.items.rowCount, forTraining: false)
    block.load(profiles)
    var multiplier = Multiplier<Float>(engine)
    block.encode(network, unseenUser: unseenUser, multiplier: &multiplier)
    return Latent.codes(of: block.head)
  }

  /// The logits of every item for latent vectors (B × L); shape: B × I.
  public func decode(_ latents: Matrix<Float>, using engine: ProductEngine) -> Matrix<Float> {
    precondition(latents.columns == design.latent, "\(latents) in a space of \(design.latent)")
    var block = UserBlock<Latent, Float>(design, rows: latents.rows, forTraining: false)
    block.latent.z = latents
    var multiplier = Multiplier<Float>(engine)
    block.decode(network, multiplier: &multiplier)
    return logits(of: block.output, using: engine)
  }

  private func logits(of output: Matrix<Float>, using engine: ProductEngine) -> Matrix<Float> {
    var logits = Matrix<Float>(rows: output.rows, columns: itemCount)
    for shard in network.shards {
      engine.multiply(
        output, transposed: shard.outputWeight, into: &logits, atColumn: shard.items.lowerBound)
      logits.add(bias: shard.outputBias, atColumn: shard.items.lowerBound)
    }
    return logits
  }
}

extension Autoencoder: Recommender {
  /// The number of items.
  public var itemCount: Int { network.itemCount }

  /// The logits of every item, from the clean input; a distribution is represented by its mean, so nothing is drawn.
  public func scores(
    for profiles: Profiles, using engine: ProductEngine
  ) throws -> Matrix<Float> {
    decode(Latent.center(of: encode(profiles, using: engine)), using: engine)
  }
}

/// What only a distribution has.
extension Autoencoder where Latent == GaussianLatent {
  /// Draws latent vectors from the prior N(0, I); shape: count × L.
  public func drawFromPrior(count: Int, using random: inout RandomSource) -> Matrix<Float> {
    var latents = Matrix<Float>(rows: count, columns: design.latent)
    random.fillGaussian(&latents)
    return latents
  }

  /// Draws one latent vector from each posterior, `mean + spread · σ ⊙ ε`; shape: B × L.
  ///
  /// - Parameter spread: 0 gives the means, 1 the posterior, more than 1 explores.
  public func drawFromPosterior(
    _ codes: GaussianLatent.Codes, spread: Float = 1, using random: inout RandomSource
  ) -> Matrix<Float> {
    var noise = Matrix<Float>(rows: codes.mean.rows, columns: codes.mean.columns)
    random.fillGaussian(&noise, deviation: Double(spread))
    return codes.mean.addingScaledNoise(noise, logVariance: codes.logVariance)
  }

  /// Each posterior's divergence from the prior, in nats.
  public func divergences(_ codes: GaussianLatent.Codes) -> [Double] {
    (0..<codes.mean.rows).map { row in
      zip(codes.mean[row: row], codes.logVariance[row: row]).reduce(0) { sum, pair in
        let (mean, logVariance) = (Double(pair.0), Double(pair.1))
        return sum + 0.5 * (exp(logVariance) + mean * mean - 1 - logVariance)
      }
    }
  }
}
