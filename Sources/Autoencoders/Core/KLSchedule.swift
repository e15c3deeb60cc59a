/// The weight β of the KL term during training.
///
/// `β_t = min(cap, t / T)`, where t counts the gradient updates done so far: the first update has β = 0. `T`
/// (`annealingSteps`) is the slope, not the time to the cap, which is reached after `cap · T` updates. Source: Liang et al.,
/// WWW 2018, section 2.2.2, and the authors' code.
public struct KLSchedule: Codable, Sendable, Equatable {
  /// The largest β.
  public var cap: Double
  /// The slope T of the schedule.
  ///
  /// `nil` puts the cap at 80 % of the planned updates, `T = 0.8 · updates / cap`, so that short trainings
  /// get there too; 0 means β = cap throughout; 200,000 is the paper's.
  public var annealingSteps: Int?

  /// Creates a schedule.
  public init(cap: Double = 0.2, annealingSteps: Int? = nil) {
    self.cap = cap
    self.annealingSteps = annealingSteps
  }

  /// β for the update that follows `done` others, of `planned` in all.
  public func beta(afterUpdates done: Int, of planned: Int) -> Double {
    guard let steps = slope(planned: planned) else { return cap }
    return min(cap, Double(done) / steps)
  }

  /// Whether β has stopped rising when `done` of `planned` updates are over.
  public func isSettled(afterUpdates done: Int, of planned: Int) -> Bool {
    guard let steps = slope(planned: planned) else { return true }
    return Double(done) >= cap * steps || done >= planned
  }

  /// T, the slope in updates; `nil` where β is at its cap from the first update on.
  func slope(planned: Int) -> Double? {
    guard cap > 0 else { return nil }
    let steps = annealingSteps.map(Double.init) ?? 0.8 * Double(planned) / cap
    return steps > 0 ? steps : nil
  }
}
