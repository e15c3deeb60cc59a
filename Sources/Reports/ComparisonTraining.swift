import Autoencoders
import Evaluation
import Experiments
import Plots
import Presentation

/// Learning curves.
extension ComparisonReport {
  var training: ReportSection? {
    let trained = comparison.models.filter { !$0.history.isEmpty }
    guard !trained.isEmpty else { return nil }
    var section = ReportSection(
      "Training",
      [
        .prose(
          "A larger sign marks the epoch with the best validation value, which is the one kept. Losses of different "
            + "likelihoods have different scales, so each is divided by its value in the first epoch.")
      ])
    var figures = [validation(trained), losses(trained)].compactMap(\.self)
    figures += trained.filter { $0.history.contains { $0.divergence > 0 } }.flatMap(divergences)
    section.blocks.append(.figures(figures))
    return section
  }

  private func validation(_ models: [ModelResult]) -> ReportFigure? {
    let validated = models.filter { $0.history.contains { $0.validation != nil } }
    guard !validated.isEmpty else { return nil }
    let isRanking = validated.first?.ranking != nil
    var plot = Plot(
      "Validation by epoch", description: validated.map(chosen).joined(separator: " "), x: Axis("epoch"),
      y: Axis(isRanking ? "validation \(Metric.selectionDefault.key)" : "−RMSE on validation ratings"))
    for model in validated {
      let points = model.history.compactMap { record in
        record.validation.map { PlotPoint(Double(record.epoch), $0) }
      }
      plot.marks.append(Line(series(model.name), points))
    }
    for model in validated {
      let best = model.history.first { $0.epoch == model.bestEpoch }
      guard let best, let value = best.validation else { continue }
      var look = series(model.name)
      look.name = nil
      plot.marks.append(
        Points(look, [PlotPoint(Double(best.epoch), value)], names: ["\(model.name), chosen epoch"], size: 5))
    }
    return ReportFigure(plot, caption: "Larger is better. Curves end at early stopping.")
  }

  private func chosen(_ model: ModelResult) -> String {
    "\(model.name) was best at epoch \(model.bestEpoch) of \(model.history.count)."
  }

  private func losses(_ models: [ModelResult]) -> ReportFigure? {
    var plot = Plot(
      "Loss by epoch",
      description: models.compactMap { model in
        guard let first = model.history.first, let last = model.history.last, first.reconstruction != 0 else {
          return nil
        }
        let share = Number.text(100 * last.reconstruction / first.reconstruction, decimals: 0)
        return "\(model.name) ends at \(share) % of its loss in the first epoch."
      }.joined(separator: " "), x: Axis("epoch"), y: Axis("loss ÷ loss of the first epoch"))
    for model in models {
      guard let first = model.history.first?.reconstruction, first != 0 else { continue }
      plot.marks.append(
        Line(
          series(model.name), model.history.map { PlotPoint(Double($0.epoch), $0.reconstruction / first) }))
    }
    return plot.marks.isEmpty
      ? nil : ReportFigure(plot, caption: "Negative log-likelihood per user on the training users, without penalties.")
  }

  private func divergences(_ model: ModelResult) -> [ReportFigure] {
    let last = model.history.last
    var plot = Plot(
      "KL of \(model.name)",
      description:
        "At the end \(Number.text(last?.divergence ?? .nan)) nats per user, with β at \(Number.text(last?.beta ?? .nan)).",
      x: Axis("epoch"), y: Axis("KL to the prior (nats per user)", includesZero: true))
    plot.marks = [
      Line(series(model.name), model.history.map { PlotPoint(Double($0.epoch), $0.divergence) }),
      Rule(x: Double(model.bestEpoch), label: "chosen epoch"),
    ]
    var beta = Plot(
      "β of \(model.name)", description: "Reaches \(Number.text(last?.beta ?? .nan)).", x: Axis("epoch"),
      y: Axis("β", includesZero: true))
    beta.marks = [
      Line(series(model.name), model.history.map { PlotPoint(Double($0.epoch), $0.beta) }),
      Rule(x: Double(model.bestEpoch), label: "chosen epoch"),
    ]
    return [
      ReportFigure(
        plot,
        caption: "The KL divergence of the posteriors from the prior: the information the code holds about a user."),
      ReportFigure(beta, caption: "The weight of the KL term at the last update of each epoch."),
    ]
  }
}
