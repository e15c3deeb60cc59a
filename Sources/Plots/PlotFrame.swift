/// Where everything of a plot goes: the margins that labels need, and the rectangle left for the marks.
public struct PlotFrame: Sendable {
  static let fontSize = 12.0
  static let lineHeight = 17.0

  let plot: Plot
  let width: Double
  let height: Double
  let x: ScaledDomain
  let y: ScaledDomain
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double
  let rotatesX: Bool
  let legendRows: [[LegendEntry]]

  init(_ plot: Plot) {
    self.plot = plot
    width = plot.width == .page ? 960 : 480
    x = plot.x.scaled(plot.marks.compactMap { $0.xRange(plot.x.scale) }, ticks: plot.width == .page ? 10 : 6)
    y = plot.y.scaled(plot.marks.compactMap { $0.yRange(plot.y.scale) }, ticks: 5)

    legendRows = Self.rows(of: plot.marks.flatMap(\.legend), width: width - 16)
    let legendHeight = Double(legendRows.count) * Self.lineHeight
    top = 10 + legendHeight

    let yWidth = y.ticks().map { Self.textWidth(Self.short($0.label, 28)) }.max() ?? 0
    let margin = min(width * 0.45, yWidth + 12) + (plot.y.label.isEmpty ? 4 : 20)
    right = width - 14

    // Names under the axis are slanted only if they would touch; the first of them reaches to the left then.
    let names = plot.x.categories ?? []
    let room = (right - margin) / Double(max(1, names.count))
    let longest = names.map { Self.textWidth(Self.short($0, 18)) }.max() ?? 0
    rotatesX = longest > room - 6 && room >= 11
    left = rotatesX ? max(margin, min(width * 0.3, 0.8 * longest + 8 - room / 2)) : margin
    let xHeight = rotatesX ? 0.8 * longest + 18 : Self.lineHeight
    let bottomMargin = xHeight + 6 + (plot.x.label.isEmpty ? 4 : 18)

    let rows = plot.y.categories.map { Double($0.count) * (plot.width == .page ? 20 : 24) + 16 }
    let inner = rows.map { max(60, $0) } ?? (plot.width == .page ? 280 : 240)
    height = plot.height ?? (top + inner + bottomMargin)
    bottom = max(top + 20, height - bottomMargin)
  }

  /// The place of a value on the horizontal axis; `nil` for what the scale cannot show.
  public func across(_ value: Double) -> Double? { x.share(value).map { left + $0 * (right - left) } }

  /// The place of a value on the vertical axis; categories run downwards, numbers upwards.
  public func up(_ value: Double) -> Double? {
    y.share(value).map { plot.y.categories == nil ? bottom - $0 * (bottom - top) : top + $0 * (bottom - top) }
  }

  static func textWidth(_ text: String) -> Double { DisplayName.width(of: text) * fontSize }

  /// A label as it may be shown.
  static func short(_ label: String, _ limit: Int) -> String { DisplayName(label, limit: limit).text }

  private static func rows(of entries: [LegendEntry], width: Double) -> [[LegendEntry]] {
    var rows: [[LegendEntry]] = []
    var used = width
    var names: Set<String> = []
    for entry in entries {
      guard let name = entry.series.name, names.insert(name).inserted else { continue }
      let size = legendWidth(name)
      if used + size > width {
        rows.append([])
        used = 0
      }
      rows[rows.count - 1].append(entry)
      used += size
    }
    return rows
  }

  static func legendWidth(_ name: String) -> Double { textWidth(short(name, 40)) + 42 }
}
