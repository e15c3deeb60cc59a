import Autoencoders
import Compute
import FileFormats
import InteractionData
import Testing

/// Every ranking model, small enough to be fitted in a moment.
enum RankingZoo {
  static let epochs: JSONValue = 60

  static func small(_ configuration: any ZooModel) throws -> any ZooModel {
    try configuration.settingWhereKnown([
      "latent": 4, "hidden": .array([8]), "epochs": epochs, "learningRate": 0.02, "batchSize": 20, "patience": 0,
      "negatives": 2,
    ])
  }

  /// Fits the model of a name.
  static func fit(
    _ name: String, to rows: SparseRows, seed: UInt64 = 1, threads: Int = 2
  ) throws -> (configuration: any ZooModel, model: any FittedModel) {
    let plain = try #require(Zoo.named(name), "no model \(name)")
    let configuration = try small(plain)
    let trainer = Trainer(processor: Processor(engine: .gsl, threads: threads), seed: Seed(seed))
    return (configuration, try configuration.fit(to: rows, trainer: trainer, validate: nil).model)
  }

  static let names = Zoo.defaults(for: .ranking).map(\.name)
  static let personal = Zoo.defaults(for: .ranking).filter { !type(of: $0).isBaseline }.map(\.name)
}
