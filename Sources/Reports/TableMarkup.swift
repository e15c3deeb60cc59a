import Plots
import Presentation

/// The table as HTML: numbers with thousands set apart, names as a page may show them.
extension Table {
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
            .tag("tbody", [:], rows.indices.map(rowMarkup)),
          ])
      ])
  }

  /// The table, closed until opened.
  func details(summary: String) -> Markup {
    .tag("details", [:], [.tag("summary", text: summary), markup])
  }

  private func rowMarkup(_ row: Int) -> Markup {
    .tag(
      "tr", [:],
      columns.indices.map { column in
        let look = [columns[column].isNumber ? "number" : nil, isBest(row: row, column: column) ? "best" : nil]
          .compactMap(\.self).joined(separator: " ")
        return .tag(
          column == 0 ? "th" : "td",
          ["scope": column == 0 ? "row" : nil, "class": look.isEmpty ? nil : look], rows[row][column].markup)
      })
  }
}

extension Table.Cell {
  fileprivate var markup: [Markup] {
    switch self {
    case .text(let text): return Prose.markup(text)
    case .name(let id): return Self.markup(id)
    case .names(let ids):
      return ids.enumerated().flatMap { place, id in (place == 0 ? [] : [.text("; ")]) + Self.markup(id) }
    case .count(let count): return [.text(Number.text(count))]
    case .number(let value, let standardError, let decimals):
      guard let value, value.isFinite else { return [.text("–")] }
      let error = standardError.map { " ± " + Number.text($0, decimals: decimals) } ?? ""
      return [.text(Number.text(value, decimals: decimals) + error)]
    case .verdict(let assessment, let words): return [assessment.markup, .text(" ")] + Prose.markup(words)
    }
  }

  private static func markup(_ id: String) -> [Markup] { [.tag("bdi", text: DisplayName(id).text)] }
}

extension Assessment {
  var markup: Markup {
    let sign =
      switch self {
      case .good: "✓"
      case .caution: "!"
      case .bad: "✗"
      case .unknown: "?"
      }
    return .tag("span", ["class": "verdict \(rawValue)"], text: sign)
  }
}
