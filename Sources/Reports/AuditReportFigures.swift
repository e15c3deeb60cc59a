import Audit
import Plots
import Presentation

/// The plots of an audit.
extension AuditReport {
  private func series(_ source: AuditSource) -> Series {
    switch source {
    case .train: Series("train", 0)
    case .holdout: Series("holdout", 1)
    case .synthetic: Series("synthetic", 2)
    }
  }

  /// The ends of the axis of ``gaps``, in margins: a gap far below 0 is as good as one a little below.
  private static let gapDomain = -2.0...4.0

  /// The gaps of all measures with their intervals, in margins: fidelity, then the rest.
  var gaps: [ReportFigure] {
    let rest = result.groups.map(\.group).filter { $0 != .fidelity }
    return [[.fidelity], rest].compactMap(gaps)
  }

  /// The gaps of the measures of some questions; `nil` where none has a margin.
  private func gaps(_ groups: [AuditMeasureKind.Group]) -> ReportFigure? {
    func inMargins(_ value: Double, _ gap: AuditGap) -> Double {
      min(max(value / gap.margin, Self.gapDomain.lowerBound), Self.gapDomain.upperBound)
    }
    let drawn = result.measures.filter { groups.contains($0.kind.group) }.compactMap { measure in
      measure.gap.flatMap { $0.margin > 0 && $0.size.isFinite ? (measure: measure, gap: $0) : nil }
    }
    if drawn.isEmpty { return nil }
    var plot = Plot(
      "Gaps to real users: \(groups.map(\.rawValue).joined(separator: ", then "))",
      description: drawn.map { "\($0.measure.kind.title): \($0.measure.judgement.rawValue)." }.joined(separator: " "),
      x: Axis("gap ÷ margin (0: as real users)", domain: Self.gapDomain),
      y: Axis("", .categories(drawn.map(\.measure.kind.shortTitle))))
    let series: [(judgements: [AuditJudgement], series: Series)] = [
      ([.atCeiling, .near], Series("within the margin", 0)), ([.open], Series("open", 4)),
      ([.fails], Series("fails", 1)),
    ]
    plot.marks = [Rule(x: 0), Rule(x: 1)]
    for (judgements, look) in series where drawn.contains(where: { judgements.contains($0.measure.judgement) }) {
      plot.marks.append(
        Intervals(
          look,
          drawn.map { measure, gap in
            judgements.contains(measure.judgement)
              ? .init(inMargins(gap.size, gap), inMargins(gap.lower, gap)...inMargins(gap.upper, gap)) : .init(.nan)
          }))
    }
    return ReportFigure(
      plot,
      caption: groups == [.fidelity]
        ? "How much worse synthetic users are than real ones, with 99 % intervals, in units of each measure's margin: a measure "
          + "passes when its whole interval is left of the rule at 1. Larger gaps are drawn at the edge."
        : "The same for the other measures.")
  }

  var fidelityFigures: [ReportBlock] {
    let plots = result.plots
    let popularity = Plot(
      "Popularity by rank", description: "Share of users who have an item, items in the order of the training users.",
      x: Axis("rank of the item among training users", .logarithmic), y: Axis("share of users", .logarithmic),
      marks: plots.popularity.map { curve in
        Line(
          series(curve.source),
          zip(curve.ranks, curve.shares).filter { $0.1 > 0 }.map { PlotPoint(Double($0.0), $0.1) })
      })
    let lengths = Plot(
      "Profile lengths", description: "The number of items per user.", x: Axis("items"),
      y: Axis("share of users", includesZero: true),
      marks: plots.lengths.map { histogram in
        Histogram(
          series(histogram.source), edges: histogram.edges, heights: histogram.shares,
          isFilled: histogram.source == .train)
      })
    let kept = evenSample(of: plots.lifts.count, limit: 600).map { plots.lifts[$0] }
    let lifts = Plot(
      "Pairs of top items", description: "Lift of pairs of items among training users and among the others.",
      x: Axis("log₂ lift, train"), y: Axis("log₂ lift, others"),
      marks: [Rule.diagonal()]
        + (result.holdout == nil
          ? []
          : [Points(series(.holdout), kept.compactMap { point in point.holdout.map { PlotPoint(point.train, $0) } })])
        + [Points(series(.synthetic), kept.map { PlotPoint($0.train, $0.synthetic) })])
    let map = Plot(
      "Map of users", description: "Real and synthetic users on the two main axes of the Jaccard kernel.",
      x: Axis("first component"), y: Axis("second component"),
      marks: AuditSource.allCases.compactMap { source in
        let points = plots.map.filter { $0.source == source }
        return points.isEmpty ? nil : Points(series(source), points.map { PlotPoint($0.x, $0.y) })
      })
    return [
      .figures([
        ReportFigure(popularity, caption: "Both axes are logarithmic; items that no user of a group has are left out."),
        ReportFigure(lengths, caption: "The last bin includes the longest 0.5 % of profiles."),
        ReportFigure(lifts, caption: "On the diagonal, a pair is as frequent as among training users."),
        ReportFigure(map, caption: "At most 300 users of each group; the axes are fitted to training users."),
      ])
    ]
  }

  var privacyFigures: [ReportBlock] {
    let distances = result.plots.distances
    let plot = Plot(
      "Distance to the closest record", description: "Jaccard distance to the nearest real user.",
      x: Axis("Jaccard distance", domain: 0...1), y: Axis("share of users", includesZero: true),
      marks: distances.enumerated().map { place, histogram in
        Histogram(
          Series("\(histogram.from.rawValue) to \(histogram.to.rawValue)", place), edges: histogram.edges,
          heights: histogram.shares, isFilled: false)
      })
    var table = Table(
      "Exact copies of a training user by profile length",
      columns: [
        .text("items"), .number("synthetic"), .number("copies"),
        .number(result.holdout == nil ? "training" : "holdout"), .number("copies"),
      ])
    for row in result.privacy.copies {
      table.append([
        .text(row.from == row.to ? "\(row.from)" : "\(row.from) to \(row.to)"), .count(row.synthetic),
        .count(row.syntheticCopies), .count(row.real), .count(row.realCopies),
      ])
    }
    return [
      .figures([
        ReportFigure(
          plot,
          caption: "Memorised users show as synthetic users nearer to training users than unseen real users are."
        )
      ]), .table(table),
    ]
  }
}
