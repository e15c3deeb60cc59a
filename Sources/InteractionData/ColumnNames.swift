/// What a column of an interaction file holds.
enum ColumnRole: Int, CaseIterable {
  case user, item, rating, timestamp

  /// The names under which this column is known, without case, `_`, `-` and blanks.
  var knownNames: Set<String> {
    switch self {
    case .user:
      [
        "user", "userid", "uid", "username", "customer", "customerid", "reviewer", "reviewerid", "member",
        "memberid",
      ]
    case .item:
      [
        "item", "itemid", "iid", "sid", "movie", "movieid", "film", "filmid", "book", "bookid", "isbn",
        "artist",
        "artistid", "song", "songid", "track", "trackid", "product", "productid", "asin", "article",
        "articleid",
        "doc", "docid", "business", "businessid", "game", "gameid", "anime", "animeid", "show", "showid",
      ]
    case .rating:
      [
        "rating", "ratings", "score", "stars", "weight", "count", "plays", "playcount", "listens", "overall",
        "bookrating",
      ]
    case .timestamp: ["timestamp", "time", "ts", "unixtime", "unixreviewtime"]
    }
  }

  /// The option that says which column this is.
  var option: String { "--\(self)-column" }
}

/// The names in the first line of a file.
struct ColumnNames {
  /// The names as they are in the file, without quotes and without RecBole's `:type`.
  let names: [String]

  init(_ fields: [String]) {
    names = fields.map { field in
      for type in [":token", ":float", ":token_seq", ":float_seq"] where field.hasSuffix(type) {
        return String(field.dropLast(type.count))
      }
      return field
    }
  }

  /// The first column known under a name of `role`.
  func column(of role: ColumnRole) -> Int? {
    names.firstIndex { role.knownNames.contains(Self.plain($0)) }
  }

  /// The column named `name`: exactly, or else without regard to case.
  func column(named name: String) -> Int? {
    names.firstIndex(of: name) ?? names.firstIndex { $0.lowercased() == name.lowercased() }
  }

  /// Whether both a user and an item column go by a known name.
  var lookLikeHeader: Bool { column(of: .user) != nil && column(of: .item) != nil }

  private static func plain(_ name: String) -> String {
    String(name.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " })
  }
}
