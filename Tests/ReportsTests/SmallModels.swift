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
    var population = Population()
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

  /// A page with one explorer.
  static func page(_ model: String, budget: Int? = nil, hostile: Bool = false) throws -> ReportPage {
    let data = try data()
    let (rows, _) = data.rows(in: data.items)
    var (users, items) = (data.users.ids, data.items.ids)
    if hostile {
      for (place, id) in Hostile.ids.enumerated() { (users[place], items[place]) = (id, id) }
    }
    var explorer = LatentExplorer(
      hostile ? Hostile.ids[0] : model, model: try fit(model, rows), userIDs: users, profiles: Profiles(items: rows),
      items: Vocabulary(ids: items))
    if let budget { explorer.byteBudget = budget }
    var page = ReportPage("Explorer of \(model)")
    page.append(ReportSection("Explore", try explorer.blocks(processor: processor)))
    return page
  }
}
