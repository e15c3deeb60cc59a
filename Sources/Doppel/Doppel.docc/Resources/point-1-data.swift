// The same person, seen by an autoencoder and by a variational one: a point, and a distribution.
//
//     swift run -c release point-or-distribution

import Doppel
import Foundation

@main
struct PointOrDistribution {
  static func main() throws {
    let seed = Seed(1)
    var population = Population.plain
    (population.users, population.items, population.tastes) = (800, 200, 4)
    let data = try population.simulate(seed: seed).interactions
    let rows = data.rows(in: data.items).rows
    let engine = try ProductEngine.fastest()
    let trainer = Trainer(processor: Processor(engine: engine), seed: seed)
    let options = TrainingOptions(epochs: 30)
  }
}
