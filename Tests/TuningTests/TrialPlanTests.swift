import FileFormats
import Testing

@testable import Tuning

@Suite("Successive halving")
struct TrialPlanTests {
  private func record(_ step: TrialPlan.Step, value: Double?, isComplete: Bool = false) -> TrialRecord {
    var record = TrialRecord(model: "m", trial: step.trial, rung: step.rung, settings: [:])
    (record.value, record.isComplete) = (value, isComplete)
    return record
  }

  private func run(
    _ plan: TrialPlan, from records: [TrialRecord] = [], value: (TrialPlan.Step) -> Double?
  ) -> [TrialRecord] {
    var records = records
    while let step = plan.next(after: records) {
      records.append(record(step, value: value(step), isComplete: step.rung == plan.rungs.count - 1))
    }
    return records
  }

  @Test("rungs are ten epochs, three times as many and so on, and all")
  func rungs() {
    #expect(TrialPlan.plans(upTo: 60) == [7, 20, 60])
    #expect(TrialPlan.plans(upTo: 200) == [7, 22, 67, 200])
    #expect(TrialPlan.plans(upTo: 18) == [6, 18])
    #expect(TrialPlan.plans(upTo: 15) == [15])
    #expect(TrialPlan.plans(upTo: 1) == [1])
    #expect(TrialPlan.rungs(under: 200) == [10, 30, 90, 200])
    #expect(TrialPlan.rungs(under: 100) == [10, 30, 100])
    #expect(TrialPlan.rungs(under: 24) == [10, 24])
    #expect(TrialPlan.rungs(under: 12) == [12])
    #expect(TrialPlan.rungs(under: 1) == [1])
  }

  @Test("of nine trials the best three go on, and the best of these; the defaults run to the end at once")
  func bracket() {
    let plan = TrialPlan(trials: 10, rungs: [12, 34, 100], largerIsBetter: true)
    let records = run(plan) { Double($0.trial) }
    #expect(
      records.map { [$0.trial, $0.rung] } == [
        [0, 2], [1, 0], [2, 0], [3, 0], [4, 0], [5, 0], [6, 0], [7, 0], [8, 0], [9, 0], [9, 1], [8, 1], [7, 1], [9, 2],
      ])
    // Where smaller is better, the first go on.
    let errors = run(TrialPlan(trials: 10, rungs: [12, 34, 100], largerIsBetter: false)) { 1 + Double($0.trial) }
    #expect(errors.filter { $0.rung == 1 }.map(\.trial) == [1, 2, 3])
  }

  @Test("what is ready does not depend on results that are missing, and comes in any order to the same end")
  func ready() {
    let plan = TrialPlan(trials: 10, rungs: [12, 34, 100], largerIsBetter: true)
    #expect(plan.ready(after: []).map(\.trial) == Array(0..<10))
    func value(_ step: TrialPlan.Step) -> Double { Double((step.trial * 7919) % 31) }
    // The defaults come last: no bracket waits for them.
    var records: [TrialRecord] = []
    while let step = plan.ready(after: records).last {
      records.append(record(step, value: value(step), isComplete: step.rung == 2))
    }
    #expect(records.map(\.rung) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2] && records.last?.trial == 0)
    let ordered = run(plan, value: value)
    #expect(Set(records.map(\.step)) == Set(ordered.map(\.step)))
    // Three trials continue at the same time.
    let nine = records.filter { $0.rung == 0 && $0.trial > 0 }
    #expect(plan.ready(after: nine).map(\.rung) == [2, 1, 1, 1])
  }

  @Test("a search of thirty trials runs at most two fifths of the epochs of full trials")
  func epochs() {
    for epochs in [100, 200] {
      let plan = TrialPlan(trials: 30, rungs: TrialPlan.rungs(under: epochs), largerIsBetter: true)
      let records = run(plan) { Double(($0.trial * 7919) % 31) }
      // As if every part had begun anew, which is what models do whose prior's weight follows the plan.
      let all = records.reduce(0) { $0 + plan.rungs[$1.rung] }
      #expect(all * 5 <= 2 * 30 * epochs, "\(all) of \(30 * epochs)")
    }
  }

  @Test("the best of all goes on to the end, though its bracket is too small to send it")
  func last() {
    let plan = TrialPlan(trials: 3, rungs: [12, 34, 100], largerIsBetter: true)
    #expect(
      run(plan) { Double($0.trial) }.map { [$0.trial, $0.rung] } == [[0, 2], [1, 0], [2, 0], [2, 1], [2, 2]])
  }

  @Test("what is the best at a rung goes on, though its bracket is too small and a trial of another ended better")
  func small() {
    let plan = TrialPlan(trials: 12, rungs: [10, 30], largerIsBetter: true)
    let records = run(plan) { $0.trial == 11 ? 10.5 : Double($0.trial) + ($0.rung == 1 ? 5 : 0) }
    #expect(records.filter { $0.rung == 1 }.map(\.trial) == [0, 9, 8, 7, 11])
  }

  @Test("trainings that ended early and trials that failed do not go on")
  func ended() {
    let plan = TrialPlan(trials: 10, rungs: [8, 24], largerIsBetter: true)
    var records: [TrialRecord] = []
    while let step = plan.next(after: records) {
      // 9 is the best and ended by itself, 8 failed, 7 and 6 come next.
      let value = step.trial == 8 ? nil : Double(step.trial)
      records.append(record(step, value: value, isComplete: step.rung == 1 || step.trial >= 8))
    }
    #expect(records.filter { $0.rung == 1 }.map(\.trial) == [0, 7, 6])
  }

  @Test("more trials than before go on where the earlier ones ended")
  func more() {
    func value(_ step: TrialPlan.Step) -> Double { Double((step.trial * 7919) % 31) }
    let few = run(TrialPlan(trials: 12, rungs: [8, 24], largerIsBetter: true), value: value)
    let more = run(TrialPlan(trials: 19, rungs: [8, 24], largerIsBetter: true), from: few, value: value)
    #expect(Array(more.prefix(few.count)) == few)
    #expect(Set(more.map(\.trial)) == Set(0..<19))
  }
  @Test(
    "a trial that goes on has been kept since it stopped, and no more are kept than was said",
    arguments: [1, 2, 3, 7, 10, 11, 12, 19, 30], [[10, 30], [10, 30, 100], [10, 30, 90, 200]])
  func kept(trials: Int, rungs: [Int]) {
    var most = 0
    let plan = TrialPlan(trials: trials, rungs: rungs, largerIsBetter: true)
    for seed in 0..<40 {
      var records: [TrialRecord] = []
      var kept: Set<Int> = []
      while let step = plan.next(after: records) {
        let goesOn = records.contains { $0.trial == step.trial }
        #expect(goesOn == (kept.remove(step.trial) != nil), "trial \(step.trial) of seed \(seed)")
        most = max(most, kept.count)
        #expect(kept.count <= plan.mostWaiting)
        // Going on never makes a trial worse; the defaults are the best of some searches.
        let before = records.last { $0.trial == step.trial }?.value ?? 0
        let value = max(before, Double((step.trial * 7919 + step.rung * 104_729 + seed * 31) % 97))
        let isOver = step.rung == rungs.count - 1
        records.append(record(step, value: step.trial == 0 && seed % 2 == 0 ? 99 : value, isComplete: isOver))
        if !isOver { kept.insert(step.trial) }
        kept.formIntersection(plan.mayGoOn(after: records, step))
      }
    }
    #expect(most >= min(plan.mostWaiting, 8))
  }
}
