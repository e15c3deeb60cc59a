import Presentation

/// A table of values as colours: categories on both axes, one hue for each sign.
///
/// The strongest colour is the largest absolute value unless `scale` is given.
public struct HeatMap: PlotMark {
  /// The values, row by row, downwards.
  ///
  /// Shape: categories of the vertical axis × categories of the horizontal axis. A
  /// value that is not finite leaves its cell empty.
  public var values: [[Double]]
  /// The absolute value of the strongest colour.
  public var scale: Double

  /// Creates a heat map.
  public init(_ values: [[Double]], scale: Double? = nil) {
    self.values = values
    let largest = values.joined().lazy.filter(\.isFinite).map(abs).max() ?? 1
    self.scale = scale ?? (largest > 0 ? largest : 1)
  }

  /// The absolute value of the strongest colours.
  public var legend: [LegendEntry] {
    func has(_ isKind: (Double) -> Bool) -> Bool { values.joined().contains { $0.isFinite && isKind($0) } }
    return (has { $0 > 0 } ? [LegendEntry(series: Series(Number.text(scale)), key: .above)] : [])
      + (has { $0 < 0 } ? [LegendEntry(series: Series(Number.text(-scale)), key: .below)] : [])
  }
  /// The categories say.
  public func xRange(_ scale: Scale) -> ClosedRange<Double>? { nil }
  /// The categories say.
  public func yRange(_ scale: Scale) -> ClosedRange<Double>? { nil }

  /// One rectangle for each value.
  public func draw(in frame: PlotFrame) -> Markup {
    let (rows, columns) = (frame.plot.y.categories ?? [], frame.plot.x.categories ?? [])
    var parts: [Markup] = []
    for (row, line) in values.enumerated() {
      for (column, value) in line.enumerated() where value.isFinite {
        let corners = Bars.rectangle(
          frame.across(Double(column) - 0.5), frame.across(Double(column) + 0.5), frame.up(Double(row) - 0.5),
          frame.up(Double(row) + 0.5))
        guard let corners else { continue }
        let shade = Shade(value / scale)
        let rowName = row < rows.count ? DisplayName(rows[row], limit: 40).text : ""
        let columnName = column < columns.count ? DisplayName(columns[column], limit: 40).text : ""
        parts.append(
          .tag(
            "rect",
            [
              "class": shade.name, "fill-opacity": shade.opacity, "x": Number.coordinate(corners.x),
              "y": Number.coordinate(corners.y), "width": Number.coordinate(corners.width),
              "height": Number.coordinate(corners.height),
            ], [.tag("title", text: "\(rowName), \(columnName): \(Number.text(value))")]))
      }
    }
    return .tag("g", ["class": "cells"], parts)
  }
}
