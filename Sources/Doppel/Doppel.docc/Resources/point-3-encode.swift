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

    var ae = AE()
    ae.latent = 8
    var multVAE = MultVAE()
    multVAE.hidden = [64]
    multVAE.latent = 8
    // What encode returns follows from the design: the compiler knows which of the two has distributions.
    let point = try trainer.fit(ae.design, to: rows, options: options).model
    let distribution = try trainer.fit(multVAE.design, to: rows, options: options).model

    // Someone with all of their items, and the same person when only two are known.
    let full = rows.indices(ofRow: 0).map(Int.init)
    let people = Profiles(
      items: SparseRows(columnCount: rows.columnCount, rows: [full, Array(full.prefix(2))]))

    let points = point.encode(people, using: engine).points
    let posteriors = distribution.encode(people, using: engine)
    let divergences = distribution.divergences(posteriors)
  }
}
