import Presentation

/// Bars from 0: one for each category of either axis.
public struct Bars: PlotMark {
  /// What they are called and look like.
  public var series: Series
  /// The value of each category, in order.
  public var values: [Double]
  /// The place of these bars among those that stand side by side in a category.
  public var place: Int
  /// How many stand side by side.
  public var places: Int

  /// Creates bars.
  public init(_ series: Series, _ values: [Double], place: Int = 0, of places: Int = 1) {
    self.series = series
    self.values = values
    self.place = place
    self.places = max(1, places)
  }

  /// An area key.
  public var legend: [LegendEntry] { [LegendEntry(series: series, key: .area)] }
  /// From 0 to the largest value, where the axis has no categories.
  public func xRange(_ scale: Scale) -> ClosedRange<Double>? { range(scale) }
  /// From 0 to the largest value, where the axis has no categories.
  public func yRange(_ scale: Scale) -> ClosedRange<Double>? { range(scale) }

  private func range(_ scale: Scale) -> ClosedRange<Double>? {
    switch scale {
    case .categories: nil
    case .linear: (values + [0]).range(on: scale)
    case .logarithmic: values.range(on: scale)
    }
  }

  /// One rectangle for each finite value.
  public func draw(in frame: PlotFrame) -> Markup {
    let isUpright = frame.plot.y.categories == nil
    let names = (isUpright ? frame.plot.x.categories : frame.plot.y.categories) ?? []
    let gap = names.count > 40 ? 0.1 : 0.24
    let width = (1 - gap) / Double(places)
    var parts: [Markup] = []
    for (index, value) in values.enumerated() {
      let start = Double(index) - 0.5 + gap / 2 + Double(place) * width
      let axis = isUpright ? frame.y : frame.x
      let zero = max(axis.lower, min(axis.upper, 0))
      let corners =
        isUpright
        ? Self.rectangle(frame.across(start), frame.across(start + width), frame.up(value), frame.up(zero))
        : Self.rectangle(frame.across(zero), frame.across(value), frame.up(start), frame.up(start + width))
      guard let corners else { continue }
      let name = index < names.count ? DisplayName(names[index]).text + ": " : ""
      parts.append(
        .tag(
          "rect",
          [
            "x": Number.coordinate(corners.x), "y": Number.coordinate(corners.y),
            "width": Number.coordinate(corners.width), "height": Number.coordinate(corners.height),
          ], [.tag("title", text: name + Number.text(value))]))
    }
    return .tag("g", ["class": "bar \(series.colourClass)"], parts)
  }

  static func rectangle(
    _ x1: Double?, _ x2: Double?, _ y1: Double?, _ y2: Double?
  ) -> (x: Double, y: Double, width: Double, height: Double)? {
    guard let x1, let x2, let y1, let y2 else { return nil }
    return (min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1))
  }
}

/// Counts or densities of a quantity in bins of equal width, filled or as an outline.
public struct Histogram: PlotMark {
  /// What it is called and looks like.
  public var series: Series
  /// The edges of the bins: one more than there are heights.
  public var edges: [Double]
  /// The height of each bin.
  public var heights: [Double]
  /// Whether the bins are filled; outlines allow several histograms in one plot.
  public var isFilled: Bool

  /// Creates a histogram from bins.
  ///
  /// - Precondition: there is one edge more than heights.
  public init(_ series: Series, edges: [Double], heights: [Double], isFilled: Bool = true) {
    precondition(edges.count == heights.count + 1, "\(edges.count) edges for \(heights.count) bins")
    self.series = series
    self.edges = edges
    self.heights = heights
    self.isFilled = isFilled
  }

  /// Counts values into bins: the share of all finite values that falls into each.
  ///
  /// - Parameter edges: ascending; a value on an inner edge belongs to the bin above it, one on the last edge to the last
  ///   bin. Values outside are counted in no bin, but in the whole.
  public init(_ series: Series, sharesOf values: [Double], edges: [Double], isFilled: Bool = true) {
    var counts = [Double](repeating: 0, count: max(0, edges.count - 1))
    var total = 0.0
    for value in values where value.isFinite {
      total += 1
      guard let first = edges.first, let last = edges.last, value >= first, value <= last, !counts.isEmpty else {
        continue
      }
      var (low, high) = (0, counts.count)
      while high - low > 1 {
        let middle = (low + high) / 2
        if edges[middle] <= value { low = middle } else { high = middle }
      }
      counts[low] += 1
    }
    self.init(series, edges: edges, heights: counts.map { total > 0 ? $0 / total : 0 }, isFilled: isFilled)
  }

  /// Round edges that hold all of `values`, about `count` bins.
  public static func edges(_ values: [Double], bins count: Int = 24) -> [Double] {
    guard let range = values.range(on: .linear) else { return [0, 1] }
    let span = range.upperBound - range.lowerBound
    if span <= 0 { return [range.lowerBound - 0.5, range.lowerBound + 0.5] }
    let step = ScaledDomain.niceStep(span, ticks: count)
    let first = (range.lowerBound / step).rounded(.down)
    let last = max(first + 1, (range.upperBound / step + 1e-9).rounded(.up))
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// An area key, or a line key for an outline.
  public var legend: [LegendEntry] { [LegendEntry(series: series, key: isFilled ? .area : .outline)] }
  /// From the first edge to the last.
  public func xRange(_ scale: Scale) -> ClosedRange<Double>? { edges.range(on: scale) }
  /// From 0 to the highest bin.
  public func yRange(_ scale: Scale) -> ClosedRange<Double>? {
    (heights + (scale == .linear ? [0] : [])).range(on: scale)
  }

  /// One path.
  public func draw(in frame: PlotFrame) -> Markup {
    let ground = Number.coordinate(frame.bottom)
    var path = ""
    for (index, height) in heights.enumerated() {
      guard let x1 = frame.across(edges[index]), let x2 = frame.across(edges[index + 1]) else { continue }
      let top = Number.coordinate(frame.up(height) ?? frame.bottom)
      let (from, to) = (Number.coordinate(x1), Number.coordinate(x2))
      if isFilled {
        path += "M\(from) \(ground)V\(top)H\(to)V\(ground)z"
      } else {
        path += (path.isEmpty ? "M\(from) \(ground)" : "") + "V\(top)H\(to)"
      }
    }
    if !isFilled && !path.isEmpty { path += "V\(ground)" }
    return .tag(
      "path",
      [
        "class": "\(isFilled ? "bar" : "line") \(series.colourClass)",
        "stroke-dasharray": isFilled ? nil : series.dash, "d": path.isEmpty ? nil : path,
      ])
  }
}
