import Autoencoders
import Foundation
import Inspection
import Plots
import Presentation

/// The figures of one inspected model.
struct InspectionFigures {
  let model: InspectedModel
  /// The model's place in the palette.
  let series: Int
  let users: Int

  private var plots: LatentPlots { model.plots }
  private var look: Series { Series(nil, series) }
  /// Whether single dimensions are held against N(0, 1), and not against the moments of another prior.
  private var isStandard: Bool { model.prior.isStandardNormal }

  var all: [ReportFigure] {
    [spectrum, codes, variances, densities].compactMap(\.self) + maps + [heat].compactMap(\.self)
  }

  // MARK: Dimensions

  /// The weight of each dimension: its KL, or the variance of its codes where there is no KL.
  private var weights: [Double] {
    model.distribution?.dimensions.map(\.divergence) ?? model.codes.dimensions.map(\.variance)
  }

  private var order: [Int] { weights.indices.sorted { (weights[$1], $0) < (weights[$0], $1) } }

  private var spectrum: ReportFigure? {
    let sorted = weights.sorted(by: >)
    guard !sorted.isEmpty else { return nil }
    let isGaussian = model.distribution != nil
    let reference = isStandard ? "the prior" : "the prior's moments"
    let quantity = isGaussian ? "KL to \(reference) (nats)" : "variance of the code"
    let total = Number.text(sorted.reduce(0, +))
    var plot = Plot(
      isGaussian ? "KL by dimension" : "Variance by dimension",
      description: "From \(Number.text(sorted[0])) to \(Number.text(sorted[sorted.count - 1])); the sum is \(total).",
      x: Axis("dimensions, largest first"), y: Axis(quantity, includesZero: true))
    plot.marks = [
      Histogram(look, edges: (0...sorted.count).map { Double($0) }, heights: sorted)
    ]
    return ReportFigure(
      plot,
      caption: isGaussian
        ? isStandard
          ? "A dimension near 0 is unused: its posterior is the prior for every user."
          : "A dimension near 0 is unused: its posterior has the prior's mean and variance for every user. The dimensions of a "
            + "mixture do not add up to the KL of the whole."
        : "An AE has no KL, so dimensions are ordered by the variance of their codes.")
  }

  /// How many dimensions are shown one by one; the others hold next to nothing where they are many.
  private static let shown = 20

  /// Quantiles of a quantity in the dimensions with the largest weight.
  private func spread(
    _ title: String, _ quantity: String, _ caption: String, reference: Double?,
    _ quantiles: (DimensionSpread) -> [Double]?
  ) -> ReportFigure? {
    let dimensions = order.prefix(Self.shown).map { plots.spreads[$0] }
    let entries = dimensions.compactMap(quantiles)
    guard !entries.isEmpty, entries.count == dimensions.count else { return nil }
    let medians = entries.map { $0[2] }
    var plot = Plot(
      title,
      description: "Medians from \(Number.text(medians.min() ?? 0)) to \(Number.text(medians.max() ?? 0)).",
      x: Axis(
        "dimension, largest \(model.distribution == nil ? "variance" : "KL") first",
        .categories(dimensions.map { "\($0.number)" })), y: Axis(quantity))
    plot.marks = [Quantiles(look, entries)]
    if let reference { plot.marks.append(Rule(y: reference, label: "the prior")) }
    let limit =
      dimensions.count < plots.spreads.count
      ? " The first \(dimensions.count) of \(plots.spreads.count) dimensions." : ""
    return ReportFigure(
      plot, caption: caption + " Sign: the median; box: the middle 50 %; line: the middle 90 % of users." + limit)
  }

  private var codes: ReportFigure? {
    if model.distribution != nil {
      return spread(
        "Posterior means", "posterior mean of a user", "Where users differ most.", reference: nil
      ) { $0.codes }
    }
    // Nothing centres the dimensions of an AE; side by side, their medians would hide how far codes spread.
    return spread(
      "Spread of the codes", "code − median", "Around the median of each dimension.", reference: nil
    ) { spread in spread.codes.map { $0 - spread.codes[2] } }
  }

  private var variances: ReportFigure? {
    spread(
      "Posterior variances", "posterior variance of a user",
      isStandard ? "A dimension at 1 holds no information about users." : "In the same dimensions.",
      reference: isStandard ? 1 : nil
    ) { $0.variances }
  }

  private var densities: ReportFigure? {
    let shown = plots.densities.prefix(4)
    guard let reach = shown.map({ -$0.lower }).max(), reach > 0 else { return nil }
    var plot = Plot(
      isStandard ? "Aggregate codes over N(0, 1)" : "Aggregate codes over the prior",
      description:
        "The \(shown.count) most active dimensions and the \(isStandard ? "standard normal density" : "prior's").",
      x: Axis("z"), y: Axis("density", includesZero: true))
    plot.marks = shown.enumerated().map { index, density in
      Histogram(
        Series("dimension \(density.number)", index),
        edges: (0...density.densities.count).map { density.lower + Double($0) * density.width },
        heights: density.densities, isFilled: false)
    }
    if isStandard {
      let grid = stride(from: -reach, through: reach, by: reach / 60)
      plot.marks.append(
        Line(
          Series("N(0, 1)", colour: .neutral),
          grid.map { PlotPoint($0, exp(-$0 * $0 / 2) / (2 * Double.pi).squareRoot()) }))
    }
    for (index, density) in shown.enumerated() {
      guard let prior = density.prior else { continue }
      plot.marks.append(
        Line(
          Series("prior in \(density.number)", index),
          prior.enumerated().map { PlotPoint(density.lower + (Double($0) + 0.5) * density.width, $1) }))
    }
    return ReportFigure(
      plot,
      caption: model.distribution == nil
        ? "Codes of all users. Training does not fit an AE's codes to N(0, 1); the curve is for reference."
        : "One z drawn from each user's posterior. Where it differs from \(isStandard ? "the curve" : "its curve"), draws from "
          + "the prior differ from users."
    )
  }

  // MARK: Users

  private var maps: [ReportFigure] {
    let places = evenSample(of: plots.map.points.count, limit: 1000)
    guard !places.isEmpty else { return [] }
    let points = places.map { plots.map.points[$0] }
    let sample = points.count < users ? " \(points.count) of \(users) users are shown." : ""
    let shares = plots.map.explained.map { Number.text(100 * $0, decimals: 0) + " %" }
    func plot(_ title: String, _ description: String) -> Plot {
      Plot(
        title, description: description,
        x: Axis("first principal component (\(shares[0]))"), y: Axis("second principal component (\(shares[1]))"))
    }
    var figures: [ReportFigure] = []
    if let dimension = plots.map.dimensions.first {
      let values = points.map { $0.values.first ?? 0 }
      let centre = values.reduce(0, +) / Double(values.count)
      let reach = values.reduce(1e-12) { max($0, abs($1 - centre)) }
      var map = plot("Users, by dimension \(dimension)", "Users on the first two principal components of their codes.")
      map.marks = [
        Points(look, points.map { PlotPoint($0.x, $0.y) }, shades: values.map { ($0 - centre) / reach })
      ]
      figures.append(
        ReportFigure(
          map,
          caption: "Colour: the value of dimension \(dimension), above or below its mean." + sample))
    }
    let tastes = Set(points.compactMap(\.taste)).sorted()
    if !tastes.isEmpty {
      var map = plot("Users, by true taste", "Users of \(tastes.count) tastes on the same components.")
      map.marks = tastes.enumerated().map { index, taste in
        Points(Series(taste, index), points.filter { $0.taste == taste }.map { PlotPoint($0.x, $0.y) })
      }
      figures.append(ReportFigure(map, caption: "The strongest taste of each simulated user." + sample))
    }
    return figures
  }

  // MARK: Items

  private var heat: ReportFigure? {
    guard !plots.heat.items.isEmpty else { return nil }
    var plot = Plot(
      "Dimensions and the items they move",
      description: "The \(plots.heat.dimensions.count) most active dimensions by \(plots.heat.items.count) items.",
      x: Axis("", .categories(plots.heat.items)),
      y: Axis("dimension", .categories(plots.heat.dimensions.map(String.init))), marks: [HeatMap(plots.heat.changes)])
    plot.width = .page
    return ReportFigure(
      plot,
      caption:
        "Change of an item's probability from the low to the high end of a dimension, with the other dimensions at their "
        + "means.")
  }
}
