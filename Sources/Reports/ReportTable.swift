import Plots

/// A table with a caption; the first cell of a row names the row.
public struct ReportTable: Sendable {
  /// What is listed.
  public var caption: String
  /// The columns.
  public let columns: [Column]
  /// The rows so far.
  public private(set) var rows: [[ReportCell]] = []

  /// A column: its heading, and whether it holds numbers.
  public struct Column: Sendable {
    let title: String
    let isNumber: Bool

    /// Words, to the left.
    public static func text(_ title: String) -> Column { Column(title: title, isNumber: false) }
    /// Numbers, to the right.
    public static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
  }

  /// Creates an empty table.
  public init(_ caption: String, columns: [Column]) {
    self.caption = caption
    self.columns = columns
  }

  /// Adds a row.
  ///
  /// - Precondition: there is one cell for each column.
  public mutating func append(_ row: [ReportCell]) {
    precondition(row.count == columns.count, "\(row.count) cells for \(columns.count) columns")
    rows.append(row)
  }

  var markup: Markup {
    .tag(
      "div", ["class": "scroll", "role": "region", "tabindex": "0", "aria-label": caption],
      [
        .tag(
          "table", [:],
          [
            .tag("caption", text: caption),
            .tag(
              "thead", [:],
              [
                .tag(
                  "tr", [:],
                  columns.map { column in
                    .tag(
                      "th", ["scope": "col", "class": column.isNumber ? "number" : nil],
                      [.tag("bdi", text: DisplayName(column.title).text)])
                  })
              ]),
            .tag("tbody", [:], rows.map(row)),
          ])
      ])
  }

  /// The table, closed until opened.
  func details(summary: String) -> Markup {
    .tag("details", [:], [.tag("summary", text: summary), markup])
  }

  private func row(_ cells: [ReportCell]) -> Markup {
    .tag(
      "tr", [:],
      cells.enumerated().map { index, cell in
        let isNumber = columns[index].isNumber
        let look = [isNumber ? "number" : nil, cell.isBest ? "best" : nil].compactMap(\.self).joined(separator: " ")
        return .tag(
          index == 0 ? "th" : "td",
          ["scope": index == 0 ? "row" : nil, "class": look.isEmpty ? nil : look], cell.markup)
      })
  }
}

/// A cell of a table.
public struct ReportCell: Sendable {
  private enum Content: Sendable {
    case text(String), name(String), verdict(ReportVerdict, String)
  }
  private let content: Content
  /// Whether this is the best of its column.
  public var isBest = false

  /// Words; between backticks they are set as code.
  public static func text(_ text: String) -> ReportCell { ReportCell(content: .text(text)) }

  /// An id of a user, an item, a file.
  public static func name(_ id: String) -> ReportCell { ReportCell(content: .name(id)) }

  /// A number with its standard error where there is one; a dash for one that is missing or not finite.
  public static func number(
    _ value: Double?, decimals: Int, standardError: Double? = nil, isBest: Bool = false
  ) -> ReportCell {
    guard let value, value.isFinite else { return .missing }
    let error = standardError.map { " ± " + Number.text($0, decimals: decimals) } ?? ""
    return ReportCell(content: .text(Number.text(value, decimals: decimals) + error), isBest: isBest)
  }

  /// A whole number.
  public static func count(_ value: Int) -> ReportCell {
    ReportCell(content: .text(Number.text(Double(value), decimals: 0)))
  }

  /// How something came out, in a sign and words.
  public static func verdict(_ verdict: ReportVerdict, _ words: String) -> ReportCell {
    ReportCell(content: .verdict(verdict, words))
  }

  /// Nothing known.
  public static var missing: ReportCell { .text("–") }

  var markup: [Markup] {
    switch content {
    case .text(let text): Prose.markup(text)
    case .name(let id): [.tag("bdi", text: DisplayName(id).text)]
    case .verdict(let verdict, let words): [verdict.markup, .text(" ")] + Prose.markup(words)
    }
  }
}
