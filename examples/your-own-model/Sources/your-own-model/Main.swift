// A model and a metric that Doppel does not have, in a comparison with one that it has: table, tests, report, file.
//
//     swift run -c release --package-path examples/your-own-model your-own-model

import Doppel

@main
struct YourOwnModel {
  static func main() throws {
    let seed = Seed(1)
    var population = Population.plain
    (population.users, population.items, population.tastes) = (800, 200, 4)
    let data = try population.simulate(seed: seed).interactions
    let split = try RankingSplit.users(data, heldOut: 0.2, seed: seed)
    let processor = Processor(engine: try ProductEngine.fastest())

    var multDAE = MultDAE()
    (multDAE.latent, multDAE.training.epochs) = (32, 30)
    let halfLife = Metric(Metric.Kind("half-life", HalfLife.self), at: 20)
    var experiment = Experiment(split, seed: seed, processor: processor)
    experiment.metrics = [Metric(.ndcg, at: 20), halfLife]
    let runs = try [Popularity() as any ZooModel, multDAE, ItemKNN()].map { try experiment.run($0) }

    let comparison = Comparison(runs.map(\.result), metrics: experiment.metrics)
    print(comparison.table.markdown())
    for sentence in comparison.sentences { print(sentence) }

    // A report with plots, and the model in a directory of its own. Loading needs to know of the model.
    let facts = RunFacts(seed: seed, processor, dataset: DataSummary(data), split: split.description)
    let document = ResultDocument(facts, comparison, notes: split.notes)
    try ComparisonReport(document, itemPopularity: split.train.columnCounts()).page
      .write(to: "report.html")
    let fitted = runs[2].fit.model
    try ModelDirectory(configuration: ItemKNN(), model: fitted, items: split.items)
      .write(to: "item-knn", card: "# item-knn\n")
    let loaded = try ModelDirectory(contentsOf: "item-knn", among: [ItemKNN.self])
    let newcomer = try loaded.audience(items: Array(split.items.ids.prefix(3)))
    print("Saved, loaded, and for someone with three items:")
    try loaded.recommend(to: newcomer, k: 3, processor: processor) { _, list in
      for entry in list { print("  \(loaded.items[entry.item])") }
    }
  }
}
