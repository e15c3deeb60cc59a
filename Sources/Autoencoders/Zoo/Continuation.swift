/// How a training that was stopped early relates to one that was planned to be longer.
///
/// A search that stops some trainings needs this: a training can continue only if it would have reached the same state
/// under the longer plan.
public enum Continuation: Sendable, Equatable {
  /// It continues as if it had not stopped. The weight of its prior, if it has one, rises until the end of this epoch,
  /// before which it must not be compared; 0 if nothing rises.
  case fromState(settledAfter: Int)
  /// It must start over, because the weight of its prior depends on the number of planned epochs.
  case anew
}

extension IterativeModel {
  /// It continues as if it had not stopped; nothing rises.
  public func continuation(rows: Int) -> Continuation? { .fromState(settledAfter: 0) }
}

extension AutoencoderModel {
  /// Depends on the schedule of the prior's weight.
  public func continuation(rows: Int) -> Continuation? {
    guard let schedule = design.regulariser.schedule, schedule.cap > 0 else { return .fromState(settledAfter: 0) }
    guard let steps = schedule.annealingSteps else { return .anew }
    let batch = training.batchSize(users: rows)
    let updatesAnEpoch = max(1, (rows + batch - 1) / batch)
    let updates = Int((schedule.cap * Double(steps)).rounded(.up))
    return .fromState(settledAfter: (updates + updatesAnEpoch - 1) / updatesAnEpoch)
  }
}
