// An autoencoder and a variational one, trained twice each on the same made-up people: what does each of them know?
//
//     swift run -c release ae-against-vae

import Doppel

@main
struct AEAgainstVAE {
  static func main() throws {
    var population = Population.plain
    (population.users, population.items, population.tastes) = (800, 200, 4)
    let people = try population.simulate(seed: Seed(1))
    let processor = Processor(engine: try ProductEngine.fastest())

    var ae = AE()
    ae.latent = 32
    ae.training.epochs = 40
    var vae = MultVAE()
    vae.hidden = [64]
    vae.latent = 32
    (vae.training.epochs, vae.training.batchSize) = (60, 100)

    // Two runs of each that differ in nothing but the seed.
    let subjects = try [("AE", ae as any ZooModel), ("VAE", vae)].flatMap { name, configuration in
      try [1, 2].map { run in
        try subject("\(name), run \(run)", configuration, people.interactions, seed: Seed(run), processor)
      }
    }
    let study = try InspectionStudy(
      subjects, on: people.interactions, truth: Truth(people), seed: Seed(1), processor: processor)

    print("1. What is in a code? The same \(study.users) people, seen by four models.\n")
    for (group, table) in study.tables { print("\(group.rawValue)\n\n" + table.markdown()) }
    print("An AE's code is a point, so whatever needs a distribution is not defined for it.\n")

    print("2. Draw from N(0, I), decode, and see how many tastes the ten best items mix.\n")
    for subject in subjects where subject.label.hasSuffix("run 1") {
      let mixed = try tastesOfDraws(subject.directory, people, processor)
      print("   \(subject.label): \(mixed)")
    }
    print("   Only the VAE was trained to make sense of such points.\n")

    print("3. Train again with another seed: is the space the same?\n")
    print(study.agreementTable.markdown())
    print("Procrustes is what is left after the best rotation; 0 would be the same space.\n")

    print("4. Do the codes know the true tastes?\n")
    if let table = study.recoveryTable { print(table.markdown()) }
    for sentence in study.sentences { print(sentence) }
  }

  private static func subject(
    _ label: String, _ configuration: any ZooModel, _ data: Interactions, seed: Seed, _ processor: Processor
  ) throws -> InspectionSubject {
    let rows = data.rows(in: data.items).rows
    let trainer = Trainer(processor: processor, seed: seed)
    let fit = try configuration.fit(to: rows, trainer: trainer, validate: nil)
    return InspectionSubject(
      label: label, directory: ModelDirectory(configuration: configuration, model: fit.model, items: data.items))
  }

  /// The mean number of tastes among the ten best items of 200 decoded draws.
  private static func tastesOfDraws(
    _ directory: ModelDirectory, _ people: SimulatedPopulation, _ processor: Processor
  ) throws -> String {
    var random = Seed(7).stream(.sampling)
    let logits: Matrix<Float>
    switch directory.model.latent {
    case .gaussians(let model):
      logits = model.decode(model.drawFromPrior(count: 200, using: &random), using: processor.engine)
    case .points(let model):
      // There is no drawFromPrior for a point; one can only pretend.
      var pretended = Matrix<Float>(rows: 200, columns: model.design.latent)
      random.fillGaussian(&pretended)
      logits = model.decode(pretended, using: processor.engine)
    case .none: return "no codes"
    }
    var tastes = 0
    for row in 0..<logits.rows {
      let best = try topK(logits[row: row], k: 10).compactMap { people.catalogue.index(of: directory.items[$0.item]) }
      tastes += Set(best.map { people.itemTastes[$0] }).count
    }
    return "\(Double(tastes) / Double(logits.rows)) tastes of \(people.tasteNames.count) in ten items"
  }
}
