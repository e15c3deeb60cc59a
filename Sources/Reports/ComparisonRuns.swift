import Autoencoders
import Compute
import Evaluation
import Experiments
import InteractionData
import Plots
import Presentation

/// The runs of a repeated comparison, one by one.
extension ComparisonReport {
  var runs: ReportSection? {
    let runs = comparison.runs
    guard let metric = comparison.mainMetric, !runs.isEmpty else { return nil }
    let hasFolds = runs.contains { $0.fold != nil }
    var table = Table(
      "\(metric.key) of every run",
      columns: [.number("run"), .number("seed")] + (hasFolds ? [.number("part")] : [])
        + [.number("test users"), .text("split hash")] + names.map { .number($0) })
    for (index, run) in runs.enumerated() {
      table.append(
        [.count(index + 1), .text("\(run.seed.value)")]
          + (hasFolds ? [run.fold.map { .count($0.index + 1) } ?? .missing] : [])
          + [.count(run.split.testUsers), .text(run.split.hash)]
          + run.models.map { .number($0[metric]?.value, standardError: $0[metric]?.standardError) })
    }
    var plot = Plot(
      "\(metric.key) by run",
      description: names.enumerated().map { place, name in
        let values = runs.map { Number.text($0.models[place][metric]?.value ?? .nan) }
        return "\(name): \(values.joined(separator: ", "))."
      }.joined(separator: " "), x: Axis("run", .categories(runs.indices.map { "\($0 + 1)" })), y: Axis(metric.key))
    plot.marks = names.enumerated().map { place, name in
      Line(series(name), runs.enumerated().map { PlotPoint(Double($0), $1.models[place][metric]?.value ?? .nan) })
    }
    return ReportSection(
      "Runs",
      [
        .prose(
          (runs.haveOneSplit
            ? "Each run trains every model with a seed of its own, all on one split. "
            : "Each run divides the data and trains every model with a seed of its own; `--seed` with it repeats the run. ")
            + "Learning curves, hyper-parameters and recommended items in this report are those of the first run."),
        .figures([
          ReportFigure(plot, caption: "Lines that do not cross: the order of the models does not depend on the run.")
        ]),
        .details(table),
      ])
  }
}
