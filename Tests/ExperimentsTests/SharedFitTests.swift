import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats
import Foundation
import InteractionData
import TestSupport
import Testing

/// Models that are compared and blended are fitted once.
@Suite("Fits that several models ask for", .serialized)
struct SharedFitTests {
  private static func vae() throws -> any ZooModel { try SmallData.model("mult-vae", epochs: 3) }

  private func experiment(refits: Bool) throws -> Experiment<RankingSplit> {
    let data = try SmallData.population(seed: 250)
    var split = try RankingSplit.users(data, heldOut: 0.2, seed: Seed(250))
    if refits {
      // What `compare --train` does without `--validation`: held back, and then fitted with the rest.
      split = try RankingSplit.interactions(data, seed: Seed(250))
      split = RankingSplit(
        kind: .files, items: split.items, trainUserIDs: split.trainUserIDs, train: split.train,
        validation: split.validation, refit: UserRows(ids: data.users.ids, rows: data.rows(in: data.items).0),
        test: split.test)
    }
    var experiment = Experiment(split, seed: Seed(250), processor: SmallData.processor())
    experiment.metrics = [Metric(.ndcg, at: 100), Metric(.recall, at: 10)]
    return experiment
  }

  @Test("in any order, each is fitted once, with the results of fits of its own", arguments: [false, true])
  func once(refits: Bool) throws {
    let experiment = try experiment(refits: refits)
    let vae = try Self.vae()
    let blend = Blend(members: [Fitting(), vae])
    let orders: [[any ZooModel]] = [
      [Fitting(), vae, blend], [blend, vae, Fitting()], [Fitting(), blend, Popularity(), vae],
    ]
    let alone = try ([Fitting(), vae, blend] as [any ZooModel]).map { try experiment.run($0).result }
    for models in orders {
      let (fits, epochs) = (Fitting.fits.withLock { $0 }, Guarded(0))
      var told = experiment
      told.observer.onEpoch = { _, _ in epochs.withLock { $0 += 1 } }
      let results = try told.results(of: models)
      // A model without validation is fitted to both, where there are two.
      #expect(Fitting.fits.withLock { $0 } - fits == (refits ? 2 : 1))
      let chosen = try #require(alone[1].history.isEmpty ? nil : alone[1].bestEpoch)
      #expect(epochs.withLock { $0 } == 3 + (refits ? chosen : 0))
      for result in results {
        guard let other = alone.first(where: { $0.name == result.name }) else { continue }
        #expect(result.scores.map(\.values) == other.scores.map(\.values), "\(result.name)")
        #expect(result.configuration.isEqual(to: other.configuration) && result.parameters == other.parameters)
        #expect(result.bestEpoch == other.bestEpoch && result.history.count == other.history.count)
      }
      // The blend is told with the time of its members.
      let seconds = Dictionary(uniqueKeysWithValues: results.map { ($0.name, $0.seconds.train) })
      let (whole, part) = try (#require(seconds["blend"]), #require(seconds["mult-vae"]))
      #expect(whole > 0.5 * part)
    }
  }

  @Test("models that only look alike are not mistaken for one another")
  func others() throws {
    let experiment = try experiment(refits: false)
    let before = Fitting.fits.withLock { $0 }
    var other = Fitting()
    other.scale = 2
    _ = try experiment.results(of: [Fitting(), Blend(members: [other, Popularity()])])
    #expect(Fitting.fits.withLock { $0 } - before == 2)
  }

  @Test("members' epochs are told under both names")
  func epochs() throws {
    var experiment = try experiment(refits: false)
    let names = Guarded<[String]>([])
    experiment.observer.onEpoch = { name, _ in names.withLock { $0.append(name) } }
    _ = try experiment.run(Blend(members: [Popularity(), Self.vae()]))
    #expect(names.withLock { $0 } == ["blend: mult-vae", "blend: mult-vae", "blend: mult-vae"])
  }

  @Test("fits that are kept for later models count as memory; what does not fit is left out unless it is named")
  func memory() throws {
    let experiment = try experiment(refits: false)
    let heavy = Heavy()
    // One of it fits beside whatever else is tested at the same time, two do not.
    let limit = experiment.memory(of: heavy).total * 3 / 2
    #expect(throws: Never.self) { try experiment.memoryNotes([heavy, Popularity()], limit: limit) }
    #expect(throws: Never.self) { try experiment.memoryNotes([heavy, heavy], limit: limit) }
    // Two different ones, one of which is kept for the blend at the end.
    let second = Heavy(scale: 2)
    let blend = Blend(members: [heavy, Popularity()])
    let kept = #expect(throws: TooLittleMemory.self) {
      try experiment.memoryNotes([heavy, second, blend], limit: limit)
    }
    #expect(kept?.model == "heavy")
    #expect(throws: Never.self) { try experiment.memoryNotes([heavy, blend, second], limit: limit) }
  }

  @Test("a comparison without names leaves out what is too large, and says so")
  func tooLarge() throws {
    try withTemporaryDirectory { folder in
      let data = SmallData.ratings(seed: 251)
      let lines = (0..<data.count).map { "\(data.userIndices[$0]),\(data.itemIndices[$0])\n" }
      let path = folder + "/data.csv"
      try ("user,item\n" + lines.joined()).write(toFile: path, atomically: false, encoding: .utf8)
      var run = ComparisonRun([Popularity(), Heavy()], seed: Seed(1), processor: SmallData.processor())
      (run.data.source, run.memoryLimit) = (.file(path), 5_000_000_000)
      let refused = #expect(throws: TooLittleMemory.self) { try run.run() }
      #expect(refused?.model == "heavy")
      run.leavesOutTooLarge = true
      let notes = Guarded<[String]>([])
      run.observer.onNotes = { told in notes.withLock { $0 += told } }
      let document = try run.run().document
      #expect(document.comparison.models.map(\.name) == ["popularity"])
      let note = try #require(document.notes.first { $0.hasPrefix("heavy is left out: it needs about ") })
      #expect(note.hasSuffix(", more than the limit of 5000 MB") && notes.withLock { $0.contains(note) })
      // Where nothing fits, it is an error after all.
      run.memoryLimit = 1
      #expect(throws: TooLittleMemory.self) { try run.run() }
    }
  }
}

/// Popularity that counts how often it is fitted.
private struct Fitting: ZooModel {
  static let name = "fitting"
  static let fits = Guarded(0)
  var scale = 1

  func fit(_ data: TrainingData<Popularity.Fitted>, by trainer: Trainer) throws -> Fit<Popularity.Fitted> {
    Self.fits.withLock { $0 += 1 }
    return try Popularity().fit(data, by: trainer)
  }

  func load(_ tensors: [String: Tensor], items: Int, users: Int) throws -> Popularity.Fitted {
    try Popularity().load(tensors, items: items, users: users)
  }

  func memory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory {
    Popularity().memory(rows, processor: processor)
  }
}

/// A model that says it is large: 25 GB of 80 items, 102 GB of 160.
private struct Heavy: ZooModel {
  static let name = "heavy"
  var scale = 1

  init() {}
  init(scale: Int) { self.scale = scale }

  func fit(_ data: TrainingData<Popularity.Fitted>, by trainer: Trainer) throws -> Fit<Popularity.Fitted> {
    try Popularity().fit(data, by: trainer)
  }

  func load(_ tensors: [String: Tensor], items: Int, users: Int) throws -> Popularity.Fitted {
    try Popularity().load(tensors, items: items, users: users)
  }

  func memory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory {
    TrainingMemory(parameters: 1_000_000 * rows.width * rows.width)
  }
}
