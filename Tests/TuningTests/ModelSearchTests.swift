import Autoencoders
import Compute
import Evaluation
import FileFormats
import Testing

@testable import Tuning

/// What follows from the results of a search, whoever computes them and in whatever order they come.
@Suite("A search and its results")
struct ModelSearchTests {
  private static let space = SearchSpace([
    SearchedSetting(name: "latent", isWhole: true, range: .logarithmic(16...512)),
    SearchedSetting(name: "dropout", isWhole: false, range: .linear(0...0.8)),
  ])

  private func search(
    _ trials: Int, rungs: [Int] = [10, 30, 100], atOnce: Int = 1, after records: [TrialRecord] = [],
    keeping kept: [TrialRecord] = []
  ) -> ModelSearch {
    ModelSearch(
      MultDAE(), over: Self.space, plan: TrialPlan(trials: trials, rungs: rungs, largerIsBetter: true),
      metric: Metric(.ndcg, at: 100), seed: Seed(3), atOnce: atOnce, after: records, keeping: kept)
  }

  /// A result that depends on the settings and grows with the rung; every eleventh trial fails.
  private func result(_ task: TrialTask, rungs: Int) -> TrialRecord {
    var record = TrialRecord(
      model: "mult-dae", trial: task.step.trial, rung: task.step.rung, settings: task.settings)
    record.isComplete = task.step.rung == rungs - 1
    if task.step.trial == 0 {
      record.settings = ["latent": 200, "dropout": 0.5]
      record.value = 0.4
    } else if task.step.trial % 11 == 0 {
      (record.failure, record.isComplete) = ("made to fail", true)
    } else if case .number(let latent)? = task.settings["latent"],
      case .number(let dropout)? = task.settings["dropout"]
    {
      let distance = (dropout - 0.3) * (dropout - 0.3) + (latent - 100) * (latent - 100) / 1e5
      record.value = 0.5 - distance + 0.01 * Double(task.step.rung)
    }
    return record
  }

  /// As one process runs it.
  private func inOrder(_ search: ModelSearch) -> [TrialRecord] {
    var search = search
    while let task = search.ready().first {
      let added = search.add(result(task, rungs: search.plan.rungs.count))
      #expect(added.map(\.step) == [task.step])
    }
    return search.records
  }

  /// As several processes run it: each takes a task, and they end in an order of chance.
  private func shared(_ search: ModelSearch, by processes: Int, seed: UInt64) -> (records: [TrialRecord], most: Int) {
    var search = search
    var random = Seed(seed).stream(for: SearchDraw.trial, 0)
    var (running, most): ([TrialTask], Int) = ([], 0)
    repeat {
      for task in search.ready() where running.count < processes && !running.contains(where: { $0.step == task.step }) {
        running.append(task)
      }
      most = max(most, running.count)
      guard !running.isEmpty else { break }
      let ended = running.remove(at: random.integer(below: running.count))
      _ = search.add(result(ended, rungs: search.plan.rungs.count))
    } while true
    #expect(search.isFinished && search.results == search.records)
    return (search.records, most)
  }

  @Test(
    "results that come in any order give the records of one process", arguments: [1, 3, 9],
    [[10, 30, 100], [100], [0]])
  func anyOrder(atOnce: Int, rungs: [Int]) {
    let plan = search(24, rungs: rungs, atOnce: atOnce)
    let expected = inOrder(plan)
    #expect(Set(expected.map(\.trial)) == Set(0..<24))
    for seed in 0..<6 {
      let processes = 2 + seed % 4
      let found = shared(plan, by: processes, seed: UInt64(seed))
      #expect(found.records == expected && found.most == processes, "seed \(seed)")
    }
  }

  @Test("a proposal waits for all results but those of as many trials as are proposed at once")
  func waits() {
    var one = search(30, rungs: [100])
    var three = search(30, rungs: [100], atOnce: 3)
    func trials(_ tasks: [TrialTask]) -> [Int] { tasks.map(\.step.trial) }
    let start = (one.ready(), three.ready())
    #expect(trials(start.0) == Array(0..<10) && start.0 == start.1)
    for task in start.0 {
      _ = one.add(result(task, rungs: 1))
      _ = three.add(result(task, rungs: 1))
    }
    let (single, several) = (one.ready(), three.ready())
    #expect(trials(single) == [10] && trials(several) == [10, 11, 12])
    // The first of three has seen the same as the only one.
    #expect(single[0] == several[0])
    // A later result does not open the way for more trials, the missing one does.
    let ahead = three.add(result(several[1], rungs: 1))
    let left = three.ready()
    #expect(ahead.isEmpty && trials(left) == [10, 12])
    let inOrder = three.add(result(several[0], rungs: 1))
    let next = three.ready()
    #expect(inOrder.map(\.trial) == [10, 11] && trials(next) == [12, 13, 14])
  }

  @Test("more trials at once are other trials, and all of them lie in the space")
  func other() {
    let (one, three) = (inOrder(search(24)), inOrder(search(24, atOnce: 3)))
    #expect(one.filter { $0.trial < 10 && $0.rung == 0 } == three.filter { $0.trial < 10 && $0.rung == 0 })
    #expect(one.map(\.settings) != three.map(\.settings))
    #expect(three.allSatisfy { Self.space.point(of: $0.settings) != nil })
  }

  @Test("a search goes on from any of its records, and uses results that were ahead of them", arguments: [1, 4])
  func goesOn(atOnce: Int) {
    let whole = inOrder(search(20, atOnce: atOnce))
    for count in [0, 1, 5, 10, 13, 17, whole.count] {
      #expect(inOrder(search(20, atOnce: atOnce, after: Array(whole[..<count]))) == whole, "after \(count)")
      // Everything is known, half of it out of order.
      var kept = search(20, atOnce: atOnce, after: Array(whole[..<count]), keeping: whole[count...].reversed())
      kept.addKept()
      #expect(kept.records == whole && kept.isFinished)
    }
    // Results of other settings are not used.
    let wrong = whole.map { record in
      var record = record
      record.settings["dropout"] = 0.7
      return record
    }
    var unused = search(20, atOnce: atOnce, keeping: wrong)
    unused.addKept()
    #expect(unused.results.map(\.trial) == [0])
  }
}
