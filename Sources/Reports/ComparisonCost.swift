import Compute
import Autoencoders
import Evaluation
import Experiments
import InteractionData
import Plots
import Presentation

/// Quality against time and size.
extension ComparisonReport {
  var cost: ReportSection? {
    guard let metric = comparison.mainMetric else { return nil }
    let (drawn, leftOut) = withoutBaseline(metric)
    let models = drawn.filter { $0.seconds.train > 0 }
    guard models.count > 1 else { return nil }
    let direction = metric.kind.largerIsBetter ? "higher is better" : "lower is better"
    func plot(_ title: String, _ label: String, _ amount: (ModelResult) -> Double) -> ReportFigure {
      var plot = Plot(
        title,
        description: models.map {
          "\($0.name): \(Number.text(amount($0))) for \(Number.text($0[metric]?.value ?? .nan))."
        }.joined(separator: " "), x: Axis(label, .logarithmic), y: Axis(metric.key))
      plot.marks = models.map { model in
        Points(
          series(model.name), [PlotPoint(amount(model), model[metric]?.value ?? .nan)], names: [model.name], size: 6)
      }
      return ReportFigure(plot, caption: "Further left is cheaper; \(direction).\(leftOut)")
    }
    return ReportSection(
      "Cost",
      [
        .prose(
          "Wall-clock times on this machine with \(counted(document.facts.threads ?? 1, "thread")), including any slowdown by "
            + "other programs."
        ),
        .figures([
          plot("Training time and quality", "training time (seconds, validation included)") { $0.seconds.train },
          plot("Size and quality", "parameters") { Double($0.parameters) },
        ]),
      ])
  }
}
