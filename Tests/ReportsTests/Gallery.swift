import Foundation
import Plots
import Presentation
import Reports

/// Ids as nobody should have them.
enum Hostile {
  static let ids = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'\"\u{301} onmouseover=alert(1) x=\"",
    "</script><script>alert(2)</script>", "]]><b>", "<!--", "&lt;b&gt;", "a\u{0}b\u{1B}[31mc\nd\te", "\u{202E}desrever",
    "\u{200F}\u{2067}rtl", "ي‎مرحبا", String(repeating: "long ", count: 2000), "", " ", "`code", "${x} {{y}}",
    "\u{FFFF}",
    "e" + String(repeating: "\u{301}", count: 5000), "'; DROP TABLE", "\\u003cscript\\u003e",
  ]
}

/// A page with every block and every mark.
enum Gallery {
  static func page(names: [String] = ["ae", "mult-dae", "mult-vae", "popularity"]) -> ReportPage {
    var page = ReportPage("Gallery of \(names.first ?? "")", lead: "Every block with `code` and \(names.first ?? "").")
    page.facts = [("data", names.last ?? ""), ("seed", "42")]
    let epochs = (1...60).map(Double.init)
    var loss = Plot(
      "Loss by epoch", description: "All losses fall.", x: Axis("epoch"), y: Axis("loss (nats per user)"))
    loss.marks =
      names.enumerated().map { place, name in
        Line(Series(name, place), epochs.map { PlotPoint($0, 300 + 200 * exp(-$0 / Double(10 + 5 * place))) })
      } + [Rule(x: 29, label: "chosen")]

    var intervals = Plot(
      "ndcg@100", description: "Means with intervals.", x: Axis("ndcg@100"), y: Axis("", .categories(names)))
    intervals.marks = [
      Intervals(Series(), names.indices.map { .init(0.4 + Double($0) / 100, margin: 0.012) })
    ]

    var bars = Plot(
      "KL by dimension", description: "Few are large.", x: Axis("dimension", .categories((1...200).map(String.init))),
      y: Axis("KL (nats)"))
    bars.width = .page
    bars.marks = [Bars(Series(), (0..<200).map { 3 * exp(-Double($0) / 30) }), Rule(y: 0.01, label: "active")]

    let values = (0..<400).map { Double(($0 * 7919) % 401) / 400 }
    let edges = Histogram.edges(values)
    var histogram = Plot("Lengths", description: "Flat.", x: Axis("length"), y: Axis("share of users"))
    histogram.marks = [
      Histogram(Series("real", 0), sharesOf: values, edges: edges),
      Histogram(Series("synthetic", 1), sharesOf: values.map { $0 * $0 }, edges: edges, isFilled: false),
    ]

    var scatter = Plot(
      "Cost and quality", description: "More time, better.", x: Axis("seconds", .logarithmic), y: Axis("ndcg@100"))
    scatter.marks = [
      Points(
        Series(), names.indices.map { PlotPoint(0.3 * Double($0 * $0 + 1), 0.2 + 0.05 * Double($0)) }, names: names,
        isLabelled: true)
    ]
    var curves = Plot("Use and cost", description: "More use costs more.", x: Axis("cost"), y: Axis("use"))
    curves.marks = [
      Curves(
        names.enumerated().map { place, name in
          let points = (1...3).map { PlotPoint(0.03 * Double($0 * (place % 7)), 0.1 * Double($0 + place % 5)) }
          return Curves.Curve(Series(name, place), points, labels: ["T 0.5", "T 0.75", "T 1"])
        })
    ]
    var map = Plot("Users", description: "A cloud.", x: Axis("first component"), y: Axis("second component"))
    let cloud = (0..<500).map { PlotPoint(sin(Double($0) * 12.9), cos(Double($0) * 78.2) * Double($0 % 17) / 17) }
    map.marks = [
      Points(Series("real", 0), Array(cloud.prefix(400))), Points(Series("synthetic", 1), Array(cloud.suffix(100))),
      Rule.diagonal(label: "equal"),
    ]
    var heat = Plot(
      "Strongest items", description: "Signs differ.",
      x: Axis("item", .categories(names + names.map { $0 + " again" })),
      y: Axis("", .categories((1...6).map { "dimension \($0)" })))
    heat.width = .page
    heat.marks = [HeatMap((0..<6).map { row in (0..<2 * names.count).map { sin(Double(row * 5 + $0 * 3)) } })]
    var upright = Plot(
      "Coverage", description: "Differs.", x: Axis("", .categories(names)), y: Axis("coverage@20"))
    upright.marks = [
      Bars(Series("train", 0), names.indices.map { 0.3 + 0.1 * Double($0 % 4) }, place: 0, of: 2),
      Bars(Series("test", 1), names.indices.map { 0.35 - 0.1 * Double($0 % 3) }, place: 1, of: 2),
    ]
    var ribbon = Plot("With its interval", description: "Falls.", x: Axis("rank", .logarithmic), y: Axis("share"))
    ribbon.marks = [
      Ribbon(
        Series("95 %", 2), lower: epochs.map { PlotPoint($0, 0.8 / $0) }, upper: epochs.map { PlotPoint($0, 1.2 / $0) }),
      Line(Series("mean", 2), epochs.map { PlotPoint($0, 1 / $0) }, isStepped: true),
    ]

    var table = Table(
      "Result", columns: [.text("model"), .number("ndcg@100", best: .smallest), .number("seconds"), .text("verdict")])
    for (place, name) in names.enumerated() {
      table.append([
        .name(name), .number(0.4 + Double(place) / 100, standardError: 0.0123),
        .number(place == 2 ? nil : 12345.678, decimals: 1),
        .verdict([.good, .caution, .bad, .unknown][place % 4], name),
      ])
    }
    page.append(
      ReportSection(
        "Results: what \(names.first ?? "")",
        [
          .prose("A paragraph about \(names.first ?? "") and `--report`."), .note("A remark on \(names.last ?? "")."),
          .keyFigures([
            KeyFigure("active units", "37 of 200", detail: "threshold 0.01", verdict: .good),
            KeyFigure("AUC", "0.52", detail: names.last ?? "", verdict: .caution), KeyFigure("seconds", "12.3"),
          ]), .table(table),
          .figures([ReportFigure(loss, caption: "Falls."), ReportFigure(intervals, caption: "Means.")]),
        ]))
    page.append(
      ReportSection(
        "Latent space",
        [
          .figures([ReportFigure(bars, caption: "Sorted.")]),
          .figures([ReportFigure(histogram, caption: "Flat."), ReportFigure(scatter, caption: "Time.")]),
          .figures([ReportFigure(map, caption: "Cloud."), ReportFigure(upright, caption: "Bars.")]),
          .figures([ReportFigure(ribbon, caption: "Falls."), ReportFigure(curves, caption: "Curves.")]),
          .figures([ReportFigure(heat, caption: "Signs.")]),
          .heading("Details"), .list(names), .details(table),
        ]))
    return page
  }
}
