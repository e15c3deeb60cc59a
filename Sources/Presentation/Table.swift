import Foundation

/// A table for people, as Markdown that also reads well as plain text, and as HTML in reports.
///
/// A column defines its cells: names and words are left-aligned, numbers right-aligned. In a column with a better
/// direction, the best number is marked. Numbers are compared as printed, so equal entries are both best. A column with
/// a single number has no mark.
public struct Table: Sendable {
  /// The direction in which numbers of a column are better.
  public enum Best: Sendable { case largest, smallest }

  /// A column: its heading, and whether it holds numbers.
  public struct Column: Sendable {
    /// Its heading.
    public let title: String
    /// Whether it is right-aligned.
    public let isNumber: Bool
    /// The direction for marking the best number, if any.
    public let best: Best?

    /// A column of words and names, left-aligned.
    public static func text(_ title: String) -> Column { Column(title: title, isNumber: false, best: nil) }
    /// A column of numbers, right-aligned.
    public static func number(_ title: String, best: Best? = nil) -> Column {
      Column(title: title, isNumber: true, best: best)
    }
  }

  /// A cell.
  public enum Cell: Sendable {
    /// Words, or a formatted number; in a report, text between backticks is set as code.
    case text(String)
    /// An id or another external name.
    case name(String)
    /// Several names.
    case names([String])
    /// A number with its standard error, if there is one, and a number of decimals; a dash for a value that is missing
    /// or not finite.
    case number(Double?, standardError: Double? = nil, decimals: Int = 4)
    /// A whole number.
    case count(Int)
    /// An assessment, as a sign and words.
    case verdict(Assessment, String)

    /// A missing value: a dash.
    public static var missing: Cell { .text("–") }
  }

  /// The caption.
  public var caption: String
  /// The columns, beginning with that of the rows' names.
  public let columns: [Column]
  /// The rows so far.
  public private(set) var rows: [[Cell]] = []

  /// Creates an empty table.
  public init(_ caption: String = "", columns: [Column]) {
    self.caption = caption
    self.columns = columns
  }

  /// Adds a row; its first cell names it.
  ///
  /// - Precondition: there is one cell for each column.
  public mutating func append(_ row: [Cell]) {
    precondition(row.count == columns.count, "\(row.count) cells for \(columns.count) columns")
    rows.append(row)
  }

  /// The same table under a caption.
  public func captioned(_ caption: String) -> Table {
    var table = self
    table.caption = caption
    return table
  }

  /// Whether a cell has the best number of its column, if the column has at least two.
  public func isBest(row: Int, column: Int) -> Bool {
    guard let best = columns[column].best, let own = number(row, column) else { return false }
    let numbers = rows.indices.compactMap { number($0, column) }
    let sign: Double = best == .largest ? 1 : -1
    return numbers.count > 1 && numbers.max { sign * $0.value < sign * $1.value }?.text == own.text
  }

  private func number(_ row: Int, _ column: Int) -> (value: Double, text: String)? {
    guard case .number(let value?, _, let decimals) = rows[row][column], value.isFinite else { return nil }
    return (value, Number.decimal(value, decimals))
  }
}

/// An assessment, shown in reports by a sign as well as a colour.
public enum Assessment: String, Sendable, Equatable {
  /// Good.
  case good
  /// Needs attention.
  case caution
  /// Not good.
  case bad
  /// Not assessed.
  case unknown
}

/// The table as Markdown.
extension Table {
  /// The table in Markdown, ending with a line break; the caption is left out.
  ///
  /// - Parameters:
  ///   - firstColumn: when given, the heading of the rows' names.
  ///   - width: when given, a wider table is split into several, one below the other with a blank line between them,
  ///     each with the rows' names and as many columns as fit; nothing is left out.
  public func markdown(firstColumn: String? = nil, width: Int? = nil) -> String {
    let lines = lines(firstColumn)
    let blocks = width.map { Self.blocks(lines[0].map(\.count), width: $0) } ?? [Array(columns.indices)]
    return blocks.map { block in
      lines.map { line in "| " + block.map { line[$0] }.joined(separator: " | ") + " |\n" }.joined()
    }.joined(separator: "\n")
  }

  /// The columns of each block of at most `width` characters, with the first column in all of them.
  private static func blocks(_ widths: [Int], width: Int) -> [[Int]] {
    var blocks: [[Int]] = []
    var used = 0
    for column in widths.indices.dropFirst() {
      // Each column takes a blank, its content, a blank and a bar.
      if blocks.isEmpty || used + widths[column] + 3 > width {
        blocks.append([0])
        used = widths[0] + 4
      }
      blocks[blocks.count - 1].append(column)
      used += widths[column] + 3
    }
    return blocks.isEmpty ? [[0]] : blocks
  }

  /// Every line as cells of the same width in a column: headings, rule, rows.
  private func lines(_ firstColumn: String?) -> [[String]] {
    let titles = [firstColumn ?? columns[0].title] + columns.dropFirst().map(\.title)
    let cells = rows.indices.map { row in
      columns.indices.map { text(of: rows[row][$0], isBest: isBest(row: row, column: $0)) }
    }
    let texts = ([titles] + cells).map { $0.map(Self.escaped) }
    // Markdown requires at least three characters under a heading.
    let widths = columns.indices.map { column in max(3, texts.map { $0[column].count }.max() ?? 0) }
    let rule = zip(columns, widths).map { column, width in
      String(repeating: "-", count: column.isNumber ? width - 1 : width) + (column.isNumber ? ":" : "")
    }
    let lines = texts.map { line in
      columns.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - line[column].count)
        return columns[column].isNumber ? padding + line[column] : line[column] + padding
      }
    }
    return [lines[0], rule] + lines.dropFirst()
  }

  private func text(of cell: Cell, isBest: Bool) -> String {
    switch cell {
    case .text(let text), .name(let text), .verdict(_, let text): return text
    case .names(let names): return names.joined(separator: "; ")
    case .count(let count): return "\(count)"
    case .number(let value, let standardError, let decimals):
      guard let value, value.isFinite else { return "–" }
      let number = Number.decimal(value, decimals)
      return (isBest ? "**\(number)**" : number) + (standardError.map { " ± " + Number.decimal($0, decimals) } ?? "")
    }
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("|", with: "\\|").replacing("\n", with: " ")
  }
}
