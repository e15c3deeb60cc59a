package import Autoencoders
package import Compute
import Experiments
package import Generation
package import InteractionData

/// Synthetic users from a fitted model, in every way it has and at every temperature.
///
/// The streams are those of `sample`: the same model, source, temperature and seed give the same users.
package struct GenerativeDrawing {
  /// Receives the users of one source at one temperature.
  package typealias Visit = (_ source: GenerativeSource, _ temperature: Temperature, _ rows: SparseRows) throws -> Void

  /// Who the model was fitted on, each with an item.
  let users: Profiles
  /// How many synthetic users are drawn from each source.
  let count: Int
  let temperatures: [Temperature]
  /// Whether items keep the shares that they have at temperature 1.
  let keepsPopularity: Bool
  let seed: Seed
  let processor: Processor

  /// Prepares to draw `count` users from each source at each temperature.
  package init(
    users: Profiles, count: Int, temperatures: [Temperature], keepsPopularity: Bool = false, seed: Seed,
    processor: Processor
  ) {
    (self.users, self.count, self.temperatures) = (users, count, temperatures)
    (self.keepsPopularity, self.seed, self.processor) = (keepsPopularity, seed, processor)
  }

  /// A variational model has its prior, its aggregate posterior and a fitted density, an autoencoder only the last.
  ///
  /// - Throws: `DataError`, `GSLError`, the errors of `visit`.
  package func draw(from model: any FittedModel, _ visit: Visit) throws {
    switch model.latent {
    case .none: return
    case .points(let model):
      let near = Neighbourhood(of: model, over: users, seed: seed, using: processor.engine)
      let fitted = try FittedGaussian(to: model, over: users, processor: processor)
      try draw(.fitted, of: model, from: fitted, lengths(.fitted, fitted, near), visit)
    case .gaussians(let model):
      let near = Neighbourhood(of: model, over: users, seed: seed, using: processor.engine)
      let fitted = try FittedGaussian(to: model, over: users, processor: processor)
      let (prior, population) = (PriorSource(of: model), PopulationSource(of: model, over: users))
      try draw(.prior, of: model, from: prior, lengths(.prior, prior, near), visit)
      try draw(.population, of: model, from: population, lengths(.population, population, near), visit)
      try draw(.fitted, of: model, from: fitted, lengths(.fitted, fitted, near), visit)
    }
  }

  /// From the prior alone, with the lengths that the guarantee releases, because nothing else may be read of the users;
  /// nothing from a model without a prior.
  ///
  /// - Parameter secret: the seed of the training's noise.
  /// - Throws: `DataError`, the errors of `visit`.
  package func draw(
    from model: any FittedModel, under guarantee: PrivacyRecord, secret: Seed, _ visit: Visit
  ) throws {
    guard case .gaussians(let model) = model.latent else { return }
    guard let released = guarantee.lengths(of: users.items, seed: secret) else {
      preconditionFailure("a guarantee without lengths")
    }
    try draw(.prior, of: model, from: PriorSource(of: model), .empirical(released), visit)
  }

  private func draw<Source: LatentSource>(
    _ kind: GenerativeSource, of model: Autoencoder<Source.Latent>, from source: Source, _ lengths: ProfileLengths,
    _ visit: Visit
  ) throws {
    var generator = ProfileGenerator(model: model, source: source, lengths: lengths)
    for temperature in temperatures {
      generator.temperature = temperature
      generator.correction =
        keepsPopularity && temperature != .one
        ? try PopularityCorrection(fitting: generator, seed: seed, processor: processor) : nil
      try visit(kind, temperature, generator.rows(users: count, seed: seed, processor: processor))
    }
  }

  /// Lengths as `sample` has them by default: by the place, where it predicts them.
  private func lengths(
    _ kind: GenerativeSource, _ source: some LatentSource, _ near: Neighbourhood
  ) throws -> ProfileLengths {
    guard let histogram = LengthHistogram(of: users.items) else { preconditionFailure("nobody to learn lengths from") }
    if near.explainedVariance <= 0 { return .empirical(histogram) }
    if kind == .population { return .own(otherwise: histogram) }
    return .nearby(try near.calibrated(to: histogram, by: source, seed: seed, processor: processor))
  }
}
