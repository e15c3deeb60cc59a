import Presentation

/// Points of a scatter plot.
public struct Points: PlotMark {
  /// What they are called and look like.
  public var series: Series
  /// Where they are.
  public var points: [PlotPoint]
  /// Words for each point, shown when it is pointed at; empty for none.
  public var names: [String]
  /// A value for each point, from −1 to 1, that colours it instead of the series (``HeatMap`` has the same scale);
  /// empty for none.
  public var shades: [Double]
  /// Half the size of a sign, in user units.
  public var size: Double
  /// Whether the names are written beside the points, for a few points.
  public var isLabelled: Bool

  /// Creates points.
  public init(
    _ series: Series, _ points: [PlotPoint], names: [String] = [], shades: [Double] = [], size: Double? = nil,
    isLabelled: Bool = false
  ) {
    self.series = series
    self.points = points
    self.names = names
    self.shades = shades
    self.size = size ?? (points.count > 300 ? 1.8 : points.count > 60 ? 2.6 : 4.5)
    self.isLabelled = isLabelled
  }

  /// A sign key.
  public var legend: [LegendEntry] { [LegendEntry(series: series, key: .sign)] }
  /// The range of the points.
  public func xRange(_ scale: Scale) -> ClosedRange<Double>? { points.lazy.map(\.x).range(on: scale) }
  /// The range of the points.
  public func yRange(_ scale: Scale) -> ClosedRange<Double>? { points.lazy.map(\.y).range(on: scale) }

  /// Anonymous points share one path; named or shaded ones have one each.
  public func draw(in frame: PlotFrame) -> Markup {
    let isMany = points.count > 60
    let look = "sign \(series.colourClass)\(isMany ? " many" : "")"
    if names.isEmpty && shades.isEmpty {
      let path = points.compactMap { place($0, frame) }
        .map { Sign.path(series.sign, $0.x, $0.y, size: size) }.joined()
      return .tag("path", ["class": look, "d": path.isEmpty ? nil : path])
    }
    var parts: [Markup] = []
    for (index, point) in points.enumerated() {
      guard let at = place(point, frame) else { continue }
      let shade = index < shades.count ? Shade(shades[index]) : nil
      let name = index < names.count ? DisplayName(names[index]).text : nil
      parts.append(
        .tag(
          "path",
          [
            "class": shade.map { "sign \($0.name)" } ?? look, "fill-opacity": shade?.opacity,
            "d": Sign.path(series.sign, at.x, at.y, size: size),
          ], name.map { [.tag("title", text: $0)] } ?? []))
      if isLabelled, let name {
        // To the left where the right has no room for the words.
        let words = PlotFrame.short(name, 24)
        let isRight = at.x + PlotFrame.textWidth(words) + 12 > frame.right
        parts.append(
          PlotFrame.text(words, at.x + (isRight ? -8 : 8), at.y - 6, isRight ? "end" : "start", full: nil))
      }
    }
    return .tag("g", [:], parts)
  }

  private func place(_ point: PlotPoint, _ frame: PlotFrame) -> (x: Double, y: Double)? {
    guard let x = frame.across(point.x), let y = frame.up(point.y) else { return nil }
    return (x, y)
  }
}

/// A value from −1 to 1 as a colour: one hue for each sign, more of it for larger values.
struct Shade {
  let name: String
  let opacity: String

  init(_ value: Double) {
    let bounded = value.isFinite ? max(-1, min(1, value)) : 0
    name = bounded < 0 ? "below" : "above"
    opacity = Number.coordinate(abs(bounded))
  }
}
