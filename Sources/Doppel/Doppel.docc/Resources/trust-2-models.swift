// Three models, the same made-up people, the same split: which one finds what people will like?
//
//     swift run -c release compare-models

import Doppel

@main
struct CompareModels {
  static func main() throws {
    let seed = Seed(1)
    var population = Population.plain
    (population.users, population.items, population.tastes) = (800, 200, 4)
    let data = try population.simulate(seed: seed).interactions

    // Strong generalisation: no model is trained on a test user.
    let split = try RankingSplit.users(data, heldOut: 0.2, seed: seed)

    var ae = AE()
    ae.latent = 32
    ae.training.epochs = 30
    var multVAE = MultVAE()
    multVAE.hidden = [64]
    multVAE.latent = 16
    multVAE.training.epochs = 30
  }
}
