import FileFormats

/// Tables that are not lists of interactions.
struct Layout {
  let sample: TableSample
  let lines: FirstLines
  let names: ColumnNames
  let hasHeader: Bool

  private static let accepted = "one interaction a line: user, item[, rating[, timestamp]]"

  /// - Throws: ``DataError`` for one user a line with items after it, and for a matrix with a column for each item.
  func check(_ format: InteractionFormat) throws {
    if hasHeader && names.nameUserAndItem { return }
    try checkRaggedLines()
    // A user who names the columns knows the file.
    guard ColumnRole.allCases.allSatisfy({ format.column($0) == .recognised }) else { return }
    if isMatrixWithItems {
      throw DataError(
        path: lines.path, line: lines.first.number, text: text(lines.first.bytes),
        message: "begins a matrix of \(sample.width) columns, one for each item", accepted: Self.accepted)
    }
    if !hasHeader && isOneUserALine {
      throw DataError(
        path: lines.path, line: lines.first.number, text: text(lines.first.bytes),
        message:
          "and the lines after it have \(sample.width) columns of numbers and no times: this looks like one user a line "
          + "with all their items, or a matrix",
        accepted: Self.accepted + "; --rating-column and --timestamp-column say that this is such a file")
    }
  }

  /// One user a line, with as many columns as the user has items.
  private func checkRaggedLines() throws {
    guard !sample.isEven, sample.rows.map(\.count).max() ?? 0 > 3 else { return }
    let items = sample.body.flatMap { $0.dropFirst() }
    let numbers = items.count(where: TableSample.isNumber)
    guard sample.rows.count > 1, 10 * numbers >= 9 * items.count || 10 * numbers <= items.count else { return }
    let odd = sample.rows.firstIndex { sample.width(of: $0) != sample.width } ?? 0
    let widths = Set(sample.rows.map(\.count))
    // Two different numbers of columns may be a mistake in one line, which the parser reports.
    guard widths.count > 2 || 4 * sample.rows.count(where: { $0.count != sample.width }) >= sample.rows.count else {
      return
    }
    let command: String? =
      switch sample.delimiter {
      case .blanks: "awk"
      case .tab: "awk -F '\\t'"
      case .comma: "awk -F ,"
      default: nil
      }
    throw DataError(
      path: lines.path, line: lines.lines[odd].number, text: text(lines.lines[odd].bytes),
      message:
        "has \(counted(sample.rows[odd].count, "column")) where the first line has \(sample.width): this looks like one "
        + "user a line with all their items",
      accepted: Self.accepted
        + (command.map { "; \($0) '{for (i = 2; i <= NF; i++) print $1 \"\\t\" $i}' makes pairs of it" } ?? ""))
  }

  /// A first line of items, then the ratings of one user a line.
  private var isMatrixWithItems: Bool {
    guard sample.width > 3, sample.rows.count > 1 else { return false }
    let cells = 1..<min(sample.width, 64)
    guard cells.allSatisfy({ sample.isColumn($0) { $0.isEmpty || TableSample.isNumber($0) } }) else { return false }
    if hasHeader {
      return names.column(of: .item, where: { $0 > 0 }) == nil && names.knownRoles.allSatisfy { $0 == .user }
    }
    let first = sample.first[0]
    return (first.isEmpty || ColumnRole.user.knownNames[0].contains(KnownNames.plain(first)))
      && !sample.rows.dropFirst().contains { $0.first == first }
  }

  private var isOneUserALine: Bool {
    let rows = sample.body
    guard sample.width > 2, rows.count > 1 else { return false }
    if sample.width == 3 { return hasTwoItemsALine }
    let areNumbers = (1..<min(sample.width, 64)).allSatisfy { sample.isNumeric($0) }
    guard areNumbers, !sample.isEpoch(3), !sample.isDate(3), !sample.isEpoch(2) else { return false }
    if Set(rows.map { $0[0] }).count == rows.count { return rows.count > 2 || sample.width > 4 }
    // A matrix without ids has ratings in all columns.
    return sample.width > 4
      && rows.allSatisfy { row in row.allSatisfy { text in TableSample.number(text).map { 0...10 ~= $0 } ?? false } }
  }

  /// Whether three columns of whole numbers are a user and two items: no user comes twice, and what would be ratings are
  /// larger than ratings are, and items elsewhere.
  private var hasTwoItemsALine: Bool {
    let rows = sample.body
    guard rows.count > 2, (0..<3).allSatisfy({ sample.isWhole($0) }), !sample.isEpoch(2) else { return false }
    let (users, items, others) = (Set(sample.values(0)), Set(sample.values(1)), sample.values(2))
    return users.count == rows.count && others.contains { items.contains($0) }
      && others.compactMap(TableSample.number).max() ?? 0 > 10
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes.prefix(300), as: UTF8.self) }
}
