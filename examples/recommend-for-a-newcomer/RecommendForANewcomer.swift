// Train Mult-VAE once, then recommend to a user it was not trained on, known only by a list of titles.
//
//     swift run -c release recommend-for-a-newcomer

import Doppel

@main
struct RecommendForANewcomer {
  static func main() throws {
    let seed = Seed(1)
    var population = Population.plain
    (population.users, population.items, population.tastes) = (800, 200, 4)
    let data = try population.simulate(seed: seed).interactions

    // No test part: validation chooses the epoch, then the model is fitted again on everyone.
    let split = try RankingSplit.users(data, seed: seed, forTraining: true)
    var multVAE = MultVAE()
    multVAE.hidden = [64]
    multVAE.latent = 16
    multVAE.training.epochs = 30
    let processor = Processor(engine: try ProductEngine.fastest())
    let fit = try Experiment(split, seed: seed, processor: processor).fit(multVAE)
    let model = ModelDirectory(configuration: multVAE, model: fit.model, items: split.items)

    // Titles name their genre. The newcomer has five of one genre; folding them in takes no training.
    let liked = Array(split.items.ids.filter { $0.hasSuffix("(Western)") }.prefix(5))
    print("Somebody new has")
    for title in liked { print("  \(title)") }

    print("and may like")
    let newcomer = try model.audience(items: liked)
    try model.recommend(to: newcomer, k: 5, processor: processor) { _, list in
      for entry in list { print("  \(split.items[entry.item])") }
    }
  }
}
