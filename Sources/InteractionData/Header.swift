/// Whether the first line names the columns.
struct Header {
  let sample: TableSample
  let names: ColumnNames

  /// - Parameter sample: a table whose first line is not yet one of its lines of data.
  init(_ sample: TableSample, _ names: ColumnNames) {
    self.sample = sample
    self.names = names
  }

  /// Detected only if the user does not say so.
  ///
  /// A line of data must not be taken for a header, and a header must not become an id. A header therefore has no
  /// number, no missing value, and no value that occurs again in its column; and either one of its names is known, or
  /// the lines after it have numbers where it has a word.
  var isThere: Bool {
    if names.nameUserAndItem || names.hasTypes { return true }
    let fields = sample.first
    if fields.contains(where: { TableSample.isTime($0) }) || recurs { return false }
    let known = ColumnRole.allCases.compactMap { names.column(of: $0) }
    if known.count > 1 { return true }
    if let column = known.first,
      KnownNames.isUnmistakable(KnownNames.plain(names.names[column])) || differsInShape(column)
    {
      return true
    }
    return isMadeOfWords && standsAboveNumbers
  }

  /// Whether a field of the line occurs in its column again.
  private var recurs: Bool {
    guard sample.rows.count > 1 else { return false }
    return sample.first.indices.contains { column in
      let name = sample.first[column]
      return !name.isEmpty && sample.values(column).contains(name)
    }
  }

  private var isMadeOfWords: Bool {
    // A table written with row numbers has no name for their column.
    let fields = sample.first.first?.isEmpty == true ? Array(sample.first.dropFirst()) : sample.first
    let missing: Set<String> = ["na", "n/a", "nan", "null", "nil", "none", "unknown", "missing", "undefined", "inf"]
    return Set(fields).count == fields.count
      && fields.allSatisfy { field in
        field.utf8.count <= 100 && !missing.contains(field.lowercased())
          && field.contains(/^[\p{L}_#%][\p{L}\p{M}\d _.:\/()#%&-]*$/)
      }
  }

  /// Whether a column has numbers in all lines but this one, and this line also differs in other columns.
  private var standsAboveNumbers: Bool {
    guard sample.rows.count > 1 else { return false }
    let columns = sample.first.indices.filter { sample.isTime($0) }
    if columns.isEmpty { return false }
    let others = sample.first.indices.filter { !columns.contains($0) }
    // `u1` above `u2` is a user, not a name.
    if others.contains(where: { isLikeTheRest($0) && sample.first[$0].contains(where: \.isNumber) }) { return false }
    // A single word in place of a rating may be a mistake in a line of data.
    return columns.contains { $0 < 2 } || others.isEmpty || others.contains { !isLikeTheRest($0) }
  }

  private func isLikeTheRest(_ column: Int) -> Bool {
    let own = Self.shape(sample.first[column])
    return sample.isColumn(column) { Self.shape($0) == own }
  }

  private func differsInShape(_ column: Int) -> Bool {
    guard sample.rows.count > 1 else { return false }
    let own = Self.shape(sample.first[column])
    return sample.isColumn(column) { Self.shape($0) != own }
  }

  /// The sequence of kinds of characters: `a9` for `user17`.
  private static func shape(_ text: String) -> String {
    var shape = ""
    for character in text {
      let kind: Character = character.isLetter ? "a" : character.isNumber ? "9" : character
      if shape.last != kind { shape.append(kind) }
    }
    return shape
  }
}
