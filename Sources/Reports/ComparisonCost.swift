import Compute
import Evaluation
import Experiments
import Plots

/// What quality costs.
extension ComparisonReport {
  var cost: ReportSection? {
    guard let metric = comparison.mainMetric else { return nil }
    let (drawn, leftOut) = withoutBaseline(metric)
    let models = drawn.filter { $0.seconds.train > 0 }
    guard models.count > 1 else { return nil }
    let direction = metric.kind.largerIsBetter ? "up is better" : "down is better"
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
      return ReportFigure(plot, caption: "To the left is cheaper, \(direction).\(leftOut)")
    }
    return ReportSection(
      "Cost",
      [
        .prose("Seconds of this machine with \(document.processor.threads) threads; other work on it counts too."),
        .figures([
          plot("Training time and quality", "seconds to fit (validation included)") { $0.seconds.train },
          plot("Size and quality", "parameters") { Double($0.parameters) },
        ]),
      ])
  }
}
