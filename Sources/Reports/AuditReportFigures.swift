import Audit
import Plots

/// The plots of an audit.
extension AuditReport {
  private func series(_ source: AuditSource) -> Series {
    switch source {
    case .train: Series("train", 0)
    case .holdout: Series("holdout", 1)
    case .synthetic: Series("synthetic", 2)
    }
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
      "Profile lengths", description: "How many items users have.", x: Axis("items"),
      y: Axis("share of users", includesZero: true),
      marks: plots.lengths.map { histogram in
        Histogram(
          series(histogram.source), edges: histogram.edges, heights: histogram.shares,
          isFilled: histogram.source == .train)
      })
    let kept = evenSample(of: plots.lifts.count, limit: 600).map { plots.lifts[$0] }
    let lifts = Plot(
      "Pairs of top items", description: "Lift of a pair among training users against that among others.",
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
        ReportFigure(popularity, caption: "Both axes are logarithmic; items that nobody of a kind has are left out."),
        ReportFigure(lengths, caption: "The longest profiles, one in two hundred, are in the last bin."),
        ReportFigure(lifts, caption: "On the diagonal two items occur together as often as among training users."),
        ReportFigure(map, caption: "At most 300 users of each kind; axes fitted to training users."),
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
    var table = ReportTable(
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
          plot, caption: "If synthetic users lie nearer to training users than unseen users do, they were remembered.")
      ]), .table(table),
    ]
  }
}
