import Autoencoders
import Compute
import Experiments
import FileFormats
import InteractionData
import Testing

@Suite("Model cards")
struct ModelCardTests {
  private func directory(_ name: String = "ml \"100k\"\nnew", validation: Double? = 0.25, refitted: Bool = true) throws
    -> ModelDirectory
  {
    var model = MultVAE()
    (model.hidden, model.latent, model.training.epochs) = ([3], 2, 4)
    let data = Interactions(name: name, pairs: [(user: "u", item: "a"), (user: "v", item: "b")])
    var facts = RunFacts(
      seed: Seed(9), Processor(engine: .gsl, threads: 1), dataset: DataSummary(data))
    facts.threads = nil
    var record = ModelRecord(facts: facts)
    let fit = Fit(
      model: 0, history: try history(validation), bestEpoch: 2, extent: .everything, isRefitted: refitted)
    record.training = TrainingRecord(fit, users: 1, objective: .recommend, selection: "ndcg@100")
    return ModelDirectory(
      configuration: model,
      model: Autoencoder(
        design: model.design, network: Network(model.design, items: 2, users: 2, seed: Seed(1))),
      items: data.items, record: record)
  }

  private func history(_ validation: Double?) throws -> [EpochRecord] {
    try (1...4).map { epoch in
      try JSONValue.object([
        "epoch": .number(Double(epoch)), "users": 50, "seconds": 1, "reconstruction": .number(10 - Double(epoch)),
        "divergence": 0.5, "beta": 0.125, "heldLogVariances": 0, "validation": validation.map { .number($0) } ?? .null,
      ]).decoded(as: EpochRecord.self)
    }
  }

  @Test("name data, validation and the epoch; a name cannot break the front matter")
  func text() throws {
    let directory = try directory()
    let card = ModelCard(of: directory, history: try history(0.25)).markdown
    for line in [
      #"dataset: {name: "ml \"100k\" new", type: interactions}"#,
      "metrics: [{type: ndcg@100, value: 0.2500, name: validation}]",
      "Fitted to ml \"100k\" new: 2 users × 2 items, 2 interactions (density 0.5000). "
        + "\(directory.model.parameterCount) weights. Seed 9, \(ProductEngine.gsl.name), Doppel \(DoppelVersion.current).",
      "1 of the users were trained on; the others were held out to choose the epoch.",
      "Validation ndcg@100 0.2500 at epoch 2 of 4, then fitted again on all data for 2 epochs. ",
      "| reconstruction (nats per user) | 8.0000 |", "| KL (nats per user) | 0.5000 |", "| β | 0.1250 |",
      "| latent | 2 |",
    ] { #expect(card.contains(line), "\(line) is not in \(card)") }
    #expect(!card.contains("aggregate posterior"))
    // What follows from the data is shown as the number that was used.
    let used = directory.configuration.settingsUsed(rows: 50).hyperparameters["batchSize"]?.flagText ?? ""
    #expect(used != "none" && card.contains("| batchSize | \(used) |"))
  }

  @Test("say where nothing was held out, and how far the aggregate posterior is from the prior")
  func other() throws {
    var directory = try directory(validation: nil, refitted: false)
    directory.record.aggregatePosterior = try JSONValue.object([
      "users": 2, "dimensions": 2, "activeUnits": 1, "divergence": 0.5, "largestDivergence": 0.5,
      "jointDivergence": 0.75,
    ]).decoded(as: PosteriorSummary.self)
    let card = ModelCard(of: directory, history: try history(nil)).markdown
    #expect(card.contains("Nothing could be held out to choose an epoch: the model was fitted for all 2 epochs."))
    #expect(card.contains("metrics: []\n"))
    #expect(
      card.contains("1 of 2 latent dimensions are active.") && card.contains("is 0.5000 nats by the mean")
        && card.contains("(at most 0.5000 in one) and 0.7500 nats by mean and full covariance"))
  }

  @Test("a model without a record has a card too")
  func bare() {
    let directory = ModelDirectory(
      configuration: Popularity(), model: Popularity.Fitted(counts: [1, 1]), items: Vocabulary(ids: ["a", "b"]))
    #expect(ModelCard(of: directory).markdown.contains("# popularity\n\n2 weights. \n\nAny safetensors reader"))
  }
}
