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

/// Searches whose trials several processes share, which here are threads.
@Suite("Trials shared by several processes")
struct SharedTrialsTests {
  /// 80 users of 150 items: two shards.
  private func data(in folder: String) throws -> DataSelection {
    let text = (0..<80).flatMap { user in
      (0..<12).map { "u\(user)\ti\((user * 3 + $0 * $0 * (user % 4 + 1)) % 150)\n" }
    }.joined()
    try AtomicFile.write("user\titem\n" + text, to: folder + "/data.tsv")
    var selection = DataSelection()
    selection.source = .file(folder + "/data.tsv")
    return selection
  }

  private func models(epochs: Int = 24) throws -> [any ZooModel] {
    [
      EASE(), try MultDAE().setting(["epochs": .number(Double(epochs)), "latent": 8]),
      try MultVAE().setting(["epochs": .number(Double(epochs)), "latent": 8]),
    ]
  }

  private func search(
    in folder: String, _ models: [any ZooModel], trials: Int = 13, journal: String, resumes: Bool = false
  ) throws -> TuningRun {
    var run = TuningRun(models, seed: Seed(7), processor: Processor(engine: try .fastest(), threads: 2))
    (run.data, run.trials) = (try data(in: folder), trials)
    (run.journal, run.resumes) = (folder + "/" + journal, resumes)
    return run
  }

  /// The records in each process.
  @discardableResult
  private func share(
    _ run: TuningRun, among ranks: Int,
    changed change: @escaping @Sendable (inout TuningRun, LocalCommunicator) -> Void = { _, _ in }
  ) throws -> [[TrialRecord]] {
    try LocalCommunicator.run(ranks: ranks) { communicator in
      var run = run
      run.processor = Processor(engine: try .fastest(), threads: 1)
      try run.processor.join(communicator)
      change(&run, communicator)
      return try run.run().models.flatMap(\.records)
    }
  }

  private func bytes(_ name: String, in folder: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
  }

  private func isThere(_ name: String, in folder: String) -> Bool {
    FileManager.default.fileExists(atPath: folder + "/" + name)
  }

  @Test(
    "the journal has the bytes of one process, and all processes have its records", arguments: [true, false], [1, 3])
  func journal(halves: Bool, atOnce: Int) throws {
    try withTemporaryDirectory { folder in
      func search(_ journal: String) throws -> TuningRun {
        var run = try self.search(in: folder, models(epochs: halves ? 24 : 3), journal: journal)
        (run.halves, run.atOnce) = (halves, atOnce)
        return run
      }
      let alone = try search("alone").run()
      let expected = try bytes("alone", in: folder)
      for ranks in 1...3 {
        let found = try share(search("\(ranks)"), among: ranks)
        #expect(found.count == ranks && found.allSatisfy { $0 == alone.models.flatMap(\.records) })
        #expect(try bytes("\(ranks)", in: folder) == expected, "\(ranks) processes")
        #expect(!isThere("\(ranks).ahead", in: folder))
      }
    }
  }

  @Test("interrupted in one process, all stop, and any number of processes goes on to the same bytes")
  func interruption() throws {
    try withTemporaryDirectory { folder in
      _ = try search(in: folder, models(), journal: "whole").run()
      let whole = try bytes("whole", in: folder)
      for (most, ranks) in [(1, 2), (12, 3), (25, 0)] {
        let told = Guarded(0)
        var first = try search(in: folder, models(), journal: "cut")
        first.onRecord = { _ in told.withLock { $0 += 1 } }
        #expect(throws: TrainingError.self) {
          try share(first, among: 3) { run, communicator in
            guard communicator.rank == 1 else { return }
            run.observer.isInterrupted = { told.withLock { $0 >= most } }
          }
        }
        let cut = try bytes("cut", in: folder)
        #expect(whole.starts(with: cut) && cut.count < whole.count && cut.last == UInt8(ascii: "\n"))
        let second = try search(in: folder, models(), journal: "cut", resumes: true)
        if ranks == 0 { _ = try second.run() } else { try share(second, among: ranks) }
        #expect(try bytes("cut", in: folder) == whole, "after \(most) records, by \(ranks) processes")
        #expect(!isThere("cut.ahead", in: folder))
        try FileManager.default.removeItem(atPath: folder + "/cut")
      }
    }
  }

  @Test("a search is resumed by another number of processes from any line or part of one")
  func resumed() throws {
    try withTemporaryDirectory { folder in
      _ = try search(in: folder, models(), journal: "whole").run()
      let whole = try bytes("whole", in: folder)
      let lines = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }
      for (number, end) in [5, lines[3] + 7, lines[24] + 1, whole.count].enumerated() {
        try Data(whole[..<end]).write(to: URL(fileURLWithPath: folder + "/cut"))
        try share(search(in: folder, models(), journal: "cut", resumes: true), among: 1 + number % 3)
        #expect(try bytes("cut", in: folder) == whole, "cut after \(end) bytes")
      }
    }
  }

  @Test("results that were ahead of others when a search ended are not computed again; those of another run are")
  func ahead() throws {
    try withTemporaryDirectory { folder in
      _ = try search(in: folder, models(), journal: "whole").run()
      let whole = try bytes("whole", in: folder)
      let lines = String(decoding: whole, as: UTF8.self).split(separator: "\n").map { "\($0)\n" }
      func goOn(ahead: String) throws -> Int {
        try AtomicFile.write(lines.prefix(6).joined(), to: folder + "/cut")
        try AtomicFile.write(ahead, to: folder + "/cut.ahead")
        let told = Guarded(0)
        var run = try search(in: folder, models(), journal: "cut", resumes: true)
        run.onRecord = { _ in told.withLock { $0 += 1 } }
        _ = try run.run()
        #expect(try bytes("cut", in: folder) == whole && !isThere("cut.ahead", in: folder))
        return told.withLock { $0 }
      }
      let rest: String = lines.dropFirst(6).reversed().joined()
      #expect(try goOn(ahead: lines[0] + rest + "{\"trial\":") == 0)
      let other = lines[0].replacing("\"seed\":7", with: "\"seed\":8")
      #expect(try other != lines[0] && goOn(ahead: other + rest) == lines.count - 6)
    }
  }

  @Test("a trial that cannot be fitted is the same failed trial")
  func failure() throws {
    try withTemporaryDirectory { folder in
      func search(_ journal: String) throws -> TuningRun {
        var run = try self.search(in: folder, [try models(epochs: 3)[1]], trials: 12, journal: journal)
        run.spaces = ["mult-dae": ["learningRate": .linear(1e30...1e31)]]
        run.atOnce = 2
        return run
      }
      let alone = try search("alone").run().models[0]
      #expect(alone.records.dropFirst().allSatisfy { $0.failure != nil })
      try share(search("two"), among: 2)
      #expect(try bytes("two", in: folder) == bytes("alone", in: folder))
    }
  }

  @Test("an error of the first process ends all")
  func error() throws {
    try withTemporaryDirectory { folder in
      let run = try search(in: folder, models(), journal: "nowhere/journal")
      #expect(throws: OutputError.self) { try share(run, among: 3) }
    }
  }

  @Test("the first process says when time is up; a time that suffices changes nothing")
  func time() throws {
    try withTemporaryDirectory { folder in
      var run = try search(in: folder, models(epochs: 3), trials: 4, journal: "none")
      run.time = .inAll(seconds: 1e-9)
      #expect(try share(run, among: 2) == [[], []])
      run.time = .each(seconds: 1000)
      run.journal = folder + "/alone"
      _ = try run.run()
      run.journal = folder + "/two"
      // Without a clock of its own, the second process would begin trials that the first does not know.
      try share(run, among: 2) { run, communicator in
        if communicator.rank == 1 { run.time = .each(seconds: 1e-9) }
      }
      #expect(try bytes("two", in: folder) == bytes("alone", in: folder))
    }
  }

  @Test("a training whose state was not kept is repeated to the same result, and no epoch is reported twice")
  func repeated() throws {
    let split = try withTemporaryDirectory { folder in
      try RankingSplit.load(data(in: folder), seed: Seed(7), forTraining: false).split.withoutTest
    }
    let experiment = Experiment(split, seed: Seed(7), processor: Processor(engine: try .fastest(), threads: 1))
    let model = try MultDAE().setting(["epochs": 24, "latent": 4])
    let space = TuningRun([model], seed: Seed(7), processor: experiment.processor).space(of: model)
    let plan = TrialPlan(trials: 10, rungs: [2, 6, 12], largerIsBetter: true)
    let fitter = TrialFitter(
      model: model, space: space, experiment: experiment, plan: plan, metrics: [experiment.selection],
      memoryLimit: nil, resident: 0, hasTrialsToCount: true)
    let search = ModelSearch(model, over: space, plan: plan, metric: experiment.selection, seed: Seed(7))
    var alone: [TrialRecord] = []
    try fitter.run(search, while: { true }) { record, _ in alone.append(record) }
    for most in [0, 2] {
      let epochs = Guarded<[String: [Int]]>([:])
      let found = try LocalCommunicator.run(ranks: 2) { communicator in
        var observer = RunObserver()
        observer.onEpoch = { name, record in epochs.withLock { $0[name, default: []].append(record.epoch) } }
        var shared = SharedTrials(
          [search], fittedBy: [fitter], among: communicator, mostPaused: most, observer: observer)
        try shared.run(while: { true }, keep: { _, _, _ in }, report: { _ in })
        return shared.searches[0].records
      }
      #expect(found == [alone, alone], "\(most) kept")
      let told = epochs.withLock { $0 }
      #expect(told.count == 10)
      for (name, epochs) in told { #expect(epochs == Array(1...epochs.count), "\(name)") }
      #expect(told.values.reduce(0) { $0 + $1.count } == alone.reduce(0) { $0 + ($1.newEpochs ?? 0) })
    }
  }

  @Test("a comparison after a search measures what one process measures, and refuses before the search what it cannot")
  func comparison() throws {
    try withTemporaryDirectory { folder in
      let selection = try data(in: folder)
      let chosen: [any ZooModel] = [Popularity()] + (try models(epochs: 3))
      @Sendable func compare(_ models: [any ZooModel], _ communicator: LocalCommunicator?) throws -> [[Double]] {
        var processor = Processor(engine: try .fastest(), threads: 1)
        try processor.join(communicator)
        var comparison = ComparisonRun(models, seed: Seed(7), processor: processor)
        comparison.data = selection
        let compared = try TunedComparison(comparison, budget: .trials(4)).run().compared
        return compared.document.comparison.models.map { $0.scores.map(\.value) + [Double($0.trials ?? 0)] }
      }
      let alone = try compare(chosen, nil)
      #expect(alone.count >= 4)
      let shared = try LocalCommunicator.run(ranks: 2) { try compare(chosen, $0) }
      #expect(shared == [alone, alone])
      #expect(throws: ModelForOneProcess.self) {
        _ = try LocalCommunicator.run(ranks: 2) { try compare([EASE(), Blend()], $0) }
      }
    }
  }
}
