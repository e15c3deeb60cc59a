import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats
import Foundation
import InteractionData
import Presentation
import TestSupport
import Testing

@Suite("Ranking experiments")
struct RankingExperimentTests {
  private static let metrics = [Metric(.ndcg, at: 10), Metric(.recall, at: 20), Metric(.coverage, at: 10)]

  private func experiment(
    _ split: RankingSplit, threads: Int = 2, observer: RunObserver = RunObserver()
  ) -> Experiment<RankingSplit> {
    var experiment = Experiment(split, seed: Seed(1), processor: SmallData.processor(threads: threads))
    experiment.metrics = Self.metrics
    experiment.observer = observer
    return experiment
  }

  private func split(seed: UInt64 = 200) throws -> RankingSplit {
    try RankingSplit.users(SmallData.population(seed: seed), seed: Seed(seed))
  }

  @Test("the table has one row a model and the comparisons all pairs on every metric with a value per user")
  func comparison() throws {
    let experiment = experiment(try split())
    let names = ["popularity", "ae", "mult-dae", "mult-vae"]
    let results = try names.map { try experiment.run(SmallData.model($0, epochs: 3)).result }
    let comparison = Comparison(results, metrics: Self.metrics)
    let lines = comparison.table.markdown().split(separator: "\n")
    #expect(lines.count == 2 + names.count)
    for (line, name) in zip(lines.dropFirst(2), names) { #expect(line.hasPrefix("| \(name) "), "\(line)") }
    // Coverage is of all users together; the other two have 4·3/2 pairs each.
    #expect(comparison.pairs.count == 2 * 6)
    for metric in Self.metrics.prefix(2) {
      let pairs = comparison.pairs.filter { $0.metric == metric }
      #expect(Set(pairs.map { Set([$0.a, $0.b]) }).count == 6)
      for pair in pairs {
        let value = { (name: String) in results.first { $0.name == name }?[metric]?.value ?? .nan }
        // Means of differences and differences of means of 40 numbers below 1.
        #expect(abs(pair.difference - (value(pair.a) - value(pair.b))) < 1e-12)
      }
    }
    #expect(comparison.mainMetric == Self.metrics[0])
    #expect(!comparison.sentences.isEmpty)
  }

  @Test(
    "mult-vae and mult-dae find more of a simulated population's tastes than popularity",
    arguments: [200, 201] as [UInt64])
  func betterThanPopularity(seed: UInt64) throws {
    let experiment = experiment(try split(seed: seed))
    let popularity = try experiment.run(Popularity()).result
    for name in ["mult-vae", "mult-dae"] {
      let result = try experiment.run(SmallData.model(name)).result
      for metric in Self.metrics.prefix(2) {
        let (found, baseline) = (result[metric]?.value ?? 0, popularity[metric]?.value ?? 1)
        #expect(found > 1.3 * baseline, "\(name) \(metric), seed \(seed): \(found) beside \(baseline)")
      }
    }
  }

  @Test("metrics and weights are the same on 1 and 2 threads", arguments: ["cdae", "mult-vae"])
  func threads(_ name: String) throws {
    let split = try split()
    let (one, two) = try (
      experiment(split, threads: 1).run(SmallData.model(name, epochs: 4)).result,
      experiment(split, threads: 2).run(SmallData.model(name, epochs: 4)).result
    )
    #expect(one.scores == two.scores)
    #expect(one.ranking == two.ranking)
    #expect(one.history.map(\.reconstruction) == two.history.map(\.reconstruction))
    #expect(one.bestEpoch == two.bestEpoch)
  }

  @Test("a second fit runs the epochs that validation chose, on everything")
  func refit() throws {
    let data = try SmallData.population(seed: 202)
    let split = try RankingSplit.users(data, seed: Seed(202), forTraining: true)
    let everything = try #require(split.refit)
    let epochs = Guarded(0)
    var observer = RunObserver()
    observer.onEpoch = { _, record in
      epochs.withLock { $0 += 1 }
    }
    let configuration = try SmallData.model("mult-dae", epochs: 6)
    let fit = try experiment(split, observer: observer).run(configuration).fit
    let best = fit.history.max { ($0.validation ?? 0) < ($1.validation ?? 0) }
    #expect(fit.history.count == 6)
    #expect(fit.history.first { $0.epoch == fit.bestEpoch }?.validation == best?.validation)
    #expect(epochs.withLock { $0 } == 6 + fit.bestEpoch)

    var once = experiment(split)
    once.refits = false
    let onlyTrain = try once.run(configuration).fit
    #expect(onlyTrain.bestEpoch == fit.bestEpoch)
    #expect(parameters(onlyTrain) != parameters(fit))
    #expect(everything.rowCount == data.users.count && split.train.rowCount < everything.rowCount)
  }

  private func parameters(_ fit: Fit<any FittedModel>) -> [String: Tensor] { fit.model.tensors }

  @Test("cdae says what stands in for the vectors of users it has not seen, and only then")
  func cdaeNote() throws {
    let configuration = try SmallData.model("cdae", epochs: 2)
    let unseen = try experiment(try split()).run(configuration).result
    #expect(unseen.notes.contains { $0.contains("new users get the mean vector") })
    let zero = try experiment(try split()).run(configuration.setting(["unseenUsers": "zero"])).result
    #expect(zero.notes.contains { $0.contains("new users get a vector of zeros") })
    let seen = try RankingSplit.interactions(SmallData.population(seed: 203), seed: Seed(203))
    #expect(try !experiment(seen).run(configuration).result.notes.contains { $0.contains("vector") })
    #expect(try !experiment(try split()).run(Popularity()).result.notes.contains { $0.contains("vector") })
  }

  @Test("novelty is by the rows that the model was fitted to in the end")
  func novelty() throws {
    var random = Seed(9).stream(.simulation)
    let metric = Metric(.novelty, at: 10)
    var (known, wanted): ([(user: String, item: String)], [(user: String, item: String)]) = ([], [])
    for user in 0..<40 {
      let items = random.permutation(20).prefix(12).map { (user: "u\(user)", item: "i\($0)") }
      known += items.prefix(10)
      wanted += items.suffix(2)
    }
    let train = Interactions(name: "train", pairs: known)
    let split = try RankingSplit.files(
      train: train, test: Interactions(name: "test", pairs: wanted), seed: Seed(1))
    let counts = train.items.ids.map { id in known.count { $0.item == id } }
    // Twenty items less the ten that a user has leave ten, which are all listed.
    let owned = (0..<40).map { user in Set(known.filter { $0.user == "u\(user)" }.map(\.item)) }
    let byHand = owned.map { own in
      Statistics.mean(
        zip(train.items.ids, counts).filter { !own.contains($0.0) }.map { -log2(Double($0.1) / 40) })
    }
    var experiment = experiment(split)
    experiment.metrics = [metric]
    expectClose(
      [try #require(try experiment.run(Popularity()).result[metric]?.value)], [Statistics.mean(byHand)], within: 1e-12,
      "novelty over whole rows")
    #expect(experiment.fittedRows == split.refit)
    experiment.refits = false
    #expect(experiment.fittedRows == split.train)
    #expect(try experiment.run(Popularity()).result[metric]?.value != Statistics.mean(byHand))
  }

  @Test("a model whose weights have grown too large is told by name, with the item's id and what to do")
  func unusable() throws {
    let huge = try SmallData.model("mult-vae", epochs: 1).setting(["learningRate": 1e38, "batchSize": 10_000])
    let data = try SmallData.population(seed: 204)
    for forTraining in [false, true] {
      let split = try RankingSplit.users(data, seed: Seed(204), forTraining: forTraining)
      let error = #expect(throws: TrainingError.self) { try experiment(split).fit(any: huge) }
      let text = error.map { "\($0)" } ?? ""
      #expect(text.hasPrefix("mult-vae: its score of item '") && text.contains("' for user 'user-"), "\(text)")
      #expect(text.hasSuffix("try a smaller learning rate than 1e+38"), "\(text)")
    }
    var generating = experiment(try RankingSplit.users(data, seed: Seed(204)))
    generating.objective = .generate
    let bound = #expect(throws: TrainingError.self) { try generating.fit(any: huge) }
    #expect(bound.map { "\($0)" }?.hasPrefix("mult-vae: its evidence lower bound is not a finite number") == true)
    // Without anybody to validate on, the last update is followed by no loss either.
    let (rows, _) = data.rows(in: data.items)
    let unchecked = RankingSplit(
      kind: .users, items: data.items, trainUserIDs: data.users.ids, train: rows, validation: nil, refit: nil, test: nil
    )
    #expect(throws: TrainingError.self) { try experiment(unchecked).fit(any: huge) }
  }

  @Test("an interrupted run is an error")
  func interruption() throws {
    var observer = RunObserver()
    observer.isInterrupted = { true }
    let experiment = experiment(try split(), observer: observer)
    #expect(throws: TrainingError.self) { try experiment.run(SmallData.model("ae")) }
  }
}
