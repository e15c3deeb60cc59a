import Autoencoders
import Experiments
import Testing

/// The time that a fit is said to take.
@Suite("Remaining time")
struct RemainingTimeTests {
  private func progress(
    _ stage: TrainingProgress.Stage, _ done: Double, of epochs: Int, rows: Int = 100
  ) -> TrainingProgress {
    TrainingProgress(
      stage: stage, epoch: Int(done) + 1, epochs: epochs, mayEndEarly: stage != .again,
      epochShare: done - done.rounded(.down), rows: rows)
  }

  @Test("nothing is said before the first validation, unless the epoch is long")
  func nothingYet() {
    var time = RemainingTime()
    #expect(time.update(progress(.choosing, 0.25, of: 10), at: 100) == nil)
    #expect(time.update(progress(.choosing, 0.75, of: 10), at: 101) == nil)
    // From 0.25 to 1.25 in 2 s: 8.75 epochs are left.
    #expect(time.update(progress(.choosing, 1.25, of: 10), at: 102) == 17.5)
    var long = RemainingTime()
    _ = long.update(progress(.choosing, 0.25, of: 10), at: 0)
    #expect(long.update(progress(.choosing, 0.5, of: 10), at: 5) == 190)
  }

  @Test("the second fit is judged by the first from its first update on, by the rows that each passes over")
  func secondFit() {
    var time = RemainingTime()
    _ = time.update(progress(.choosing, 0.5, of: 200), at: 0)
    for _ in 1...2 { time.add(rows: 100, seconds: 2) }
    // Validation took long, and is not part of the second fit.
    _ = time.update(progress(.choosing, 2.5, of: 200), at: 60)
    #expect(time.update(progress(.again, 0.5, of: 20, rows: 150), at: 61) == 19.5 * 3)
    time.add(rows: 150, seconds: 4)
    #expect(time.update(progress(.again, 1.5, of: 20, rows: 150), at: 65) == 18.5 * 4)
  }

  @Test("what came before a checkpoint takes no time now")
  func resumed() {
    var time = RemainingTime()
    _ = time.update(progress(.choosing, 150.5, of: 200), at: 0)
    #expect(time.update(progress(.choosing, 152.5, of: 200), at: 4) == 95)
  }
}
