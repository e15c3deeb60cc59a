import Autoencoders
import Communication
import Compute
import Evaluation
import Experiments
import FileFormats
import Foundation
import InteractionData
import TestSupport
import Testing

@testable import Tuning

@Suite("Searches for settings")
struct TuningRunTests {
  private func run(_ models: [any ZooModel], threads: Int = 2, trials: Int = 12) throws -> TuningRun {
    var run = TuningRun(models, seed: Seed(7), processor: Processor(engine: try .fastest(), threads: threads))
    run.trials = trials
    return run
  }

  private func small(_ model: some IterativeModel) throws -> any ZooModel {
    try model.setting(["epochs": 24, "latent": 8])
  }

  @Test("the split that trials get has no test part and the same training and validation users")
  func withoutTest() throws {
    let whole = try RankingSplit.load(DataSelection(), seed: Seed(7), forTraining: false).split
    let split = whole.withoutTest
    #expect(whole.test != nil && split.test == nil && split.refit == nil)
    #expect(split.train == whole.train && split.validation?.userIDs == whole.validation?.userIDs)
    let tested = Set(whole.test?.userIDs ?? [])
    #expect(tested.isDisjoint(with: split.trainUserIDs) && tested.isDisjoint(with: split.validation?.userIDs ?? []))
  }

  @Test("test users do not matter: other items of theirs give the same trials")
  func blind() throws {
    try withTemporaryDirectory { folder in
      // The same file, but every test user's held-out and shown items exchanged for others.
      let data = try DataSelection().interactions(seed: Seed(7))
      var selection = DataSelection()
      let path = folder + "/a.tsv"
      func write(_ change: (String, String) -> String) throws {
        var text = "user\titem\n"
        for place in 0..<data.count {
          let user = data.users[Int(data.userIndices[place])]
          text += "\(user)\t\(change(user, data.items[Int(data.itemIndices[place])]))\n"
        }
        try AtomicFile.write(text, to: path)
      }
      try write { $1 }
      selection.source = .file(path)
      let tested = Set(
        try RankingSplit.load(selection, seed: Seed(7), forTraining: false).split.test?.userIDs ?? [])
      #expect(!tested.isEmpty)
      var search = try run([EASE()], trials: 5)
      search.data = selection
      let before = try search.run().models[0].records
      // Items that no training user has, in place of all but five of each test user.
      var kept: [String: Int] = [:]
      try write { user, item in
        kept[user, default: 0] += 1
        return tested.contains(user) && kept[user, default: 0] > 5 ? "other-" + item : item
      }
      let after = try search.run().models[0].records
      #expect(kept.contains { tested.contains($0.key) && $0.value > 5 })
      #expect(after.map(\.settings) == before.map(\.settings))
      // In another order of the items, sums may end in other digits.
      for (one, other) in zip(before, after) {
        #expect(abs(try #require(one.value) - #require(other.value)) < 1e-3)
      }
    }
  }

  @Test("the journal is the same at one thread and at two, and resumed from any line or part of one")
  func journal() throws {
    try withTemporaryDirectory { folder in
      let models = [EASE(), try small(MultDAE()), try small(MultVAE())] as [any ZooModel]
      let text = (0..<120).flatMap { user in
        (0..<9).map { "u\(user)\ti\((user * 3 + $0 * $0 * (user % 4 + 1)) % 40)\n" }
      }.joined()
      try AtomicFile.write("user\titem\n" + text, to: folder + "/data.tsv")
      func bytes(_ name: String, threads: Int, resumes: Bool = false) throws -> [UInt8] {
        var search = try run(models, threads: threads)
        search.data.source = .file(folder + "/data.tsv")
        (search.journal, search.resumes) = (folder + "/" + name, resumes)
        _ = try search.run()
        return Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
      }
      let whole = try bytes("whole", threads: 2)
      #expect(try bytes("one", threads: 1) == whole)
      let lines = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }
      // A paused training is not in the journal: it is run again up to where it was.
      for end in [0, 5, lines[0] + 1, lines[3] + 7, lines[24] + 1, lines[lines.count - 3] + 20, whole.count] {
        try Data(whole[..<end]).write(to: URL(fileURLWithPath: folder + "/cut"))
        #expect(try bytes("cut", threads: 2, resumes: true) == whole, "cut after \(end) bytes")
      }
    }
  }

  @Test("the best is at least as good as the defaults, and the model with its settings gives its value again")
  func best() throws {
    let model = try small(MultVAE())
    let found = try run([model]).run().models[0]
    let (best, defaults) = (try #require(found.best), try #require(found.defaults))
    #expect(try #require(best.score) >= #require(defaults.score))
    let split = try RankingSplit.load(DataSelection(), seed: Seed(7), forTraining: false).split.withoutTest
    let experiment = Experiment(split, seed: Seed(7), processor: Processor(engine: try .fastest(), threads: 2))
    let again = try experiment.validated(found.tuned, metrics: [found.metric]).scores.first?.value
    #expect(again == best.best.value)
  }

  @Test("a journal of another run is refused with what is different, a damaged one with its line")
  func otherRun() throws {
    try withTemporaryDirectory { folder in
      var search = try run([EASE()], trials: 3)
      search.journal = folder + "/j"
      _ = try search.run()
      search.resumes = true
      search.seed = Seed(8)
      let other = #expect(throws: DataError.self) { try search.run() }
      #expect(other?.message.contains("seed is 7 there and 8 here") == true)
      search.seed = Seed(7)
      let text = try String(contentsOfFile: folder + "/j", encoding: .utf8)
      try (text + "nonsense\n").write(toFile: folder + "/j", atomically: true, encoding: .utf8)
      let damaged = #expect(throws: DataError.self) { try search.run() }
      #expect(damaged?.line == 5)
    }
  }

  @Test("a trial that cannot be fitted is a failed trial, not the end of the search")
  func failure() throws {
    var search = try run([try small(MultDAE())], trials: 4)
    search.spaces = ["mult-dae": ["learningRate": .linear(1e30...1e31)]]
    let found = try search.run().models[0]
    #expect(found.trials.count == 4 && found.best?.number == 0)
    #expect(found.records.dropFirst().allSatisfy { $0.value == nil && $0.failure != nil })
    #expect(found.notes.contains { $0.contains("3 trials of 4 failed") })
  }

  @Test("a search whose waiting trainings do not fit in memory is refused before it begins")
  func memory() throws {
    try withTemporaryDirectory { folder in
      var search = try run([try small(MultDAE())], trials: 3)
      (search.memoryLimit, search.journal) = (1, folder + "/j")
      let refused = #expect(throws: TooLittleSearchMemory.self) { try search.run() }
      let needed = try #require(refused?.needed)
      #expect(needed.waiting == 1 && needed.total == needed.training.total + needed.state)
      #expect(!FileManager.default.fileExists(atPath: folder + "/j"))
      // The widest of the space: 1,200 items, weights in and out, two moments and the best.
      let latent = try #require(search.space(of: search.models[0]).dimensions.first { $0.name == "latent" })
      let widest = try latent.value(at: 1).decoded(as: Int.self)
      #expect(needed.state > 4 * 4 * 2 * 1200 * widest)
      // Without halving nothing waits: trials fail one by one.
      search.halves = false
      #expect(try search.run().models[0].trials.allSatisfy { $0.score == nil })
    }
    let split = try RankingSplit.load(DataSelection(), seed: Seed(7), forTraining: false).split.withoutTest
    let experiment = Experiment(split, seed: Seed(7), processor: Processor(engine: try .fastest(), threads: 2))
    func fitter(_ model: any ZooModel, rungs: [Int]) throws -> TrialFitter<RankingSplit> {
      TrialFitter(
        model: model, space: try run([model]).space(of: model), experiment: experiment,
        plan: TrialPlan(trials: 30, rungs: rungs, largerIsBetter: true), metrics: [experiment.selection],
        memoryLimit: nil, resident: 0, hasTrialsToCount: true)
    }
    func memory(_ model: any ZooModel, rungs: [Int]) throws -> SearchMemory? {
      try fitter(model, rungs: rungs).memory
    }
    #expect(try memory(MultDAE(), rungs: [10, 30, 100])?.waiting == 10)
    #expect(try memory(MultDAE(), rungs: [100]) == nil && memory(EASE(), rungs: [0]) == nil)
    // By default the weight of its prior follows the planned epochs: every rung is a training of its own.
    #expect(try memory(MultVAE(), rungs: [10, 30, 100]) == nil)
    // Several processes divide the trainings that wait among them, whatever their models.
    let models: [any ZooModel] = [MultDAE(), DAE(), MultVAE()]
    let fitters = try models.map { try fitter($0, rungs: [10, 30, 100]) }
    let alone = fitters.map(\.memory)
    let shared = TrialFitter<RankingSplit>.memories(of: fitters, processes: 4)
    #expect(shared.map { $0?.waiting } == [3, 3, nil])
    #expect(shared[0]?.state == alone.compactMap { $0?.state }.max() && shared[0]?.state == shared[1]?.state)
    #expect(shared[0]?.training.parameters == alone[0]?.training.parameters)
  }

  @Test("a time is for all models together, or for each")
  func time() {
    #expect(TimeBudget.inAll(seconds: 90).end(from: 30, modelsLeft: 2) == 60)
    #expect(TimeBudget.each(seconds: 90).end(from: 30, modelsLeft: 2) == 120)
  }

  @Test("more processes than trials at the same time are noted where trials need results")
  func processes() throws {
    func notes(
      _ ranks: Int, _ change: @escaping @Sendable (inout TuningRun) -> Void = { _ in }
    ) throws -> [[String]] {
      try LocalCommunicator.run(ranks: ranks) { communicator in
        var run = TuningRun(
          [EASE(), Popularity(), MultVAE()], seed: Seed(1), processor: Processor(engine: .gsl, threads: 1))
        try run.processor.join(communicator)
        change(&run)
        return run.notesOnProcesses
      }
    }
    // Popularity has nothing to search.
    let two = ["after the first 10 trials of each model, at most 2 trials at a time for 3 processes"]
    let (many, few, wider) = (try notes(3), try notes(2), try notes(3) { $0.atOnce = 2 })
    #expect(many == [two, two, two] && few == [[], []] && wider == [[], [], []])
    // With a time, the models are searched one after the other.
    let timed = try notes(3) { ($0.atOnce, $0.time) = (2, .inAll(seconds: 5)) }
    let short = try notes(3) { $0.trials = 10 }
    #expect(timed == [two, two, two] && short == [[], [], []])
    #expect(try run([Popularity()]).notesOnProcesses.isEmpty)
  }

  @Test("a record is told in one line, and its numbers are points of curves")
  func words() {
    var record = TrialRecord(model: "ease", trial: 0, rung: 0, settings: ["l2": 200, "scores": "scaled"])
    record.failure = "too large"
    #expect(record.words(of: nil, metric: "ndcg@100") == "ease, trial 0: failed: too large (the defaults)")
    #expect(record.scalars(metric: "ndcg@100").map { $0.tag } == ["setting/l2"])
    (record.trial, record.value, record.epochs, record.bestEpoch) = (3, 0.25, 10, 7)
    #expect(record.words(of: 30, metric: "ndcg@100") == "ease, trial 3 of 30: ndcg@100 0.2500 at epoch 7 of 10")
    let scalars = record.scalars(metric: "ndcg@100")
    #expect(scalars.map { $0.tag } == ["metric/ndcg@100", "setting/l2"] && scalars.map { $0.value } == [0.25, 200])
  }

  @Test("a budget has a maximum of trials, and folds cannot follow a search")
  func budgets() {
    #expect(TunedComparison.Budget.trials(5).most == 5)
    #expect(TunedComparison.Budget.seconds(5).most == TunedComparison.Budget.mostTrials)
    var repetition = Repetition()
    repetition.seeds = 3
    #expect(TunedComparison.allows(repetition))
    repetition.folds = 2
    #expect(!TunedComparison.allows(repetition))
  }

  @Test("settings that are held are not searched, and a model with nothing to search is refused")
  func held() throws {
    var search = try run([EASE()])
    search.held = ["ease": ["l2"]]
    #expect(throws: NothingToSearch(model: "ease")) { try search.run() }
    #expect(throws: NothingToSearch(model: "popularity")) { try run([Popularity()]).run() }
  }

  @Test("ratings are searched by their RMSE, the smaller the better")
  func ratings() throws {
    try withTemporaryDirectory { folder in
      let text = (0..<600).map { "u\($0 % 40)\ti\(($0 * 7) % 31)\t\(1 + ($0 * $0) % 5)" }.joined(separator: "\n")
      try AtomicFile.write(text + "\n", to: folder + "/r.tsv")
      var search = try run([try UserAutoRec().setting(["epochs": 9, "latent": 4])], trials: 5)
      (search.task, search.data.source) = (.rating, .file(folder + "/r.tsv"))
      let found = try search.run().models[0]
      #expect(found.metric == .rmse)
      let values = found.trials.compactMap(\.best.value)
      #expect(found.best?.best.value == values.min() && values.count == 5)
    }
  }
}
