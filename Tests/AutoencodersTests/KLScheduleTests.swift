import Autoencoders
import Foundation
import Testing

@Suite("The weight of the divergence")
struct KLScheduleTests {
  /// One division.
  private static let rounding = 1e-15

  @Test(
    "β = min(cap, updates done / T)",
    arguments: [
      // The paper's: cap 0.2, T = 200,000, so the cap is reached after 40,000 updates.
      (0.2, 200_000, 0, 0.0), (0.2, 200_000, 1, 5e-6), (0.2, 200_000, 20_000, 0.1),
      (0.2, 200_000, 39_999, 0.199995), (0.2, 200_000, 40_000, 0.2), (0.2, 200_000, 46_800, 0.2),
      (1.0, 10, 0, 0), (1, 10, 5, 0.5), (1, 10, 10, 1), (1, 10, 11, 1), (0.5, 10, 5, 0.5), (0.5, 10, 4, 0.4),
    ])
  func table(cap: Double, steps: Int, done: Int, beta: Double) {
    let schedule = KLSchedule(cap: cap, annealingSteps: steps)
    #expect(abs(schedule.beta(afterUpdates: done, of: 46_800) - beta) <= Self.rounding)
  }

  @Test("the first update has β = 0 unless T is 0", arguments: [1, 200_000])
  func firstUpdate(steps: Int) {
    #expect(KLSchedule(cap: 0.7, annealingSteps: steps).beta(afterUpdates: 0, of: 100) == 0)
  }

  @Test("T = 0 is the cap throughout, and settled from the start", arguments: [0, 1, 99])
  func constant(done: Int) {
    let schedule = KLSchedule(cap: 0.7, annealingSteps: 0)
    #expect(schedule.beta(afterUpdates: done, of: 100) == 0.7)
    #expect(schedule.isSettled(afterUpdates: done, of: 100))
  }

  @Test(
    "without T the cap comes after 80 % of the planned updates", arguments: [0.2, 1.0, 3.0], [100, 46_800])
  func eightyPercent(cap: Double, planned: Int) {
    let schedule = KLSchedule(cap: cap)
    let settled = planned * 8 / 10
    #expect(abs(schedule.beta(afterUpdates: 0, of: planned) - cap / 10) <= cap * Self.rounding)
    #expect(abs(schedule.beta(afterUpdates: settled / 2, of: planned) - cap / 10.0.squareRoot()) <= cap * Self.rounding)
    for done in [0, settled / 4, settled / 2] {
      let (here, next) = (
        schedule.beta(afterUpdates: done, of: planned), schedule.beta(afterUpdates: done + settled / 4, of: planned)
      )
      #expect(abs(next / here - pow(10, 0.25)) < 1e-12, "equal factors in equal times")
    }
    #expect(schedule.beta(afterUpdates: settled - 1, of: planned) < cap)
    #expect(abs(schedule.beta(afterUpdates: settled, of: planned) - cap) <= cap * Self.rounding)
    #expect(schedule.beta(afterUpdates: planned, of: planned) == cap)
    #expect(!schedule.isSettled(afterUpdates: settled - 1, of: planned))
    #expect(schedule.isSettled(afterUpdates: settled + 1, of: planned))
  }

  @Test("a schedule that never reaches its cap settles when the planned updates are over")
  func tooShort() {
    let schedule = KLSchedule(cap: 0.2, annealingSteps: 200_000)
    #expect(!schedule.isSettled(afterUpdates: 99, of: 100))
    #expect(schedule.isSettled(afterUpdates: 100, of: 100))
  }

  @Test("a cap of 0 is 0 throughout", arguments: [nil, 0, 10])
  func noDivergence(steps: Int?) {
    let schedule = KLSchedule(cap: 0, annealingSteps: steps)
    for done in [0, 1, 50, 100] { #expect(schedule.beta(afterUpdates: done, of: 100) == 0) }
    #expect(schedule.isSettled(afterUpdates: 0, of: 100))
  }

  @Test("β never falls and never passes the cap", arguments: [nil, 0, 1, 30, 1000])
  func monotone(steps: Int?) {
    let schedule = KLSchedule(cap: 0.4, annealingSteps: steps)
    let betas = (0...120).map { schedule.beta(afterUpdates: $0, of: 100) }
    #expect(zip(betas, betas.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(betas.allSatisfy { $0 >= 0 && $0 <= 0.4 })
  }

  @Test("the prior passes the schedule on, and no prior weighs nothing")
  func priors() {
    let prior = PriorDivergence(StandardNormal(), weight: .annealed(KLSchedule(cap: 0.2, annealingSteps: 100)))
    #expect(prior.weight(afterUpdates: 10, of: 1000) == 0.1)
    #expect(!prior.isSettled(afterUpdates: 19, of: 1000) && prior.isSettled(afterUpdates: 20, of: 1000))
    #expect(prior.factor(total: 7) == nil)
    let proportional = PriorDivergence(StandardNormal(), weight: .perInteraction(0.005))
    #expect(proportional.weight(afterUpdates: 3, of: 10) == 0.005 && proportional.factor(total: 7) == 7)
    #expect(proportional.isSettled(afterUpdates: 0, of: 10))
    #expect(Unregularised().weight(afterUpdates: 10, of: 1000) == 0)
    #expect(Unregularised().isSettled(afterUpdates: 0, of: 1000))
  }
}
