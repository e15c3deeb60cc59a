import Foundation

/// A table of models × results in Markdown, aligned so that it also reads well as plain text.
///
/// In each column that has a better direction, the best value is bold. Values are compared as printed: rows
/// that show the same number are both best. A column with a single value marks nothing.
public struct ResultTable: Sendable {
  /// Which value of a column is the best.
  public enum Best: Sendable { case largest, smallest }

  /// A column.
  public struct Column: Sendable {
    /// Its heading.
    public let title: String
    /// Which value to mark, if any.
    public let best: Best?

    /// Creates a column.
    public init(_ title: String, best: Best? = nil) {
      self.title = title
      self.best = best
    }

    /// The column of a metric.
    public init(_ metric: Metric) {
      self.init(metric.key, best: metric.kind.largerIsBetter ? .largest : .smallest)
    }
  }

  /// A cell.
  public enum Cell: Sendable {
    /// Words, or a number already written.
    case text(String)
    /// A number with its standard error where there is one, with a number of decimals. One that is not finite is a
    /// dash.
    case number(Double, standardError: Double? = nil, decimals: Int = 4)
    /// Nothing known: a dash.
    case missing

    /// The cell of a metric.
    public init(_ score: MetricScore?, decimals: Int = 4) {
      self =
        score.map { .number($0.value, standardError: $0.standardError, decimals: decimals) } ?? .missing
    }
  }

  private let columns: [Column]
  private var rows: [(name: String, cells: [Cell])] = []

  /// Creates an empty table; a first column for the names of rows is added.
  public init(columns: [Column]) { self.columns = columns }

  /// Adds a row.
  ///
  /// - Precondition: there is one cell for each column.
  public mutating func append(_ name: String, _ cells: [Cell]) {
    precondition(cells.count == columns.count, "\(cells.count) cells for \(columns.count) columns")
    rows.append((name, cells))
  }

  /// The table as texts, line by line, headings first; nothing is marked.
  public func texts(firstColumn: String = "model") -> [[String]] {
    [[firstColumn] + columns.map(\.title)]
      + rows.map { row in [row.name] + row.cells.map { text(of: $0, best: nil) } }
  }

  /// The table in Markdown, ending with a line break.
  ///
  /// - Parameter width: when given, a wider table comes in several, one below the other with a blank line between them,
  ///   each with the rows' names and as many columns as fit; nothing is left out.
  public func markdown(firstColumn: String = "model", width: Int? = nil) -> String {
    let lines = lines(firstColumn: firstColumn)
    let blocks = width.map { Self.blocks(lines[0].map(\.count), width: $0) } ?? [Array(0...columns.count)]
    return blocks.map { block in
      lines.map { line in "| " + block.map { line[$0] }.joined(separator: " | ") + " |\n" }.joined()
    }.joined(separator: "\n")
  }

  /// The columns of each block that is at most `width` signs wide, the first column in all of them.
  private static func blocks(_ widths: [Int], width: Int) -> [[Int]] {
    var blocks: [[Int]] = []
    var used = 0
    for column in widths.indices.dropFirst() {
      // Each column brings a blank, itself, a blank and a bar.
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
  private func lines(firstColumn: String) -> [[String]] {
    var texts = [[firstColumn] + columns.map(\.title)]
    let best = columns.indices.map(bestNumber)
    for row in rows {
      texts.append([row.name] + columns.indices.map { text(of: row.cells[$0], best: best[$0]) })
    }
    texts = texts.map { $0.map(Self.escaped) }
    let widths = (0...columns.count).map { column in texts.map { $0[column].count }.max() ?? 0 }
    // Names to the left, numbers to the right; Markdown wants at least three signs.
    let rule = widths.enumerated().map { column, width in
      let dashes = String(repeating: "-", count: max(3, width))
      return column == 0 ? dashes : dashes.dropLast() + ":"
    }
    let lines = texts.map { line in
      line.enumerated().map { column, text in
        let padding = String(repeating: " ", count: rule[column].count - text.count)
        return column == 0 ? text + padding : padding + text
      }
    }
    return [lines[0], rule] + lines.dropFirst()
  }

  /// The best number of a column as printed, where there are two to choose from.
  private func bestNumber(column: Int) -> String? {
    guard let best = columns[column].best else { return nil }
    let numbers = rows.compactMap { row -> (value: Double, text: String)? in
      guard case .number(let value, _, let decimals) = row.cells[column], value.isFinite else { return nil }
      return (value, decimal(value, decimals))
    }
    if numbers.count < 2 { return nil }
    let sign: Double = best == .largest ? 1 : -1
    return numbers.max { sign * $0.value < sign * $1.value }?.text
  }

  private func text(of cell: Cell, best: String?) -> String {
    switch cell {
    case .text(let text): return text
    case .missing: return "–"
    case .number(let value, let standardError, let decimals):
      if !value.isFinite { return "–" }
      let number = decimal(value, decimals)
      let marked = number == best ? "**\(number)**" : number
      return marked + (standardError.map { " ± " + decimal($0, decimals) } ?? "")
    }
  }

  private static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "|", with: "\\|").replacingOccurrences(of: "\n", with: " ")
  }
}

/// A number with a fixed number of decimals, the same in every locale, without a minus sign for 0.
func decimal(_ value: Double, _ decimals: Int) -> String {
  let text = String(format: "%.\(decimals)f", value)
  return text.hasPrefix("-") && text.allSatisfy { "-0.".contains($0) } ? String(text.dropFirst()) : text
}
