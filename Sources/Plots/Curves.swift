import Presentation

/// Curves through a few points each, such as the settings of several methods: a sign at every point, words at both ends.
///
/// Words keep clear of all signs and of each other. Where there is no room for them they are left out; every point says
/// what it is when it is pointed at.
public struct Curves: PlotMark {
  /// One curve; a single point is a sign alone.
  public struct Curve: Sendable {
    /// What it is called and looks like.
    public var series: Series
    /// The points, in the order they are joined.
    public var points: [PlotPoint]
    /// Words for each point, written beside the first and the last; empty for none.
    public var labels: [String]

    /// Creates a curve.
    public init(_ series: Series, _ points: [PlotPoint], labels: [String] = []) {
      (self.series, self.points, self.labels) = (series, points, labels)
    }
  }

  /// The curves; those before others have their words first.
  public var curves: [Curve]

  /// Creates curves.
  public init(_ curves: [Curve]) { self.curves = curves }

  /// A line key with the sign, or the sign of a single point.
  public var legend: [LegendEntry] {
    curves.map { LegendEntry(series: $0.series, key: $0.points.count > 1 ? .line : .sign) }
  }
  /// The range of the points.
  public func xRange(_ scale: Scale) -> ClosedRange<Double>? {
    curves.flatMap(\.points).map(\.x).range(on: scale)
  }
  /// The range of the points.
  public func yRange(_ scale: Scale) -> ClosedRange<Double>? {
    curves.flatMap(\.points).map(\.y).range(on: scale)
  }

  /// All lines, then all signs, then the words.
  public func draw(in frame: PlotFrame) -> Markup {
    let spots = curves.map { $0.spots(in: frame) }
    let lines = zip(curves, spots).filter { $1.count > 1 }.map { curve, spots in
      Markup.tag(
        "path",
        [
          "class": "line \(curve.series.colourClass)", "stroke-dasharray": curve.series.dash,
          "d": "M" + spots.map { "\(Number.coordinate($0.x)) \(Number.coordinate($0.y))" }.joined(separator: "L"),
        ])
    }
    let signs = zip(curves, spots).flatMap { curve, spots in spots.map { curve.sign(at: $0) } }
    return .tag("g", [:], lines + signs + [.tag("g", ["class": "reference"], words(at: spots, in: frame))])
  }

  private func words(at spots: [[Spot]], in frame: PlotFrame) -> [Markup] {
    var taken = spots.flatMap { $0.map(\.box) }
    var parts: [Markup] = []
    for (curve, spots) in zip(curves, spots) {
      for (end, next) in Self.ends(of: spots) where curve.labels.indices.contains(end.index) {
        let words = PlotFrame.short(curve.labels[end.index], 24)
        // On the side where the curve does not go on.
        for place in WordPlace.all(isLeftFirst: next.x > end.x) {
          let box = place.box(of: words, beside: end)
          guard frame.holds(box), !taken.contains(where: box.touches) else { continue }
          taken.append(box)
          parts.append(PlotFrame.text(words, end.x + place.across, end.y + place.down, place.anchor, full: nil))
          break
        }
      }
    }
    return parts
  }

  /// The first and the last point, each with its neighbour; a single point is its own.
  private static func ends(of spots: [Spot]) -> [(end: Spot, next: Spot)] {
    guard let first = spots.first, let last = spots.last else { return [] }
    if spots.count == 1 { return [(first, first)] }
    return [(first, spots[1]), (last, spots[spots.count - 2])]
  }
}

/// A point of a curve in the frame, with its number among the points.
private struct Spot {
  /// Half the size of a sign.
  static let size = 4.5

  let index: Int
  let x: Double
  let y: Double

  /// What the sign covers, with some room around it.
  var box: Box {
    let reach = 1.3 * Self.size
    return Box(left: x - reach, right: x + reach, top: y - reach, bottom: y + reach)
  }
}

extension Curves.Curve {
  /// The points that the axes can show.
  fileprivate func spots(in frame: PlotFrame) -> [Spot] {
    points.enumerated().compactMap { index, point in
      guard let x = frame.across(point.x), let y = frame.up(point.y) else { return nil }
      return Spot(index: index, x: x, y: y)
    }
  }

  fileprivate func sign(at spot: Spot) -> Markup {
    let words = [series.name, labels.indices.contains(spot.index) ? labels[spot.index] : nil].compactMap(\.self)
    return .tag(
      "path",
      ["class": "sign \(series.colourClass)", "d": Sign.path(series.sign, spot.x, spot.y, size: Spot.size)],
      words.isEmpty ? [] : [.tag("title", text: words.map { DisplayName($0).text }.joined(separator: ": "))])
  }
}

/// A rectangle in user units.
private struct Box {
  let left: Double
  let right: Double
  let top: Double
  let bottom: Double

  func touches(_ other: Box) -> Bool {
    left < other.right && other.left < right && top < other.bottom && other.top < bottom
  }
}

/// A place for words beside a point.
private struct WordPlace {
  let anchor: String
  let across: Double
  let down: Double

  /// Beside the point, then above and below it.
  static func all(isLeftFirst: Bool) -> [WordPlace] {
    let right = [(9.0, 4.0), (7, -8), (7, 16)].map { WordPlace(anchor: "start", across: $0.0, down: $0.1) }
    let left = right.map { WordPlace(anchor: "end", across: -$0.across, down: $0.down) }
    let middle = [-10.0, 19].map { WordPlace(anchor: "middle", across: 0, down: $0) }
    return (isLeftFirst ? left + right : right + left) + middle
  }

  func box(of words: String, beside spot: Spot) -> Box {
    let width = PlotFrame.textWidth(words)
    let x = spot.x + across
    let left = anchor == "start" ? x : anchor == "end" ? x - width : x - width / 2
    // From the height of a capital to a descender.
    return Box(left: left, right: left + width, top: spot.y + down - 10, bottom: spot.y + down + 3)
  }
}

extension PlotFrame {
  fileprivate func holds(_ box: Box) -> Bool {
    left <= box.left && box.right <= right && top <= box.top && box.bottom <= bottom
  }
}
