import Autoencoders
import Compute
import FileFormats
import InteractionData
import Reports
import Testing

/// Models that are fitted in a moment, for pages that need one.
enum SmallModels {
  static let processor = Processor(engine: .gsl, threads: 2)

  /// 300 users of a made-up population of 160 items.
  static func data() throws -> Interactions {
    var population = Population.plain
    (population.users, population.items, population.tastes) = (300, 160, 5)
    (population.meanProfileLength, population.minProfileLength) = (18, 8)
    return try population.simulate(seed: Seed(7)).interactions
  }

  static func fit(_ name: String, _ rows: SparseRows) throws -> any FittedModel {
    let plain = try #require(Zoo.named(name))
    var changes: [String: JSONValue] = ["latent": 14, "epochs": 12, "batchSize": 32, "learningRate": 0.005]
    if plain.hyperparameters["hidden"] != nil { changes["hidden"] = .array([24]) }
    let trainer = Trainer(processor: processor, seed: Seed(7))
    return try plain.setting(changes.filter { plain.has($0.key) })
      .fit(to: rows, trainer: trainer, validate: nil).model
  }

  /// A network with gates, skips and layer normalisation on both sides, as it starts.
  static func layered() throws -> any FittedModel {
    var model = MultVAE()
    model.latent = 14
    var design = model.design
    var encoder = LayerStack(inputs: 24)
    encoder.append(Gate())
    encoder.append(Dense(28))
    var decoder = LayerStack(inputs: 14)
    decoder.append(GatedDense(14))
    decoder.append(LayerNormalisation(), adding: [0])
    decoder.append(Dense(14, .relu), adding: [1])
    decoder.append(Swish(), adding: [0, 2])
    decoder.append(Dense(18, .sigmoid))
    design.layers = Architecture(inputActivation: .identity, encoder: encoder, decoder: decoder)
    return Autoencoder(design: design, network: Network<Float>(design, items: 160, users: 0, seed: Seed(7)))
  }

  /// A model whose prior is a mixture of three Gaussians, as it starts.
  static func mixed() throws -> Autoencoder<GaussianLatent> {
    var model = MultVAE()
    (model.latent, model.hidden) = (14, [24])
    var design = model.design
    design.prior = MixtureOfGaussians(components: 3)
    return Autoencoder(design: design, network: Network<Float>(design, items: 160, users: 0, seed: Seed(7)))
  }

  /// A page with one explorer.
  static func page(_ model: String, budget: Int? = nil, hostile: Bool = false) throws -> ReportPage {
    let data = try data()
    let fitted = try fit(model, data.rows(in: data.items).rows)
    return try page(model, of: fitted, budget: budget, hostile: hostile)
  }

  /// The same with a model made by hand.
  static func page(
    _ name: String, of model: any FittedModel, budget: Int? = nil, hostile: Bool = false
  ) throws -> ReportPage {
    let data = try data()
    let (rows, _) = data.rows(in: data.items)
    var (users, items) = (data.users.ids, data.items.ids)
    if hostile {
      for (place, id) in Hostile.ids.enumerated() { (users[place], items[place]) = (id, id) }
    }
    var explorer = LatentExplorer(
      hostile ? Hostile.ids[0] : name, model: model, userIDs: users, profiles: Profiles(items: rows),
      items: Vocabulary(ids: items))
    if let budget { explorer.byteBudget = budget }
    var page = ReportPage("Explorer of \(name)")
    page.append(ReportSection("Explore", try explorer.blocks(processor: processor)))
    return page
  }
}
