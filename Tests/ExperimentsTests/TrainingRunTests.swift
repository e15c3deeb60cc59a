import Autoencoders
import Compute
import Evaluation
import Experiments
import FileFormats
import Foundation
import InteractionData
import TestSupport
import Testing

/// `TrainingRun` as a program calls it, without the command.
@Suite("A training run")
struct TrainingRunTests {
  private static let ranking = Zoo.models.filter { $0.task == .ranking }.map { $0.name }
  private static let rating = Zoo.models.filter { $0.task == .rating }.map { $0.name }

  /// A run on a file of ratings in `folder`.
  private func run(_ name: String, in folder: String, epochs: Int = 3) throws -> TrainingRun {
    let data = SmallData.ratings(seed: 230)
    let lines = (0..<data.count).map { position in
      let (user, item) = (Int(data.userIndices[position]), Int(data.itemIndices[position]))
      return "\(data.users[user])\t\(data.items[item])\t\(data.ratings?[position] ?? 0)\n"
    }
    let path = folder + "/ratings.tsv"
    try ("user\titem\trating\n" + lines.joined()).write(toFile: path, atomically: false, encoding: .utf8)
    var run = TrainingRun(
      try SmallData.model(name, epochs: epochs), output: folder + "/model", seed: Seed(5),
      processor: SmallData.processor())
    run.data.source = .file(path)
    return run
  }

  private func files(in path: String) throws -> [String: Data] {
    try FileManager.default.contentsOfDirectory(atPath: path).reduce(into: [:]) {
      $0[$1] = try Data(contentsOf: URL(fileURLWithPath: path + "/" + $1))
    }
  }

  @Test("saves a model that is enough by itself, and says what config.json says", arguments: ranking + rating)
  func saves(_ name: String) throws {
    try withTemporaryDirectory { folder in
      let run = try run(name, in: folder)
      let trained = try run.run()
      let loaded = try ModelDirectory(contentsOf: run.output)
      #expect(loaded.record == trained.directory.record)
      #expect(loaded.model.tensors == trained.directory.model.tensors)
      let record = loaded.record
      let isRanking = run.model.task == .ranking
      #expect(record.facts?.seed == 5 && record.facts?.threads == nil && record.facts?.dataset?.name == "ratings.tsv")
      #expect(record.facts?.data?.source == .file && (record.facts?.data?.meanRating == nil) == isRanking)
      #expect(record.training?.users == 120 && record.training?.epochs == trained.history.count)
      #expect(record.training?.selection == (isRanking ? "ndcg@100" : "rmse"))
      #expect((record.profileLengths == nil) == !isRanking && (loaded.itemPopularity == nil) == !isRanking)
      #expect((record.aggregatePosterior == nil) == !run.model.isVariational)
      let card = try String(contentsOfFile: run.output + "/README.md", encoding: .utf8)
      #expect(card == ModelCard(of: loaded, history: trained.history).markdown)

      let document = try JSONValue(encoding: trained).members ?? [:]
      let config =
        try JSONValue(
          parsing: Array(Data(contentsOf: URL(fileURLWithPath: run.output + "/config.json")))
        ).members ?? [:]
      for (key, value) in config where !["format", "items", "users"].contains(key) { #expect(document[key] == value) }
      #expect(
        Set(document.keys).subtracting(config.keys) == ["output", "parameters", "seconds", "history", "notes"])
    }
  }

  @Test("interrupted and resumed, it ends in the same bytes; what is there is kept unless it may be replaced")
  func resumes() throws {
    try withTemporaryDirectory { folder in
      var run = try run("mult-vae", in: folder)
      _ = try run.run()
      let whole = try files(in: run.output)
      #expect(throws: OccupiedDirectory.self) { try run.run() }

      run.output = folder + "/again"
      run.checkpoints = .epochs(1)
      let updates = Guarded(0)
      run.observer.isInterrupted = {
        updates.withLock {
          $0 += 1
          return $0 == 9
        }
      }
      let error = #expect(throws: TrainingError.self) { try run.run() }
      guard case .interrupted? = error else { throw error ?? TrainingError.noUsers }
      #expect(throws: UnfinishedTraining.self) { try ModelDirectory(contentsOf: run.output) }
      #expect(throws: OccupiedDirectory.self) { try run.run() }

      let notes = Guarded<[String]>([])
      run.observer = RunObserver()
      run.observer.onNotes = { told in notes.withLock { $0 += told } }
      (run.replacement, run.resumes) = (.sameRun, true)
      _ = try run.run()
      #expect(notes.withLock { $0 }.contains { $0.hasPrefix("resuming from the checkpoint in \(run.output)") })
      #expect(try files(in: run.output) == whole)

      // The same run may be repeated, another one may not.
      _ = try run.run()
      run.seed = Seed(6)
      let other = #expect(throws: OccupiedDirectory.self) { try run.run() }
      guard case .modelOfAnotherRun(let difference)? = other?.content else { throw other ?? TrainingError.noUsers }
      #expect(difference == "seed is 5 there and 6 here")
    }
  }

  @Test("a run with titles is not resumed without them, which would lose them")
  func resumesWithTitles() throws {
    try withTemporaryDirectory { folder in
      var run = try run("mult-vae", in: folder)
      run.titles = folder + "/titles.tsv"
      let items = (0..<40).map { "i\($0)\tTitle \($0)\n" }.joined()
      try ("item\ttitle\n" + items).write(toFile: folder + "/titles.tsv", atomically: true, encoding: .utf8)
      run.checkpoints = .epochs(1)
      let updates = Guarded(0)
      run.observer.isInterrupted = {
        updates.withLock {
          $0 += 1
          return $0 == 9
        }
      }
      #expect(throws: TrainingError.self) { try run.run() }
      run.observer = RunObserver()
      (run.replacement, run.resumes) = (.sameRun, true)
      let table = run.titles
      run.titles = nil
      let error = #expect(throws: DataError.self) { _ = try run.run() }
      #expect(error?.description.contains("titlesHash is") == true, "\(String(describing: error))")
      run.titles = table
      let directory = try run.run().directory
      #expect(directory.titles?.hasTitles == true)
    }
  }

  @Test("what cannot be meant is told before anything is read")
  func impossible() throws {
    try withTemporaryDirectory { folder in
      func error(_ name: String, _ change: (inout TrainingRun) throws -> Void) throws -> ImpossibleTraining? {
        var run = try run(name, in: folder)
        run.data.source = .file("/nowhere")
        try change(&run)
        return #expect(throws: ImpossibleTraining.self) { try run.run() }
      }
      #expect(try error("mult-dae") { $0.objective = .generate } == .hasNoDistribution(model: "mult-dae"))
      #expect(
        try error("mult-vae") { run in
          run.objective = .generate
          run.model = try run.model.setting(["beta": 0.2])
        } == .weightStaysBelowOne(model: "mult-vae"))
      // A model without β has no weight that could stay below 1.
      for model in Zoo.defaults { #expect(model.canGenerate == model.isVariational, "\(model.name)") }
      #expect(try error("ae") { $0.selection = .rmse } == .cannotSelect(.rmse))
      var large = try run("ae", in: folder)
      large.memoryLimit = 1000
      let needed = #expect(throws: TooLittleMemory.self) { try large.run() }
      #expect(needed?.allowed == 1000 && needed?.isLimited == true && needed?.largestBatch == nil)
      #expect(!FileManager.default.fileExists(atPath: large.output))
    }
  }

  @Test("with too many dimensions for a covariance, record and card have what needs none, and a note says so")
  func wide() throws {
    try withTemporaryDirectory { folder in
      var run = try run("mult-vae", in: folder, epochs: 1)
      let width = AggregatePosterior.mostCorrelatedDimensions + 1
      run.model = try run.model.setting(["latent": .number(Double(width))])
      let trained = try run.run()
      let posterior = try #require(trained.directory.record.aggregatePosterior)
      #expect(posterior.dimensions == width && posterior.divergence != nil && posterior.jointDivergence == nil)
      #expect(trained.notes.contains { $0.contains("is not computed: 1001 latent dimensions are more than 1000") })
      let card = try String(contentsOfFile: run.output + "/README.md", encoding: .utf8)
      #expect(card.contains("it is not computed for more than 1000 dimensions"))
      #expect(try ModelDirectory(contentsOf: run.output).record.aggregatePosterior == posterior)
    }
  }

  @Test("a δ that protects nobody is told before the training, in its notes and on the card")
  func largeDelta() throws {
    try withTemporaryDirectory { folder in
      var run = try run("mult-vae", in: folder, epochs: 1)
      run.privacy = PrivacyRequest(epsilon: 1, delta: 0.9999, noiseSeed: 1)
      let told = Guarded<[String]>([])
      run.observer.onNotes = { notes in told.withLock { $0 += notes } }
      let notes = try run.run().notes.filter { $0.hasPrefix("δ = 0.9999 protects nobody: with 120 users") }
      #expect(notes.count == 1 && told.withLock { Set($0).isSuperset(of: notes) })
      let card = try String(contentsOfFile: run.output + "/README.md", encoding: .utf8)
      #expect(card.contains("**Warning:** δ = 0.9999 protects nobody"))
    }
  }

  @Test("trained to generate, the bound chooses the epoch, and the record says so")
  func generates() throws {
    try withTemporaryDirectory { folder in
      var run = try run("mult-vae", in: folder, epochs: 6)
      run.model = try run.model.setting(["beta": 1])
      (run.objective, run.refits) = (.generate, false)
      let training = try #require(try run.run().directory.record.training)
      #expect(training.objective == .generate && training.selection == "negative-elbo" && !training.refitted)
      #expect(training.users == 108 && training.validation.map { $0 > 0 } == true)
    }
  }
}
