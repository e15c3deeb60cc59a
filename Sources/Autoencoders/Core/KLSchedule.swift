import Foundation

/// The weight β of the KL term during training.
///
/// With a slope T (`annealingSteps`) `β_t = min(cap, t / T)`, where t counts the gradient updates done so far: the first update
/// has β = 0, and the cap is reached after `cap · T` updates. Source: Liang et al., WWW 2018, section 2.2.2, and the authors' code.
///
/// Without one, β rises from a tenth of the cap to the cap by equal factors, over ``share`` of the planned updates. The best β
/// differs between data sets by a factor of ten, so validation gets as many epochs to choose from near a small β as
/// near a large one. With a linear rise, small values pass before the network has learned anything.
public struct KLSchedule: Codable, Sendable, Equatable {
  /// The largest β.
  public var cap: Double
  /// The slope T; `nil` for equal factors, 0 for β = cap throughout; 200,000 is the paper's.
  public var annealingSteps: Int?

  /// The part of the planned updates after which the cap is reached, without T.
  public static let share = 0.8
  /// The factor by which β grows until then.
  public static let growth = 10.0

  /// Creates a schedule.
  public init(cap: Double = 0.2, annealingSteps: Int? = nil) {
    self.cap = cap
    self.annealingSteps = annealingSteps
  }

  /// β for the update after `done` others, of `planned` in total.
  public func beta(afterUpdates done: Int, of planned: Int) -> Double {
    let part = part(done, of: planned)
    if part >= 1 { return cap }
    return annealingSteps.map { Double(done) / Double($0) } ?? cap * pow(Self.growth, part - 1)
  }

  /// Whether β has stopped rising after `done` of `planned` updates.
  public func isSettled(afterUpdates done: Int, of planned: Int) -> Bool {
    part(done, of: planned) >= 1 || done >= planned
  }

  /// The share of the rise that is complete.
  private func part(_ done: Int, of planned: Int) -> Double {
    let steps = annealingSteps.map { cap * Double($0) } ?? Self.share * Double(planned)
    return cap > 0 && steps > 0 ? Double(done) / steps : 1
  }
}
