import Compute
public import InteractionData

extension ZooModel {
  /// The note for a model with a vector per training user that is applied to new users; empty for other models, and if
  /// all are training users.
  public func newcomerNotes(_ profiles: Profiles) -> [String] {
    guard let stand = vectorOfNewUsers else { return [] }
    let all = profiles.items.rowCount
    let unseen = profiles.trainingRows.map { rows in rows.count { $0 == nil } } ?? all
    if unseen == 0 { return [] }
    let vector = stand == .mean ? "the mean vector" : "a vector of zeros"
    return [
      "\(name) learns a vector per training user; new users get \(vector)"
        + (unseen == all ? "" : " (\(unseen) of \(all) users are new)")
    ]
  }
}
