import FileFormats

/// Which column holds what.
struct ColumnChoice {
  /// The column of each ``ColumnRole``, counted from 0; −1 for none.
  private(set) var columns = InlineArray<4, Int>(repeating: -1)
  /// Notes about columns that are not read.
  private(set) var notes: [String] = []
  /// The note on ratings that are labels, unless ``Filters/minRating`` handles them.
  static let zeros = "the ratings are zeros and ones; --min-rating 1 keeps the ones"
  private var isSettled = InlineArray<4, Bool>(repeating: false)
  private let sample: TableSample
  private let names: ColumnNames
  private let format: InteractionFormat
  private let place: (path: String, line: Int)

  /// - Parameter sample: a table whose lines of data are known.
  /// - Throws: ``DataError`` when a requested column is missing, or no user or item column can be determined.
  init(
    _ sample: TableSample, _ names: ColumnNames, hasHeader: Bool, _ format: InteractionFormat,
    at place: (path: String, line: Int)
  ) throws {
    (self.sample, self.names, self.format, self.place) = (sample, names, format, place)
    try settle(hasHeader)
    if hasHeader {
      chooseByName()
      let missing = [ColumnRole.user, .item].filter { self[$0] < 0 }
      if !missing.isEmpty { throw unknown(missing) }
      noteLabels()
    } else {
      try chooseByPlace()
    }
    if self[.rating] >= 0, Set(sample.values(self[.rating]).map(TableSample.number)) == [0, 1] {
      notes.append(Self.zeros)
    }
    if columns[0] == columns[1] {
      throw DataError(path: place.path, line: place.line, message: "cannot have user and item in the same column")
    }
  }

  private(set) subscript(role: ColumnRole) -> Int {
    get { columns[role.rawValue] }
    set { columns[role.rawValue] = newValue }
  }

  private func isFree(_ column: Int) -> Bool { !(0..<4).contains { columns[$0] == column } }
  private func isOpen(_ role: ColumnRole) -> Bool { !isSettled[role.rawValue] }

  // MARK: As asked for

  private mutating func settle(_ hasHeader: Bool) throws {
    for role in ColumnRole.allCases {
      switch format.column(role) {
      case .recognised: continue
      case .absent: break
      case .number(let number):
        guard 1...sample.width ~= number else {
          throw DataError(
            path: place.path, line: place.line, message: "has no column \(number) for the \(role)",
            accepted: "1 to \(sample.width) (\(role.option))", isAboutColumns: true)
        }
        self[role] = number - 1
      case .named(let name):
        guard hasHeader else {
          throw DataError(
            path: place.path, text: name, message: "names a column, and --no-header says that columns have no names",
            accepted: "a number from 1 to \(sample.width) (\(role.option))")
        }
        guard let column = names.column(named: name) else {
          let nearest = nearestSpelling(to: name, among: names.names).map { " (nearest: \($0))" } ?? ""
          throw DataError(
            path: place.path, line: place.line, text: name, message: "is not a column of this file",
            accepted: names.names.joined(separator: ", ") + nearest, isAboutColumns: true)
        }
        self[role] = column
      }
      isSettled[role.rawValue] = true
    }
    let missing = [ColumnRole.user, .item].filter { self[$0] < 0 && !isOpen($0) }
    if !missing.isEmpty { throw unknown(missing) }
  }

  private func unknown(_ roles: [ColumnRole]) -> DataError {
    let what = roles.map { "\($0)" }.joined(separator: " and no known ")
    let flags = roles.map { "\($0.option) with a name or number" }.joined(separator: " and ")
    return DataError(
      path: place.path, line: place.line, text: names.names.prefix(40).joined(separator: ", "),
      message: "has no known \(what) column",
      accepted: flags + (names.knownRoles.isEmpty ? "; --no-header where the first line is data" : ""))
  }

  // MARK: By name

  /// With a header, only a column with a known name is a rating or time, however the header was found.
  private mutating func chooseByName() {
    for role in ColumnRole.allCases where isOpen(role) {
      guard let column = names.column(of: role, where: isFree) else { continue }
      if KnownNames.occasional.contains(KnownNames.plain(names.names[column])) && !sample.isTime(column) {
        notes.append("column \(names.names[column]) is not read: its values are neither numbers nor ISO 8601")
      } else {
        self[role] = column
      }
    }
    // The remaining column is the missing one.
    let missing = [ColumnRole.user, .item].filter { self[$0] < 0 && isOpen($0) }
    guard missing.count == 1 else { return }
    let left = names.names.indices.filter { column in
      isFree(column) && !names.names[column].isEmpty
        && ![ColumnRole.rating, .timestamp].contains { names.isKnown(column, as: $0) }
    }
    if left.count == 1 { self[missing[0]] = left[0] }
  }

  /// An unread column that looks like a rating.
  private mutating func noteLabels() {
    guard self[.rating] < 0 && isOpen(.rating) else { return }
    for column in names.names.indices.prefix(64) where isFree(column) {
      let numbers = sample.values(column).map { TableSample.number($0) ?? .nan }
      let kinds = Set(numbers)
      guard kinds.count > 1, kinds.allSatisfy({ 0...10 ~= $0 && ($0 * 2).rounded() == $0 * 2 }), kinds.count <= 21
      else {
        continue
      }
      let name = names.names[column]
      let plain = KnownNames.plain(name)
      if ["id", "no", "code", "index"].contains(where: plain.hasSuffix) || name.isEmpty { continue }
      // On a command line, a name with blanks would need quotes.
      let word = name.contains(/^[A-Za-z0-9_.][A-Za-z0-9_.:-]*$/) && Int(name) == nil ? name : "\(column + 1)"
      notes.append(
        kinds == [0, 1]
          ? "column \(name) is not read; --rating-column \(word) --min-rating 1 keeps the ones"
          : "column \(name) is not read; --rating-column \(word) reads it as the rating")
      return
    }
  }

  // MARK: By place

  /// User, item, rating, time, unless the values in these columns contradict it.
  private mutating func chooseByPlace() throws {
    let isUsual = [ColumnRole.user, .item].allSatisfy { isOpen($0) || 0...1 ~= self[$0] }
    if isOpen(.item), sample.width > 1, isFree(1), sample.isDate(1) {
      // With three columns, one place remains for the item; with more, it could be any.
      guard sample.width == 3, isFree(0), isFree(2), isOpen(.user), isOpen(.timestamp) else { throw timeFirst(1) }
      (self[.user], self[.timestamp], self[.item]) = (0, 1, 2)
      return
    }
    if isOpen(.user), isFree(0), sample.isDate(0) { throw timeFirst(0) }
    for role in [ColumnRole.user, .item] where isOpen(role) {
      let column = role.rawValue
      guard column < sample.width, isFree(column) else { throw unknown([role]) }
      self[role] = column
    }
    // If users and items have other places, so do the others.
    guard isUsual else { return }
    if sample.width > 2, isFree(2), isTimeInPlaceOfRating {
      if isOpen(.timestamp) { self[.timestamp] = 2 }
      return
    }
    for role in [ColumnRole.rating, .timestamp] where isOpen(role) {
      if role.rawValue < sample.width, isFree(role.rawValue) { self[role] = role.rawValue }
    }
  }

  private var isTimeInPlaceOfRating: Bool {
    guard isOpen(.rating) || self[.rating] < 0 else { return false }
    if sample.isDate(2) { return true }
    return sample.isEpoch(2) && !(sample.width > 3 && (sample.isEpoch(3) || sample.isDate(3)))
  }

  private func timeFirst(_ column: Int) -> DataError {
    // Coordinates and prices have decimals, ids have none.
    let others = (0..<min(sample.width, 16)).filter { other in
      other > 1 && !sample.isTime(other) || other > 1 && sample.isWhole(other)
    }
    let item = others.count == 1 && column == 1 ? "\(others[0] + 1)" : "N"
    let user = column == 0 ? "--user-column N " : ""
    return DataError(
      path: place.path, line: place.line, text: column < sample.first.count ? sample.first[column] : nil,
      message: "is a time in column \(column + 1), where the \(column == 0 ? "user" : "item") would be",
      accepted: "\(user)--item-column \(item) --rating-column none --timestamp-column \(column + 1)")
  }
}
