/// The first lines of a file, cut by one delimiter.
struct TableSample {
  let delimiter: Delimiter
  /// The columns of each line as text.
  let rows: [[String]]
  /// Whether some line has unbalanced quotes.
  let hasFaults: Bool
  /// The first line of data: 1 while the first line may be a header.
  var firstRow: Int

  init(_ lines: FirstLines, _ delimiter: Delimiter) {
    self.delimiter = delimiter
    let splitter = LineSplitter(delimiter, wanted: InlineArray(repeating: -1))
    let cut = lines.lines.map { splitter.fields(of: $0.bytes) }
    rows = cut.map(\.fields)
    hasFaults = cut.contains { $0.columns.fault != nil }
    firstRow = rows.count > 1 ? 1 : 0
  }

  /// The number of columns of one line.
  static func width(of line: [UInt8], _ delimiter: Delimiter) -> Int {
    LineSplitter(delimiter, wanted: InlineArray(repeating: -1)).columns(of: line.span, at: 0).count
  }

  /// The number of columns of the first line.
  var width: Int { rows[0].count }
  /// The first line.
  var first: [String] { rows[0] }
  /// The lines of data.
  var body: ArraySlice<[String]> { rows[firstRow...] }

  /// The number of columns of a line, empty ones beyond those of the first line left out.
  func width(of row: [String]) -> Int {
    row.count > width && row[width...].allSatisfy(\.isEmpty) ? width : row.count
  }

  /// Whether all lines have as many columns as the first.
  var isEven: Bool { rows.allSatisfy { width(of: $0) == width } }
  /// The share of lines with as many columns as the first.
  var evenness: Double { Double(rows.count { width(of: $0) == width }) / Double(rows.count) }
  /// Whether all lines have two columns or more.
  var cutsEveryLine: Bool { rows.allSatisfy { $0.count > 1 } }

  /// The values of a column in the lines of data that have it.
  func values(_ column: Int) -> [String] { body.compactMap { column < $0.count ? $0[column] : nil } }

  /// Whether `isOne` holds for a column, except for a few lines that will be refused when they are read.
  func isColumn(_ column: Int, of isOne: (String) -> Bool) -> Bool {
    let values = values(column)
    return !values.isEmpty && 10 * values.count(where: isOne) >= 9 * values.count
  }

  func isNumeric(_ column: Int) -> Bool { isColumn(column, of: Self.isNumber) }
  func isWhole(_ column: Int) -> Bool { isColumn(column, of: Self.isWhole) }
  func isDate(_ column: Int) -> Bool { isColumn(column, of: Self.isDate) }
  func isTime(_ column: Int) -> Bool { isColumn(column, of: Self.isTime) }

  /// Whether a column has whole numbers that are most likely times since 1980, in seconds or fractions of them.
  func isEpoch(_ column: Int) -> Bool {
    isColumn(column) { text in
      guard Self.isWhole(text), let number = Self.number(text) else { return false }
      return 3e8..<4.2e9 ~= number || 3e11..<4.2e12 ~= number
    }
  }

  static func number(_ text: String) -> Double? {
    let bytes = Array(text.utf8)
    return DecimalNumber.value(bytes.span, 0, bytes.count)
  }

  static func isNumber(_ text: String) -> Bool { number(text) != nil }

  static func isWhole(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 19 && text.utf8.allSatisfy { $0 &- 48 < 10 }
  }

  static func isTime(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return TimeValue.value(bytes.span, 0, bytes.count) != nil
  }

  /// A date or time that is not a number.
  static func isDate(_ text: String) -> Bool { isTime(text) && !isNumber(text) }

  /// A number, possibly with a decimal comma.
  static func looksNumeric(_ text: String) -> Bool { isNumber(text) || text.contains(/^\s*[+-]?\d+,\d+\s*$/) }
}
