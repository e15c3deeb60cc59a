public import Plots
public import Presentation

/// A plot with its caption, and under it the numbers it shows.
public struct ReportFigure: Sendable {
  /// The largest number of rows in the automatic table.
  static let tableLimit = 200

  private let plot: Plot
  private let caption: String
  private let table: Table?

  /// Creates a figure.
  ///
  /// - Parameter table: the numbers, when a better table can be made than the list of all values shown.
  public init(_ plot: Plot, caption: String, table: Table? = nil) {
    self.plot = plot
    self.caption = caption
    self.table = table
  }

  func markup(_ context: inout PageContext) -> Markup {
    context.figures += 1
    let number = context.figures
    let svg = plot.markup(id: "figure-\(number)")
    let isWide = if case .page = plot.width { true } else { false }
    let values = table ?? valueTable
    return .tag(
      "figure", ["class": isWide ? "wide" : nil],
      [
        isWide
          // Wider than a phone, so it must be reachable to be moved.
          ? .tag("div", ["class": "scroll", "role": "region", "tabindex": "0", "aria-label": plot.title], [svg])
          : svg,
        .tag(
          "figcaption", [:],
          [.tag("b", text: "Figure \(number). \(plot.title). "), .tag("span", [:], Prose.markup(caption))]),
      ] + (values.rows.isEmpty ? [] : [values.details(summary: values.caption)]))
  }

  private var valueTable: Table {
    let data = plot.data
    let kept = evenSample(of: data.count, limit: Self.tableLimit)
    let hasSeries = data.contains { !$0.series.isEmpty }
    let hasY = data.contains { !$0.y.isEmpty }
    let hasValue = data.contains { !$0.value.isEmpty }
    let rest = kept.count < data.count ? ", \(kept.count) of \(Number.text(data.count))" : ""
    var columns: [Table.Column] = hasSeries ? [.text("series")] : []
    func column(_ axis: Axis, _ other: String) -> Table.Column {
      let title = axis.label.isEmpty ? other : axis.label
      if case .categories = axis.scale { return .text(title) }
      return .number(title)
    }
    columns.append(column(plot.x, "across"))
    if hasY { columns.append(column(plot.y, "up")) }
    if hasValue { columns.append(.number("value")) }
    var table = Table("Values of “\(plot.title)”" + rest, columns: columns)
    for place in kept {
      let datum = data[place]
      var row: [Table.Cell] = hasSeries ? [.name(datum.series)] : []
      row.append(.name(datum.x))
      if hasY { row.append(.name(datum.y)) }
      if hasValue { row.append(.name(datum.value)) }
      table.append(row)
    }
    return table
  }
}
