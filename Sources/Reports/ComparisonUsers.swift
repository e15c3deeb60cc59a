import Evaluation
import Experiments
import Plots
import Presentation

/// Differences between models, user by user.
extension ComparisonReport {
  var users: ReportSection? {
    guard let metric = comparison.mainMetric else { return nil }
    let judged = comparison.models.filter { $0[metric]?.values != nil }
    let sign: Double = metric.kind.largerIsBetter ? 1 : -1
    guard judged.count > 1, let best = judged.max(by: { sign * value($0, metric) < sign * value($1, metric) }),
      let bestValues = best[metric]?.values
    else { return nil }
    let others = judged.filter { $0.name != best.name }
    let one = judged.first?.ranking == nil ? "rating" : "user"

    var table = Table(
      "\(best.name) against each other model on \(metric.key), \(one) by \(one)",
      columns: [
        .text("other model"), .number("\(one)s better with \(best.name)"), .number("equal"), .number("worse"),
        .number("mean difference"), .text("95 % interval (Holm)"), .number("p (Holm)"),
      ])
    for other in others {
      let differences = self.differences(bestValues, other, metric)
      let pair = comparison.pairs.first {
        $0.metric == metric && Set([$0.a, $0.b]) == Set([best.name, other.name])
      }
      let turn: Double = pair?.a == best.name ? 1 : -1
      let ends = pair?.interval.map { [turn * $0.lower, turn * $0.upper].sorted() }
      table.append([
        .name(other.name), .count(differences.count { $0 * sign > 0 }), .count(differences.count { $0 == 0 }),
        .count(differences.count { $0 * sign < 0 }), .number(pair.map { turn * $0.difference }),
        .text(ends.map { "\(Number.text($0[0], decimals: 4)) to \(Number.text($0[1], decimals: 4))" } ?? "–"),
        .text(pair?.pValue.map { $0 < 0.0001 ? "< 0.0001" : Number.text($0, decimals: 4) } ?? "–"),
      ])
    }

    var section = ReportSection("Differences \(one) by \(one)")
    section.blocks = [
      .prose(
        "`\(best.name)`, which has the best mean, against each other model on `\(metric.key)`. A model with the worse mean can "
          + "still be better for many \(one)s."
          + (comparison.runs.isEmpty ? "" : " A \(one) counts as often as it was tested.")),
      .table(table),
      .figures([
        differencePlot(best, others, metric), distribution(best, others, metric),
      ]),
    ]
    return section
  }

  private func value(_ model: ModelResult, _ metric: Metric) -> Double { model[metric]?.value ?? .nan }

  private func differences(_ best: [Double], _ other: ModelResult, _ metric: Metric) -> [Double] {
    zip(best, other[metric]?.values ?? []).map { $0 - $1 }
  }

  private func differencePlot(
    _ best: ModelResult, _ all: [ModelResult], _ metric: Metric
  ) -> ReportFigure {
    let (drawn, leftOut) = withoutBaseline(metric)
    let others = all.filter { other in drawn.contains { $0.name == other.name } }
    var plot = Plot(
      "Mean differences from \(best.name)",
      description: "A difference is significant where its interval excludes 0.",
      x: Axis("\(best.name) minus the other, \(metric.key)", includesZero: true),
      y: Axis("", .categories(others.map(\.name))))
    let entries = others.map { other -> Intervals.Entry in
      let pair = comparison.pairs.first {
        $0.metric == metric && Set([$0.a, $0.b]) == Set([best.name, other.name])
      }
      let turn: Double = pair?.a == best.name ? 1 : -1
      let ends = pair?.interval.map { [turn * $0.lower, turn * $0.upper].sorted() }
      return .init(turn * (pair?.difference ?? .nan), ends.map { $0[0]...$0[1] })
    }
    plot.marks = [Rule(x: 0), Intervals(Series(), entries)]
    return ReportFigure(
      plot, caption: "Paired; intervals are those of Holm's test: outside 0 exactly where p is below 0.05." + leftOut)
  }

  private func distribution(_ best: ModelResult, _ all: [ModelResult], _ metric: Metric) -> ReportFigure {
    let (drawn, leftOut) = withoutBaseline(metric)
    let others = all.filter { other in drawn.contains { $0.name == other.name } }
    // More than four outlines are hard to read.
    let shown = Array(others.prefix(4))
    let differences = shown.map { self.differences(best[metric]?.values ?? [], $0, metric) }
    let edges = Histogram.edges(differences.flatMap(\.self), bins: 30)
    var plot = Plot(
      "Distribution of the differences",
      description: "The share of \(metric.key) differences in each bin; positive values favour \(best.name).",
      x: Axis("\(best.name) minus the other, \(metric.key)"), y: Axis("share"))
    plot.marks =
      zip(shown, differences).map { other, values in
        Histogram(series(other.name), sharesOf: values, edges: edges, isFilled: false)
      } + [Rule(x: 0)]
    return ReportFigure(
      plot,
      caption: (shown.count < others.count
        ? "Against the first \(shown.count) of \(others.count) other models." : "Against each of the other models.")
        + leftOut)
  }
}
