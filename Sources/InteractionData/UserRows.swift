public import Compute

/// Rows of users together with the users' ids, so that both always belong together.
public struct UserRows: Sendable, Equatable {
  /// The ids of the users; shape: U.
  public let ids: [String]
  /// The items of each user; shape: U × I.
  public let rows: SparseRows

  /// Combines rows and ids.
  ///
  /// - Precondition: one id for each row.
  public init(ids: [String], rows: SparseRows) {
    precondition(ids.count == rows.rowCount, "an id for each row")
    self.ids = ids
    self.rows = rows
  }

  /// These users, then the others.
  ///
  /// Values are dropped.
  func appending(_ other: UserRows) -> UserRows {
    UserRows(ids: ids + other.ids, rows: rows.appending(other.rows))
  }

  /// The same as interactions over the items of the columns.
  ///
  /// - Precondition: an item for each column.
  public func interactions(name: String, items: Vocabulary) -> Interactions {
    precondition(items.count == rows.columnCount, "an item for each column")
    let users = ids.indices.flatMap { user in [Int32](repeating: Int32(user), count: rows.count(ofRow: user)) }
    return Interactions(
      name: name, users: Vocabulary(ids: ids), items: items, userIndices: users, itemIndices: rows.indices)
  }
}
