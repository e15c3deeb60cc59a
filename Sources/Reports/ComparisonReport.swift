import Compute
import Autoencoders
import Evaluation
public import Experiments
import FileFormats
import Foundation
import Plots

/// The report of `compare`: what the table says, and what a table cannot show.
public struct ComparisonReport: Sendable {
  /// The models and the tests between them.
  let comparison: Comparison
  /// Data, split, seed, engine.
  let document: ResultDocument
  /// How many training users have each item; empty where there are no ranked lists.
  let itemPopularity: [Int]

  /// Prepares a report.
  ///
  /// - Parameter itemPopularity: how many training users have each item, in the order of the items; empty for ratings.
  public init(_ comparison: Comparison, document: ResultDocument, itemPopularity: [Int] = []) {
    self.comparison = comparison
    self.document = document
    self.itemPopularity = itemPopularity
  }

  /// The page.
  public var page: ReportPage {
    var page = ReportPage(
      "Comparison on \(document.dataset.name)",
      lead: comparison.models.count == 1
        ? "One model on one split."
        : "\(comparison.models.count) models on the same data, the same split and the same test.")
    page.facts = facts
    page.append(results)
    if let section = training { page.append(section) }
    if let section = users { page.append(section) }
    if let section = popularity { page.append(section) }
    if let section = cost { page.append(section) }
    page.append(settings)
    return page
  }

  /// The models' names in the order of the table, each with its place in the palette.
  var names: [String] { comparison.models.map(\.name) }

  func series(_ name: String) -> Series { Series(name, names.firstIndex(of: name) ?? 0) }

  private var facts: [(name: String, value: String)] {
    let data = document.dataset
    return [
      ("data", data.name), ("users", count(data.users)), ("items", count(data.items)),
      ("interactions", count(data.interactions)), ("split", document.split["kind"]?.text ?? "–"),
      ("split hash", document.split["hash"]?.text ?? "–"), ("seed", "\(document.seed)"),
      ("engine", document.processor.name), ("doppel", document.version),
    ]
  }

  func count(_ number: Int) -> String { Number.text(Double(number), decimals: 0) }

  private var results: ReportSection {
    var section = ReportSection("Results")
    section.blocks = [.list(comparison.sentences), .table(resultTable)]
    section.blocks += document.notes.map { .note($0) }
    let figures = comparison.tableMetrics.compactMap(intervals)
    if !figures.isEmpty {
      section.blocks.append(
        .prose(
          "Intervals reach 1.96 standard errors to either side. Those of two models may overlap and the paired test still "
            + "tell them apart, since it looks at the difference for each user."))
      section.blocks.append(.figures(figures))
    }
    return section
  }

  private var resultTable: ReportTable {
    let metrics = comparison.tableMetrics
    var table = ReportTable(
      "Test results; ± is one standard error over the test users or ratings, bold the best of a column",
      columns: [.text("model")] + metrics.map { .number($0.key) }
        + [.number("best epoch"), .number("epochs"), .number("train s"), .number("parameters")])
    for model in comparison.models {
      let cost: [ReportCell] =
        model.history.isEmpty ? [.missing, .missing] : [.count(model.bestEpoch), .count(model.history.count)]
      table.append(
        [.name(model.name)]
          + metrics.map { metric in
            .number(
              model[metric]?.value, decimals: 4, standardError: model[metric]?.standardError,
              isBest: isBest(model, metric))
          } + cost + [.number(model.seconds.train, decimals: 1), .count(model.parameters)])
    }
    return table
  }

  /// Compared as printed, so that two equal numbers are both best.
  private func isBest(_ model: ModelResult, _ metric: Metric) -> Bool {
    let values = comparison.models.compactMap { $0[metric]?.value }.filter(\.isFinite)
    let best = metric.kind.largerIsBetter ? values.max() : values.min()
    guard values.count > 1, let best, let value = model[metric]?.value else { return false }
    return Number.text(value, decimals: 4) == Number.text(best, decimals: 4)
  }

  /// One metric of all models with 95 % intervals.
  private func intervals(_ metric: Metric) -> ReportFigure? {
    let (models, leftOut) = withoutBaseline(metric)
    guard models.count > 1 else { return nil }
    var plot = Plot(
      metric.key, description: description(of: metric, models), x: Axis(metric.key),
      y: Axis("", .categories(models.map(\.name))))
    let entries = models.map { model -> Intervals.Entry in
      let score = model[metric]
      return .init(score?.value ?? .nan, margin: score?.standardError.map { 1.96 * $0 })
    }
    plot.marks = [Intervals(Series(), entries)]
    let kind =
      entries.contains { $0.ends != nil } ? "Mean and 95 % interval." : "One value for all users together: no interval."
    return ReportFigure(plot, caption: kind + leftOut)
  }

  /// The models to draw: without the baseline where there are enough others, and it would press these together.
  ///
  /// - Returns: the models with a value, and a sentence on who was left out.
  func withoutBaseline(_ metric: Metric) -> (models: [ModelResult], leftOut: String) {
    let models = comparison.models.filter { $0[metric]?.value.isFinite ?? false }
    guard let baseline = models.first(where: { type(of: $0.configuration).isBaseline }), models.count > 3 else {
      return (models, "")
    }
    let others = models.filter { $0.name != baseline.name }
    let values = others.compactMap { $0[metric]?.value }
    let span = (values.max() ?? 0) - (values.min() ?? 0)
    let value = baseline[metric]?.value ?? .nan
    let distance = values.map { abs($0 - value) }.min() ?? 0
    return distance < 2 * span
      ? (models, "")
      : (
        others,
        " \(baseline.name), at \(Number.text(value)), lies far off and is left out, so that the others can be told apart."
      )
  }

  private func description(of metric: Metric, _ models: [ModelResult]) -> String {
    models.map { "\($0.name): \(Number.text($0[metric]?.value ?? .nan))" }.joined(separator: "; ") + "."
  }

  private var settings: ReportSection {
    var table = ReportTable("Hyper-parameters", columns: [.text("model"), .text("key"), .text("value")])
    for model in comparison.models {
      for (key, value) in model.configuration.hyperparameters.sorted(by: { $0.key < $1.key }) {
        table.append([.name(model.name), .text(key), .name(value.prettyPrinted)])
      }
    }
    var sizes = ReportTable("The split", columns: [.text("what"), .text("value")])
    for (key, value) in document.split.sorted(by: { $0.key < $1.key }) {
      sizes.append([.text(key), .name(value.text ?? value.prettyPrinted)])
    }
    return ReportSection(
      "Settings",
      [
        .prose("Everything needed to run this again: the same seed on the same machine gives the same numbers."),
        .details(table), .details(sizes),
      ])
  }
}
