import Autoencoders
import Compute
import Generation
import InteractionData

/// Synthetic users from a fitted model, in every way it has.
struct GenerativeDrawing {
  /// Who the model was fitted on, each with an item.
  let users: Profiles
  /// How many synthetic users are drawn from each source.
  let count: Int
  let seed: Seed
  let processor: Processor

  /// A variational model has its prior, its aggregate posterior and a fitted density, an autoencoder only the last.
  func draw(from model: any FittedModel) throws -> [(source: GenerativeSource, rows: SparseRows)] {
    switch model.latent {
    case .none: return []
    case .points(let model):
      let near = Neighbourhood(of: model, over: users, seed: seed, using: processor.engine)
      let fitted = try FittedGaussian(to: model, over: users, processor: processor)
      return [(.fitted, try rows(.fitted, of: model, from: fitted, near))]
    case .gaussians(let model):
      let near = Neighbourhood(of: model, over: users, seed: seed, using: processor.engine)
      let fitted = try FittedGaussian(to: model, over: users, processor: processor)
      let population = PopulationSource(of: model, over: users)
      return [
        (.prior, try rows(.prior, of: model, from: PriorSource(of: model), near)),
        (.population, try rows(.population, of: model, from: population, near)),
        (.fitted, try rows(.fitted, of: model, from: fitted, near)),
      ]
    }
  }

  /// Lengths as `sample` has them by default: by the place, where it predicts them.
  private func rows<Source: LatentSource>(
    _ kind: GenerativeSource, of model: Autoencoder<Source.Latent>, from source: Source, _ near: Neighbourhood
  ) throws -> SparseRows {
    guard let histogram = LengthHistogram(of: users.items) else { preconditionFailure("nobody to learn lengths from") }
    let lengths: ProfileLengths
    if near.explainedVariance <= 0 {
      lengths = .empirical(histogram)
    } else if kind == .population {
      lengths = .own(otherwise: histogram)
    } else {
      lengths = .nearby(try near.calibrated(to: histogram, by: source, seed: seed, processor: processor))
    }
    return try ProfileGenerator(model: model, source: source, lengths: lengths)
      .rows(users: count, seed: seed, processor: processor)
  }
}
