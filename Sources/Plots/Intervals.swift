import Presentation

/// Values with their intervals, one for each category of the vertical axis: a dot plot.
public struct Intervals: PlotMark {
  /// A value and how far it may be off; without ends, only the value is drawn.
  public struct Entry: Sendable {
    /// The value.
    public var value: Double
    /// The ends of its interval.
    public var ends: ClosedRange<Double>?

    /// Creates an entry.
    public init(_ value: Double, _ ends: ClosedRange<Double>? = nil) {
      self.value = value
      self.ends = ends
    }

    /// A value with as much to either side.
    public init(_ value: Double, margin: Double?) {
      self.init(value, margin.flatMap { $0.isFinite && $0 >= 0 ? value - $0...value + $0 : nil })
    }
  }

  /// What they are called and look like.
  public var series: Series
  /// One for each category, in order.
  public var entries: [Entry]
  /// The place of these among those that share a category.
  public var place: Int
  /// How many share a category.
  public var places: Int

  /// Creates intervals.
  public init(_ series: Series, _ entries: [Entry], place: Int = 0, of places: Int = 1) {
    self.series = series
    self.entries = entries
    self.place = place
    self.places = max(1, places)
  }

  /// A sign key.
  public var legend: [LegendEntry] { [LegendEntry(series: series, key: .sign)] }
  /// The range of the intervals.
  public func xRange(_ scale: Scale) -> ClosedRange<Double>? {
    entries.flatMap { [$0.value, $0.ends?.lowerBound ?? $0.value, $0.ends?.upperBound ?? $0.value] }
      .range(on: scale)
  }
  /// The categories say.
  public func yRange(_ scale: Scale) -> ClosedRange<Double>? { nil }

  /// A line with caps and a sign for each.
  public func draw(in frame: PlotFrame) -> Markup {
    let names = frame.plot.y.categories ?? []
    var parts: [Markup] = []
    for (index, entry) in entries.enumerated() {
      let row = Double(index) + (Double(place) - Double(places - 1) / 2) * 0.7 / Double(places)
      guard let x = frame.across(entry.value), let y = frame.up(row) else { continue }
      if let ends = entry.ends, let from = frame.across(ends.lowerBound), let to = frame.across(ends.upperBound) {
        let (low, high, at) = (Number.coordinate(from), Number.coordinate(to), Number.coordinate(y))
        let (above, below) = (Number.coordinate(y - 3), Number.coordinate(y + 3))
        parts.append(
          .tag(
            "path",
            [
              "class": "whisker \(series.colourClass)",
              "d": "M\(low) \(at)H\(high)M\(low) \(above)V\(below)M\(high) \(above)V\(below)",
            ]))
      }
      let name = index < names.count ? DisplayName(names[index]).text + ": " : ""
      let range = entry.ends.map { " (\(Number.text($0.lowerBound)) to \(Number.text($0.upperBound)))" } ?? ""
      parts.append(
        .tag(
          "path",
          ["class": "sign \(series.colourClass)", "d": Sign.path(series.sign, x, y, size: 4)],
          [.tag("title", text: name + Number.text(entry.value) + range)]))
    }
    return .tag("g", [:], parts)
  }
}
