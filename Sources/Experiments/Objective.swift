import Autoencoders
import Compute
import InteractionData

/// What a ranking model is trained for, which decides what chooses its epoch.
public enum Objective: String, Codable, Sendable, CaseIterable {
  /// Ranked lists: a ranking metric on the validation users, at whatever β it is best.
  case recommend
  /// Synthetic users: the evidence lower bound at β = 1 on the validation users, among the epochs at whose end β has reached its
  /// cap. Only models that encode to a distribution have it.
  case generate
}

extension HeldOutUsers {
  /// All items of the users, input and held out.
  var wholeProfiles: Profiles {
    let rows = (0..<profiles.items.rowCount).map { row in
      profiles.items.indices(ofRow: row).map(Int.init) + heldOut.indices(ofRow: row).map(Int.init)
    }
    return Profiles(
      items: SparseRows(columnCount: profiles.items.columnCount, rows: rows), trainingRows: profiles.trainingRows)
  }
}
