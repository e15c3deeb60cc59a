import Presentation

/// The distribution of a quantity in each category of the horizontal axis: the middle 90 % as a line, the middle 50 % as a box, the
/// median as a sign.
public struct Quantiles: PlotMark {
  /// What they are called and look like.
  public var series: Series
  /// Quantiles 0.05, 0.25, 0.5, 0.75 and 0.95 for each category, in order.
  public var entries: [[Double]]

  /// Creates quantiles.
  ///
  /// - Precondition: each entry has five values, ascending.
  public init(_ series: Series, _ entries: [[Double]]) {
    precondition(entries.allSatisfy { $0.count == 5 }, "an entry without five quantiles")
    self.series = series
    self.entries = entries
  }

  /// An area key.
  public var legend: [LegendEntry] { [LegendEntry(series: series, key: .area)] }
  /// The categories say.
  public func xRange(_ scale: Scale) -> ClosedRange<Double>? { nil }
  /// From the smallest quantile to the largest.
  public func yRange(_ scale: Scale) -> ClosedRange<Double>? { entries.lazy.joined().range(on: scale) }

  /// A line, a box and a sign for each category.
  public func draw(in frame: PlotFrame) -> Markup {
    var parts: [Markup] = []
    for (index, entry) in entries.enumerated() {
      let places = entry.compactMap { frame.up($0) }
      guard places.count == 5, let x = frame.across(Double(index)), let from = frame.across(Double(index) - 0.3),
        let to = frame.across(Double(index) + 0.3)
      else { continue }
      let name = frame.plot.name(Double(index), on: frame.plot.x)
      parts.append(
        .tag(
          "g", [:],
          [
            .tag("title", text: "\(DisplayName(name).text): \(Number.text(entry[2])) (\(Self.words(entry)))"),
            .tag(
              "path",
              [
                "class": "whisker \(series.colourClass)",
                "d": "M\(Number.coordinate(x)) \(Number.coordinate(places[0]))V\(Number.coordinate(places[4]))",
              ]),
            .tag(
              "rect",
              [
                "class": "area \(series.colourClass)", "x": Number.coordinate(from), "y": Number.coordinate(places[3]),
                "width": Number.coordinate(to - from), "height": Number.coordinate(places[1] - places[3]),
              ]),
            .tag(
              "path",
              [
                "class": "sign \(series.colourClass)", "d": Sign.path(series.sign, x, places[2], size: Sign.onLines),
              ]),
          ]))
    }
    return .tag("g", [:], parts)
  }

  /// The medians with the middle 50 % and 90 %.
  public func data(of plot: Plot) -> [PlotDatum] {
    entries.enumerated().map { index, entry in
      PlotDatum(
        series: series.name ?? "", x: plot.name(Double(index), on: plot.x), y: Number.text(entry[2]),
        value: Self.words(entry))
    }
  }

  private static func words(_ entry: [Double]) -> String {
    "50 %: \(Number.text(entry[1])) to \(Number.text(entry[3])), 90 %: \(Number.text(entry[0])) to \(Number.text(entry[4]))"
  }
}
