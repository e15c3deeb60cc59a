import Presentation

/// Axes, ticks, labels and the legend.
extension PlotFrame {
  var axes: Markup {
    .tag("g", ["class": "axes", "aria-hidden": "true"], verticalAxis + horizontalAxis)
  }

  private var verticalAxis: [Markup] {
    var parts: [Markup] = []
    let isNames = plot.y.categories != nil
    for tick in y.ticks() {
      guard let place = up(tick.value) else { continue }
      parts.append(Self.line(left, place, right, place, "grid"))
      let label = Self.short(tick.label, 28)
      parts.append(
        Self.text(
          label, left - 7, place + 4, "end", full: isNames && label != tick.label ? tick.label : nil))
    }
    parts.append(Self.line(left, top, left, bottom, "axis"))
    if !plot.y.label.isEmpty {
      let middle = (top + bottom) / 2
      parts.append(
        .tag(
          "text",
          [
            "class": "label", "text-anchor": "middle",
            "transform": "translate(13 \(Number.coordinate(middle))) rotate(-90)",
          ], text: plot.y.label))
    }
    return parts
  }

  private var horizontalAxis: [Markup] {
    var parts: [Markup] = []
    var lastEnd = -Double.infinity
    let every = rotatesX ? 1 : labelStep
    for tick in x.ticks(plot.width == .page ? 10 : 6) {
      guard let place = across(tick.value) else { continue }
      let label = Self.short(tick.label, 18)
      if plot.x.categories == nil { parts.append(Self.line(place, top, place, bottom, "grid")) }
      if rotatesX {
        parts.append(
          .tag(
            "text",
            [
              "text-anchor": "end",
              "transform": "translate(\(Number.coordinate(place + 4)) \(Number.coordinate(bottom + 14))) rotate(-45)",
            ], named(label, tick.label)))
        continue
      }
      // Labels that would touch the one before are left out; of many categories every fifth, tenth … has its own.
      if every > 1 && Int(tick.value) % every != every - 1 { continue }
      // A label at an end of the axis moves inwards, towards its neighbour.
      let half = Self.textWidth(label) / 2
      let inside = min(max(place, half + 2), width - half - 2)
      guard inside - half > lastEnd + 6 else { continue }
      lastEnd = inside + half
      parts.append(Self.line(place, bottom, place, bottom + 4, "axis"))
      parts.append(
        .tag(
          "text",
          ["x": Number.coordinate(inside), "y": Number.coordinate(bottom + 17), "text-anchor": "middle"],
          named(label, tick.label)))
    }
    parts.append(Self.line(left, bottom, right, bottom, "axis"))
    if !plot.x.label.isEmpty {
      parts.append(
        .tag(
          "text",
          [
            "class": "label", "text-anchor": "middle", "x": Number.coordinate((left + right) / 2),
            "y": Number.coordinate(height - 6),
          ], text: plot.x.label))
    }
    return parts
  }

  /// Which of many categories have a label: 1 for all, 5 for every fifth and so on.
  private var labelStep: Int {
    guard let names = plot.x.categories, names.count > 12 else { return 1 }
    let widest = names.map { Self.textWidth(Self.short($0, 18)) + 8 }.max() ?? 0
    let needed = widest * Double(names.count) / (right - left)
    return needed <= 1 ? 1 : [2, 5, 10, 20, 50, 100, 200, 500].first { Double($0) >= needed } ?? 1000
  }

  /// A shortened label keeps its whole self as a tooltip.
  private func named(_ label: String, _ full: String) -> [Markup] {
    label == full ? [.text(label)] : [.tag("title", text: DisplayName(full, limit: 200).text), .text(label)]
  }

  var legend: [Markup] {
    if legendRows.isEmpty { return [] }
    var parts: [Markup] = []
    for (row, entries) in legendRows.enumerated() {
      var place = 8.0
      let middle = 11 + Double(row) * Self.lineHeight
      for entry in entries {
        parts.append(Self.key(entry, place, middle))
        let name = entry.series.name ?? ""
        parts.append(Self.text(Self.short(name, 40), place + 28, middle + 4, "start", full: nil))
        place += Self.legendWidth(name)
      }
    }
    return [.tag("g", ["class": "legend", "aria-hidden": "true"], parts)]
  }

  private static func key(_ entry: LegendEntry, _ place: Double, _ middle: Double) -> Markup {
    switch entry.key {
    case .line, .outline:
      .tag(
        "g", [:],
        [
          .tag(
            "line",
            [
              "class": "line \(entry.series.colourClass)", "stroke-dasharray": entry.series.dash,
              "x1": Number.coordinate(place), "x2": Number.coordinate(place + 24),
              "y1": Number.coordinate(middle), "y2": Number.coordinate(middle),
            ])
        ]
          + (entry.key == .line && entry.series.marksLines
            ? [
              .tag(
                "path",
                [
                  "class": "sign \(entry.series.colourClass)",
                  "d": Sign.path(entry.series.sign, place + 12, middle, size: Sign.onLines),
                ])
            ] : []))
    case .sign:
      .tag(
        "path",
        [
          "class": "sign \(entry.series.colourClass)",
          "d": Sign.path(entry.series.sign, place + 16, middle, size: 4.5),
        ])
    case .area, .above, .below:
      .tag(
        "rect",
        [
          "class": entry.key == .area ? "area \(entry.series.colourClass)" : "\(entry.key)",
          "x": Number.coordinate(place + 6),
          "y": Number.coordinate(middle - 5), "width": "18", "height": "10",
        ])
    }
  }

  static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ name: String) -> Markup {
    .tag(
      "line",
      [
        "class": name, "x1": Number.coordinate(x1), "y1": Number.coordinate(y1), "x2": Number.coordinate(x2),
        "y2": Number.coordinate(y2),
      ])
  }

  static func text(_ text: String, _ x: Double, _ y: Double, _ anchor: String, full: String?) -> Markup {
    let place: KeyValuePairs<String, String?> = [
      "x": Number.coordinate(x), "y": Number.coordinate(y), "text-anchor": anchor,
    ]
    return .tag(
      "text", place,
      (full.map { [.tag("title", text: DisplayName($0, limit: 200).text)] } ?? []) + [.text(text)])
  }
}

/// Small signs that differ without colour.
enum Sign {
  /// How many there are.
  static let count = 8
  /// Half the size of a sign on a line, in user units.
  static let onLines = 3.6

  /// The sign of a number: circle, square, triangle, diamond, inverted triangle, plus, cross, flat hexagon.
  static func path(_ kind: Int, _ x: Double, _ y: Double, size: Double) -> String {
    func at(_ dx: Double, _ dy: Double) -> String { "\(Number.coordinate(x + dx)) \(Number.coordinate(y + dy))" }
    let r = size
    switch kind {
    case 1:
      return
        "M\(at(-r * 0.85, -r * 0.85))h\(Number.coordinate(1.7 * r))v\(Number.coordinate(1.7 * r))h\(Number.coordinate(-1.7 * r))z"
    case 2: return "M\(at(0, -1.1 * r))L\(at(r, 0.8 * r))L\(at(-r, 0.8 * r))z"
    case 3: return "M\(at(0, -1.2 * r))L\(at(1.2 * r, 0))L\(at(0, 1.2 * r))L\(at(-1.2 * r, 0))z"
    case 4: return "M\(at(0, 1.1 * r))L\(at(r, -0.8 * r))L\(at(-r, -0.8 * r))z"
    case 5: return path(arms.map { (0.38 * $0, 0.38 * $1) }, at, r)
    case 6:
      // The plus, turned by 45°.
      return path(arms.map { (0.27 * ($0 - $1), 0.27 * ($0 + $1)) }, at, r)
    case 7:
      return path([(-1.3, 0), (-0.65, -0.8), (0.65, -0.8), (1.3, 0), (0.65, 0.8), (-0.65, 0.8)], at, r)
    default:
      let radius = Number.coordinate(r)
      let across = Number.coordinate(2 * r)
      return "M\(at(-r, 0))a\(radius) \(radius) 0 1 0 \(across) 0a\(radius) \(radius) 0 1 0 -\(across) 0z"
    }
  }

  /// The corners of a plus, in units of an arm's half width.
  private static let arms: [(Double, Double)] = [
    (-1, -3), (1, -3), (1, -1), (3, -1), (3, 1), (1, 1), (1, 3), (-1, 3), (-1, 1), (-3, 1), (-3, -1), (-1, -1),
  ]

  private static func path(
    _ corners: [(Double, Double)], _ at: (Double, Double) -> String, _ size: Double
  ) -> String {
    "M" + corners.map { at(size * $0.0, size * $0.1) }.joined(separator: "L") + "z"
  }
}
