import Presentation

/// A plot: two axes and marks between them, written as one SVG element.
///
/// ```swift
/// var plot = Plot(
///   "Loss by epoch", description: "The loss of both models falls and levels off after 30 epochs.",
///   x: Axis("epoch"), y: Axis("loss (nats per user)"))
/// plot.marks = [
///   Line(Series("ae", 0), aeLosses),
///   Line(Series("mult-vae", 1), vaeLosses),
///   Rule(x: 29, label: "chosen"),
/// ]
/// let svg = plot.markup(id: "loss").serialised
/// ```
///
/// Marks: ``Line``, ``Curves``, ``Points``, ``Bars``, ``Histogram``, ``Intervals``, ``Quantiles``, ``HeatMap``, ``Ribbon``, ``Rule``.
/// Colours are classes; ``PlotStyle/css`` gives them values for light and dark pages and for print.
public struct Plot: Sendable {
  /// The width of a plot on the page.
  public enum Width: Sendable {
    /// Half a wide page; readable at the width of a phone.
    case column
    /// The whole page; on a phone it scrolls sideways.
    case page
  }

  /// The title, with which the text alternative begins.
  public var title: String
  /// The content of the plot in a sentence or two, for readers who cannot see it.
  public var description: String
  /// The horizontal axis.
  public var x: Axis
  /// The vertical axis.
  public var y: Axis
  /// What is drawn, from back to front.
  public var marks: [any PlotMark] = []
  /// How wide it is.
  public var width = Width.column
  /// The height of the whole in user units (the width is 480 or 960); by default fit for the axes.
  public var height: Double?

  /// Creates a plot without marks.
  public init(_ title: String, description: String, x: Axis, y: Axis, marks: [any PlotMark] = []) {
    self.title = title
    self.description = description
    self.x = x
    self.y = y
    self.marks = marks
  }

  /// The SVG element.
  ///
  /// - Parameter id: unique on the page; letters, digits, `-`. The text alternatives are found by it.
  public func markup(id: String) -> Markup {
    let frame = PlotFrame(self)
    var children: [Markup] = [
      .tag("title", ["id": id + "-title"], text: title),
      .tag("desc", ["id": id + "-desc"], text: description),
    ]
    children += frame.legend
    children.append(frame.axes)
    // With a fixed domain, marks may be cut off.
    children.append(
      .tag(
        "clipPath", ["id": id + "-clip"],
        [
          .tag(
            "rect",
            [
              "x": Number.coordinate(frame.left - 5), "y": Number.coordinate(frame.top - 5),
              "width": Number.coordinate(frame.right - frame.left + 10),
              "height": Number.coordinate(frame.bottom - frame.top + 10),
            ])
        ]))
    children.append(
      .tag("g", ["class": "marks", "clip-path": "url(#\(id)-clip)"], marks.map { $0.draw(in: frame) }))
    return .tag(
      "svg",
      [
        "class": width == .page ? "plot plot-wide" : "plot", "id": id, "role": "img",
        "viewBox": "0 0 \(Number.coordinate(frame.width)) \(Number.coordinate(frame.height))",
        "aria-labelledby": "\(id)-title \(id)-desc", "data-plot": title, "data-marks": "\(marks.count)",
      ], children)
  }
}

/// An axis: a quantity and its scale.
public struct Axis: Sendable {
  /// The quantity, with its unit in brackets where it has one.
  public var label: String
  /// How values map to positions.
  public var scale: Scale
  /// The ends of the axis; `nil` takes them from the marks.
  public var domain: ClosedRange<Double>?
  /// Whether 0 must be on the axis.
  ///
  /// Bars and histograms include it anyway.
  public var includesZero: Bool

  /// Creates an axis.
  public init(
    _ label: String, _ scale: Scale = .linear, domain: ClosedRange<Double>? = nil, includesZero: Bool = false
  ) {
    self.label = label
    self.scale = scale
    self.domain = domain
    self.includesZero = includesZero
  }

  /// The names, on an axis of categories.
  var categories: [String]? {
    if case .categories(let names) = scale { names } else { nil }
  }

  func scaled(_ ranges: [ClosedRange<Double>], ticks: Int) -> ScaledDomain {
    var values = ranges.dropFirst().reduce(ranges.first) { sum, range in
      sum.map { min($0.lowerBound, range.lowerBound)...max($0.upperBound, range.upperBound) }
    }
    if includesZero, let found = values { values = min(0, found.lowerBound)...max(0, found.upperBound) }
    return ScaledDomain(scale, values: values, fixed: domain, ticks: ticks)
  }
}

/// A place in a plot.
public struct PlotPoint: Sendable, Equatable {
  /// Across.
  public var x: Double
  /// Up.
  public var y: Double

  /// Creates a point.
  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// Something drawn between the axes.
public protocol PlotMark: Sendable {
  /// What the legend lists.
  var legend: [LegendEntry] { get }
  /// The values that the horizontal axis must hold, on the given scale.
  func xRange(_ scale: Scale) -> ClosedRange<Double>?
  /// The values that the vertical axis must hold, on the given scale.
  func yRange(_ scale: Scale) -> ClosedRange<Double>?
  /// The drawing.
  func draw(in frame: PlotFrame) -> Markup
  /// Its values as text, for a table.
  func data(of plot: Plot) -> [PlotDatum]
}

/// An entry of the legend.
public struct LegendEntry: Sendable {
  /// What is drawn before the name.
  public enum Key: Sendable {
    /// A short line with the sign of the series.
    case line
    /// A short line alone.
    case outline
    /// The sign of the series.
    case sign
    /// A filled rectangle.
    case area
    /// The strongest colour of a heat map, for values above 0 or below.
    case above, below
  }
  /// The series, with its name.
  public let series: Series
  /// What is drawn before the name.
  public let key: Key
}

extension Sequence<Double> {
  /// The smallest and the largest value that the scale can show.
  func range(on scale: Scale) -> ClosedRange<Double>? {
    var found: ClosedRange<Double>?
    for value in self where value.isFinite && (scale != .logarithmic || value > 0) {
      found = found.map { Swift.min($0.lowerBound, value)...Swift.max($0.upperBound, value) } ?? value...value
    }
    return found
  }
}
