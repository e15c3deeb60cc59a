import Presentation

/// Points joined by a line or by steps; a value that is not finite leaves a gap.
public struct Line: PlotMark {
  /// The name and look of the line.
  public var series: Series
  /// The points, in the order they are joined.
  public var points: [PlotPoint]
  /// Whether each value holds until the next point.
  public var isStepped: Bool

  /// Creates a line.
  public init(_ series: Series, _ points: [PlotPoint], isStepped: Bool = false) {
    self.series = series
    self.points = points
    self.isStepped = isStepped
  }

  /// A line key.
  public var legend: [LegendEntry] { [LegendEntry(series: series, key: .line)] }
  /// The range of the points.
  public func xRange(_ scale: Scale) -> ClosedRange<Double>? { points.lazy.map(\.x).range(on: scale) }
  /// The range of the points.
  public func yRange(_ scale: Scale) -> ClosedRange<Double>? { points.lazy.map(\.y).range(on: scale) }

  /// One path; a point alone between gaps is a dot.
  ///
  /// A named series has its sign on some of the points.
  public func draw(in frame: PlotFrame) -> Markup {
    var path = ""
    var pen: (x: Double, y: Double)?
    for point in points {
      guard let x = frame.across(point.x), let y = frame.up(point.y) else {
        pen = nil
        continue
      }
      let (across, down) = (Number.coordinate(x), Number.coordinate(y))
      if pen == nil {
        path += "M\(across) \(down)h0"
      } else if isStepped {
        path += "H\(across)V\(down)"
      } else {
        path += "L\(across) \(down)"
      }
      pen = (x, y)
    }
    let line = Markup.tag(
      "path", ["class": "line \(series.colourClass)", "stroke-dasharray": series.dash, "d": path.isEmpty ? nil : path])
    guard series.marksLines else { return line }
    let signs = signPlaces(in: frame).compactMap { place -> String? in
      guard let x = frame.across(points[place].x), let y = frame.up(points[place].y) else { return nil }
      return Sign.path(series.sign, x, y, size: Sign.onLines)
    }
    if signs.isEmpty { return line }
    return .tag("g", [:], [line, .tag("path", ["class": "sign \(series.colourClass)", "d": signs.joined()])])
  }

  /// The points that carry the series' sign: about six, at equal distances across and elsewhere for each series.
  private func signPlaces(in frame: PlotFrame) -> [Int] {
    let places = points.map { frame.across($0.x) ?? .nan }
    guard let range = places.range(on: .linear) else { return [] }
    let step = (range.upperBound - range.lowerBound) / 6
    let start = range.lowerBound + step * Double(series.sign % 4) / 4
    let found = (0...6).compactMap { sign in places.firstIndex { $0 >= start + Double(sign) * step - 1e-9 } }
    return Array(Set(found)).sorted()
  }
}

/// The area between a lower and an upper line, such as an interval at every point.
public struct Ribbon: PlotMark {
  /// The name and look of the area.
  public var series: Series
  /// The lower edge and, for the same places, the upper edge.
  public var lower: [PlotPoint]
  /// The upper edge.
  public var upper: [PlotPoint]

  /// Creates a ribbon.
  public init(_ series: Series, lower: [PlotPoint], upper: [PlotPoint]) {
    self.series = series
    self.lower = lower
    self.upper = upper
  }

  /// An area key.
  public var legend: [LegendEntry] { [LegendEntry(series: series, key: .area)] }
  /// The range of both edges.
  public func xRange(_ scale: Scale) -> ClosedRange<Double>? { (lower + upper).lazy.map(\.x).range(on: scale) }
  /// The range of both edges.
  public func yRange(_ scale: Scale) -> ClosedRange<Double>? { (lower + upper).lazy.map(\.y).range(on: scale) }

  /// One closed path.
  public func draw(in frame: PlotFrame) -> Markup {
    let corners = (lower + upper.reversed()).compactMap { point -> String? in
      guard let x = frame.across(point.x), let y = frame.up(point.y) else { return nil }
      return "\(Number.coordinate(x)) \(Number.coordinate(y))"
    }
    return .tag(
      "path",
      ["class": "area \(series.colourClass)", "d": corners.isEmpty ? nil : "M" + corners.joined(separator: "L") + "z"])
  }
}

/// A straight line across the plot at one value: a threshold, a chosen epoch, a diagonal.
public struct Rule: PlotMark {
  private enum Place: Sendable {
    case x(Double), y(Double), diagonal
  }
  private let place: Place
  private let label: String?

  /// A vertical line.
  public init(x: Double, label: String? = nil) { (place, self.label) = (.x(x), label) }
  /// A horizontal line.
  public init(y: Double, label: String? = nil) { (place, self.label) = (.y(y), label) }
  /// The line on which both axes agree.
  public static func diagonal(label: String? = nil) -> Rule { Rule(.diagonal, label) }
  private init(_ place: Place, _ label: String?) { (self.place, self.label) = (place, label) }

  /// None: the label is written beside the rule.
  public var legend: [LegendEntry] { [] }
  /// A vertical line must be visible.
  public func xRange(_ scale: Scale) -> ClosedRange<Double>? {
    if case .x(let value) = place { [value].range(on: scale) } else { nil }
  }
  /// A horizontal line must be visible.
  public func yRange(_ scale: Scale) -> ClosedRange<Double>? {
    if case .y(let value) = place { [value].range(on: scale) } else { nil }
  }

  /// The line and its label.
  public func draw(in frame: PlotFrame) -> Markup {
    var parts: [Markup] = []
    switch place {
    case .x(let value):
      guard let x = frame.across(value) else { break }
      parts.append(PlotFrame.line(x, frame.top, x, frame.bottom, "rule"))
      if let label {
        let isRight = x > (frame.left + frame.right) / 2
        parts.append(
          PlotFrame.text(label, x + (isRight ? -5 : 5), frame.top + 12, isRight ? "end" : "start", full: nil))
      }
    case .y(let value):
      guard let y = frame.up(value) else { break }
      parts.append(PlotFrame.line(frame.left, y, frame.right, y, "rule"))
      if let label {
        parts.append(
          PlotFrame.text(label, frame.right - 4, y < frame.top + 18 ? y + 14 : y - 5, "end", full: nil))
      }
    case .diagonal:
      let (low, high) = (max(frame.x.lower, frame.y.lower), min(frame.x.upper, frame.y.upper))
      guard low < high, let x1 = frame.across(low), let y1 = frame.up(low), let x2 = frame.across(high),
        let y2 = frame.up(high)
      else { break }
      parts.append(PlotFrame.line(x1, y1, x2, y2, "rule"))
      if let label { parts.append(PlotFrame.text(label, x2 - 10, y2 + 16, "end", full: nil)) }
    }
    return .tag("g", ["class": "reference"], parts)
  }
}
