import Presentation

/// One value that a plot shows, in words: what a table under the plot lists.
public struct PlotDatum: Sendable, Equatable {
  /// The name of its series; empty where there is none.
  public let series: String
  /// Its place across.
  public let x: String
  /// Its place up, or, in a heat map, the name of its row.
  public let y: String
  /// The value, where it is neither of the two: the cell of a heat map, the ends of an interval.
  public let value: String

  /// Creates a datum.
  public init(series: String, x: String, y: String, value: String) {
    self.series = series
    self.x = x
    self.y = y
    self.value = value
  }
}

extension Plot {
  /// Every value that the marks show, mark by mark.
  public var data: [PlotDatum] { marks.flatMap { $0.data(of: self) } }

  func name(_ value: Double, on axis: Axis) -> String {
    guard let names = axis.categories else { return Number.text(value) }
    let place = Int(value.rounded())
    return names.indices.contains(place) ? names[place] : "–"
  }
}

extension PlotMark {
  /// A mark without values of its own, such as a rule.
  public func data(of plot: Plot) -> [PlotDatum] { [] }
}

extension Line {
  /// The points.
  public func data(of plot: Plot) -> [PlotDatum] { points.map { $0.datum(series, plot) } }
}

extension Points {
  /// The points; a point's name takes the place of the series'.
  public func data(of plot: Plot) -> [PlotDatum] {
    points.enumerated().map { index, point in
      var series = series
      if index < names.count { series.name = names[index] }
      return point.datum(series, plot, value: index < shades.count ? Number.text(shades[index]) : "")
    }
  }
}

extension Curves {
  /// The points, curve by curve, with the words for each.
  public func data(of plot: Plot) -> [PlotDatum] {
    curves.flatMap { curve in
      curve.points.enumerated().map { index, point in
        point.datum(curve.series, plot, value: index < curve.labels.count ? curve.labels[index] : "")
      }
    }
  }
}

extension Ribbon {
  /// Both edges.
  public func data(of plot: Plot) -> [PlotDatum] {
    zip(lower, upper).map { low, high in
      PlotDatum(
        series: series.name ?? "", x: plot.name(low.x, on: plot.x), y: "",
        value: "\(Number.text(low.y)) to \(Number.text(high.y))")
    }
  }
}

extension Bars {
  /// The values.
  public func data(of plot: Plot) -> [PlotDatum] {
    values.enumerated().map { index, value in
      let point =
        plot.y.categories == nil ? PlotPoint(Double(index), value) : PlotPoint(value, Double(index))
      return point.datum(series, plot)
    }
  }
}

extension Histogram {
  /// The bins.
  public func data(of plot: Plot) -> [PlotDatum] {
    heights.enumerated().map { index, height in
      PlotDatum(
        series: series.name ?? "", x: "\(Number.text(edges[index])) to \(Number.text(edges[index + 1]))",
        y: Number.text(height), value: "")
    }
  }
}

extension Intervals {
  /// The values with their ends.
  public func data(of plot: Plot) -> [PlotDatum] {
    entries.enumerated().map { index, entry in
      PlotPoint(entry.value, Double(index)).datum(
        series, plot,
        value: entry.ends.map { "\(Number.text($0.lowerBound)) to \(Number.text($0.upperBound))" } ?? "")
    }
  }
}

extension HeatMap {
  /// The cells, row by row.
  public func data(of plot: Plot) -> [PlotDatum] {
    values.enumerated().flatMap { row, line in
      line.enumerated().map { column, value in
        PlotDatum(
          series: "", x: plot.name(Double(column), on: plot.x), y: plot.name(Double(row), on: plot.y),
          value: Number.text(value))
      }
    }
  }
}

extension PlotPoint {
  fileprivate func datum(_ series: Series, _ plot: Plot, value: String = "") -> PlotDatum {
    PlotDatum(series: series.name ?? "", x: plot.name(x, on: plot.x), y: plot.name(y, on: plot.y), value: value)
  }
}
