import Compute
import Autoencoders
import Evaluation
public import Experiments
import FileFormats
import Foundation
import InteractionData
import Plots
import Presentation

/// The report of `compare`: the result first, then the plots behind it.
public struct ComparisonReport: Sendable {
  /// The results with data, split, seed, engine.
  let document: ResultDocument
  /// How many training users have each item; empty where there are no ranked lists.
  let itemPopularity: [Int]
  /// What each item is called in lists, in the same order; empty where items have no names here.
  let itemLabels: [String]
  /// The command that made the comparison, as typed; `nil` for a comparison made with the library.
  let command: String?

  /// Prepares a report.
  ///
  /// - Parameters:
  ///   - itemPopularity: how many training users have each item, in the order of the items; empty for ratings.
  ///   - itemLabels: what lists call each item, in the same order; empty for no lists of items.
  ///   - command: the command line, shown under "Settings".
  public init(
    _ document: ResultDocument, itemPopularity: [Int] = [], itemLabels: [String] = [], command: String? = nil
  ) {
    self.document = document
    self.itemPopularity = itemPopularity
    self.itemLabels = itemLabels
    self.command = command
  }

  /// The page.
  public var page: ReportPage {
    var page = ReportPage(
      "Comparison on \(document.facts.dataset?.name ?? "")",
      lead: comparison.headline)
    page.facts = facts
    page.append(results)
    if let section = runs { page.append(section) }
    if let section = training { page.append(section) }
    if let section = users { page.append(section) }
    if let section = popularity { page.append(section) }
    if let section = cost { page.append(section) }
    page.append(settings)
    return page
  }

  /// The models and the tests between them.
  var comparison: Comparison { document.comparison }

  /// The models' names in the order of the table, each with its place in the palette.
  var names: [String] { comparison.models.map(\.name) }

  func series(_ name: String) -> Series { Series(name, names.firstIndex(of: name) ?? 0) }

  var facts: [(name: String, value: String)] {
    let (run, data, split) = (document.facts, document.facts.dataset, document.facts.split)
    return [
      ("data", data?.name ?? "–"), ("users", Number.text(data?.users ?? 0)), ("items", Number.text(data?.items ?? 0)),
      ("interactions", Number.text(data?.interactions ?? 0)), ("models", Number.text(comparison.models.count)),
      ("split", split?.kind ?? "–"), ("test users", split.map { "\($0.testUsers)" } ?? "–"),
      ("split hash", split?.hash ?? "–"),
    ] + run.lines
  }

  private var results: ReportSection {
    var section = ReportSection("Results")
    let table = comparison.table.captioned(
      "Test results; ± is one standard error over \(comparison.runs.isEmpty ? "test users or ratings" : "users and runs")"
        + "; the best value of a column is bold")
    // The metric that models are chosen by comes first, the others after the numbers.
    let figures = comparison.tableMetrics.compactMap(intervals)
    section.blocks = [.list(comparison.sentences)]
    if let first = figures.first { section.blocks.append(.figures([first])) }
    section.blocks.append(.table(table))
    if !figures.isEmpty {
      section.blocks.append(
        .prose(
          (comparison.runs.isEmpty
            ? "Intervals are the mean ± 1.96 standard errors."
            : "Intervals are the mean ± the standard error times Student's t for the number of runs.")
            + " The intervals of two models can overlap although the paired test, "
            + "which uses each user's difference, shows a difference."))
    }
    if figures.count > 1 { section.blocks.append(.figures(Array(figures.dropFirst()))) }
    if !document.notes.isEmpty {
      section.blocks.append(.folded(summary: "Notes (\(document.notes.count))", document.notes))
    }
    return section
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
      return .init(score?.value ?? .nan, margin: score?.margin)
    }
    plot.marks = [Intervals(Series(), entries)]
    let kind =
      entries.contains { $0.ends != nil } ? "Mean and 95 % interval." : "One value for all users together: no interval."
    return ReportFigure(plot, caption: kind + leftOut)
  }

  /// The models to draw: without the baseline where it would compress the range of the others.
  ///
  /// - Returns: the models with a value, and a sentence on the model left out.
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
        " Without \(baseline.name), whose \(metric.key) of \(Number.text(value)) is far from the others."
      )
  }

  private func description(of metric: Metric, _ models: [ModelResult]) -> String {
    models.map { "\($0.name): \(Number.text($0[metric]?.value ?? .nan))" }.joined(separator: "; ") + "."
  }

  /// A setting as it was used: what is left open where no number stands for it is said in words.
  private static func words(for key: String, _ value: JSONValue) -> String {
    key == "annealingSteps" && value == .null
      ? "equal factors over the first \(Number.percent(KLSchedule.share, decimals: 0)) of the updates" : value.flagText
  }

  var settings: ReportSection {
    var table = Table("Hyper-parameters as used", columns: [.text("model"), .text("key"), .text("value")])
    for model in comparison.models {
      for (key, value) in model.configuration.hyperparameters.sorted(by: { $0.key < $1.key }) {
        table.append([.name(model.name), .text(key), .name(Self.words(for: key, value))])
      }
    }
    var sizes = Table("The split", columns: [.text("what"), .text("value")])
    let split = (try? JSONValue(encoding: document.facts.split))?.members ?? [:]
    for (key, value) in split.sorted(by: { $0.key < $1.key }) {
      sizes.append([.text(key), .name(value.flagText)])
    }
    var run = Table("The run", columns: [.text("what"), .text("value")])
    let facts = document.facts
    for (what, value) in [
      ("seed", "\(facts.seed ?? 0)"), ("runs", "\(facts.runs ?? 1)"), ("threads", "\(facts.threads ?? 1)"),
      ("engine", facts.engineWords),
      ("precision", (facts.precision ?? .float32).rawValue), ("doppel", facts.version),
    ] { run.append([.text(what), .name(value)]) }
    var blocks: [ReportBlock] = [
      .prose(
        "Everything needed to run this again. The same data, seed and settings give the same numbers at any number of "
          + "threads; another engine or processor can change their last digits.")
    ]
    if let command { blocks.append(.command(command)) }
    return ReportSection("Settings", blocks + [.details(table), .details(sizes), .details(run)])
  }
}
