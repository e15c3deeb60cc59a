/// What a column of an interaction file holds.
enum ColumnRole: Int, CaseIterable {
  case user, item, rating, timestamp

  /// The names under which this column is known, without case and without anything but letters and digits.
  ///
  /// A name of the first list is taken before one of the second, whatever their order in the file: `user_id` before
  /// `session_id`.
  var knownNames: [Set<String>] {
    switch self {
    case .user: KnownNames.user
    case .item: KnownNames.item
    case .rating: KnownNames.rating
    case .timestamp: KnownNames.timestamp
    }
  }

  /// The option that says which column this is.
  var option: String { "--\(self)-column" }
}

/// The names in the first line of a file.
struct ColumnNames {
  /// The names as they are in the file, without quotes, blanks around them and RecBole's `:type`.
  let names: [String]
  /// Whether one of them has a RecBole type, which only names have.
  let hasTypes: Bool
  private let plain: [String]

  init(_ fields: [String]) {
    let types = [":token", ":float", ":token_seq", ":float_seq"]
    let fields = fields.map(\.trimmingBlanks)
    names = fields.map { field in
      types.first(where: field.hasSuffix).map { String(field.dropLast($0.count)) } ?? field
    }
    hasTypes = names != fields
    plain = names.map(KnownNames.plain)
  }

  /// The first of the candidate columns with a known name of `role`; among equally good names, one that ends in "id",
  /// because two users or items may share a name.
  func column(of role: ColumnRole, where isLookedAt: (Int) -> Bool = { _ in true }) -> Int? {
    for known in role.knownNames {
      let columns = names.indices.filter { known.contains(plain[$0]) && isLookedAt($0) }
      if let column = columns.first(where: { plain[$0].hasSuffix("id") }) ?? columns.first { return column }
    }
    return nil
  }

  /// Whether a column has a known name of `role`.
  func isKnown(_ column: Int, as role: ColumnRole) -> Bool {
    role.knownNames.contains { $0.contains(plain[column]) }
  }

  /// The column named `name`: exactly, or else without regard to case.
  func column(named name: String) -> Int? {
    names.firstIndex(of: name) ?? names.firstIndex { $0.lowercased() == name.lowercased() }
  }

  /// The roles with a column of a known name.
  var knownRoles: [ColumnRole] { ColumnRole.allCases.filter { column(of: $0) != nil } }

  /// Whether both a user and an item column have a known name.
  var nameUserAndItem: Bool { column(of: .user) != nil && column(of: .item) != nil }
}

extension String {
  /// The text without the blanks around it.
  fileprivate var trimmingBlanks: String {
    let start = drop { $0 == " " }
    return String(start.prefix(start.count - start.reversed().prefix { $0 == " " }.count))
  }
}
