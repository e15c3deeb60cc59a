public import Compute
import Foundation
public import InteractionData

/// A trained autoencoder: a design and its weights.
///
/// All autoencoders can encode, decode and score. Operations that need a distribution are in the extension for
/// `GaussianLatent` and do not exist for points.
public struct Autoencoder<Latent: LatentSpace>: Sendable {
  /// The design.
  public let design: Design<Latent>
  /// Its weights.
  public let network: Network<Float>
  /// The vector of new users; shape: 1 × H, or `nil` for none.
  let unseenUser: Matrix<Float>?
  /// The division of items among processes; `nil` if this process has all.
  ///
  /// With a division, callers can use only collective operations (scores, ``mapCodes(of:inBlocksOf:processor:_:)``).
  let division: ShardDivision?

  /// Creates an autoencoder of a design and weights.
  public init(design: Design<Latent>, network: Network<Float>) {
    self.init(design: design, network: network, division: nil)
  }

  init(design: Design<Latent>, network: Network<Float>, division: ShardDivision?) {
    self.design = design
    self.network = network
    self.division = division
    unseenUser = design.userVectors == .mean ? network.meanUserVector() : nil
  }

  /// The latent codes of some users: points or distributions, depending on the type.
  ///
  /// The input is not corrupted.
  ///
  /// - Precondition: all items are in this process.
  public func encode(_ profiles: Profiles, using engine: ProductEngine) -> Latent.Codes {
    precondition(division == nil, "users are encoded by all processes together")
    var block = UserBlock<Latent, Float>(design, rows: profiles.items.rowCount, forTraining: false)
    block.load(profiles)
    var multiplier = Multiplier<Float>(engine)
    block.encode(sums: network.gather(block.input), network, unseenUser: unseenUser, multiplier: &multiplier)
    return Latent.codes(of: block.head)
  }

  /// The logits of every item for latent vectors (B × L); shape: B × I.
  ///
  /// - Precondition: all items are in this process.
  public func decode(_ latents: Matrix<Float>, using engine: ProductEngine) -> Matrix<Float> {
    precondition(division == nil, "a process has the logits of its own items only")
    return ownLogits(latents, using: engine)
  }

  /// The logits of this process's items; shape: B × items.
  func ownLogits(_ latents: Matrix<Float>, using engine: ProductEngine) -> Matrix<Float> {
    let output = lastHidden(of: latents, using: engine)
    guard let division else { return network.products.logits(of: output, using: engine) }
    return ShardProducts(division.own(network.shards), from: division.own.lowerBound).logits(of: output, using: engine)
  }

  /// What the decoder's last layer multiplies, for latent vectors (B × L); shape: B × D.
  private func lastHidden(of latents: Matrix<Float>, using engine: ProductEngine) -> Matrix<Float> {
    precondition(latents.columns == design.latent, "\(latents) in a space of \(design.latent)")
    var block = UserBlock<Latent, Float>(design, rows: latents.rows, forTraining: false)
    block.latent.z = latents
    var multiplier = Multiplier<Float>(engine)
    block.decode(network, multiplier: &multiplier)
    return block.output
  }
}

extension Autoencoder: Recommender {
  /// The number of items.
  public var itemCount: Int { network.itemCount }

  /// The logits of every item, from the clean input; a distribution is represented by its mean, so there is no random
  /// draw.
  ///
  /// If the items are divided among processes, all of them call this together.
  public func scores(
    for profiles: Profiles, using engine: ProductEngine
  ) throws -> Matrix<Float> {
    guard let division else { return decode(Latent.center(of: encode(profiles, using: engine)), using: engine) }
    let own = try ownScores(for: [profiles], using: Processor(engine: engine, threads: 1))
    return try division.joined(own[0])
  }
}

extension Autoencoder: FactoredRecommender {
  /// The last layer of the decoder.
  ///
  /// - Precondition: all items are in this process.
  public var itemFactors: [ItemFactors] {
    precondition(division == nil, "a process has the factors of its own items only")
    return network.shards.map { ItemFactors(vectors: $0.outputWeight, biases: $0.outputBias) }
  }

  /// The input of the decoder's last layer, from the clean input; a distribution is represented by its mean.
  ///
  /// - Precondition: all items are in this process.
  public func userFactors(for profiles: Profiles, using engine: ProductEngine) -> Matrix<Float> {
    lastHidden(of: Latent.center(of: encode(profiles, using: engine)), using: engine)
  }
}

/// Measures of a distribution.
extension Autoencoder where Latent == GaussianLatent {
  /// The prior with its learned parameters: its draws, its density, its divergences.
  public var prior: FittedPrior {
    FittedPrior(design.prior.components(latent: design.latent, network.priorParameters(design, using: .gsl)))
  }

  /// Draws latent vectors from the prior; shape: count × L.
  public func drawFromPrior(count: Int, using random: inout RandomSource) -> Matrix<Float> {
    prior.draw(count: count, using: &random)
  }

  /// log p(z) under the prior of every row (B × L), in nats.
  public func logDensities(of latents: Matrix<Float>) -> [Double] { prior.logDensities(of: latents) }

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

  /// Each posterior's divergence from the prior, in nats: exact for N(0, I), else estimated, the same at every call
  /// (`FittedPrior/divergences(_:seed:processor:)`).
  public func divergences(_ codes: GaussianLatent.Codes) -> [Double] { prior.divergences(codes, seed: Seed(0)).values }
}
