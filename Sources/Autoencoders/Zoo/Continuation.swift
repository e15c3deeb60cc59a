/// How a training that was stopped early stands to one that was planned to be longer.
///
/// A search that gives up on some trainings has to know: a training goes on from where it stopped only if it would have come
/// there under the longer plan too.
public enum Continuation: Sendable, Equatable {
  /// It goes on as if it had not stopped. The weight of its prior, if it has one, rises until the end of some epoch, before which
  /// it is not to be judged; 0 where nothing rises.
  case fromState(settledAfter: Int)
  /// It has to begin anew: the weight of its prior follows the number of planned epochs.
  case anew
}

extension IterativeModel {
  /// As if it had not stopped; nothing rises.
  public func continuation(rows: Int) -> Continuation? { .fromState(settledAfter: 0) }
}

extension AutoencoderModel {
  /// As the schedule of the prior's weight has it.
  public func continuation(rows: Int) -> Continuation? {
    guard let schedule = design.regulariser.schedule, schedule.cap > 0 else { return .fromState(settledAfter: 0) }
    guard let steps = schedule.annealingSteps else { return .anew }
    let batch = training.batchSize(users: rows)
    let updatesAnEpoch = max(1, (rows + batch - 1) / batch)
    let updates = Int((schedule.cap * Double(steps)).rounded(.up))
    return .fromState(settledAfter: (updates + updatesAnEpoch - 1) / updatesAnEpoch)
  }
}
