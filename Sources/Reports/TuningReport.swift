import Autoencoders
import Evaluation
import Experiments
import FileFormats
import InteractionData
import Plots
import Presentation
public import Tuning

/// The report of `tune`: the best settings of each model, and how the search came to them.
public struct TuningReport: Sendable {
  private let result: TuningResult
  /// The command that made the search, as typed; `nil` for a search made with the library.
  private let command: String?

  /// Prepares a report.
  ///
  /// - Parameter command: the command line, shown under "Settings".
  public init(_ result: TuningResult, command: String? = nil) {
    self.result = result
    self.command = command
  }

  /// The page.
  public var page: ReportPage {
    var page = ReportPage("Search for settings on \(result.facts.dataset?.name ?? "")", lead: lead)
    let (data, split) = (result.facts.dataset, result.facts.split)
    page.facts =
      [
        ("data", data?.name ?? "–"), ("users", Number.text(data?.users ?? 0)), ("items", Number.text(data?.items ?? 0)),
        ("searched by", result.selection.key), ("split", split?.kind ?? "–"), ("split hash", split?.hash ?? "–"),
      ] + result.facts.lines
    page.append(overview)
    for model in result.models { page.append(section(of: model)) }
    page.append(settings)
    return page
  }

  /// What each model gained, the largest gain first, then those that gained nothing.
  private var lead: String {
    let key = result.selection.key
    var gains: [(gain: Double, words: String)] = []
    var (unchanged, failed): ([String], [String]) = ([], [])
    for model in result.models {
      guard let best = model.best, let value = best.best.value else {
        failed.append(model.name)
        continue
      }
      let defaults = model.defaults?.best.value
      if best.number == 0 {
        unchanged.append("\(model.name) (\(Number.decimal(value)))")
      } else if let defaults {
        gains.append(
          (
            abs(value - defaults),
            "\(model.name) from \(Number.decimal(defaults)) to \(Number.decimal(value)) in trial \(best.number) of "
              + "\(model.trials.count)"
          ))
      } else {
        gains.append((0, "\(model.name), whose defaults failed, to \(Number.decimal(value))"))
      }
    }
    let verb = result.selection.kind.largerIsBetter ? "raises" : "lowers"
    var sentences: [String] = []
    if !gains.isEmpty {
      let words = gains.sorted { $0.gain > $1.gain }.map(\.words)
      sentences.append("The search \(verb) the validation \(key) of \(words.joined(separator: ", of ")).")
    }
    if !unchanged.isEmpty {
      sentences.append("No trial was better than the defaults of \(Self.list(unchanged)).")
    }
    if !failed.isEmpty { sentences.append("Every trial of \(Self.list(failed)) failed.") }
    return sentences.joined(separator: " ")
  }

  private static func list(_ names: [String]) -> String {
    names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
  }

  private var overview: ReportSection {
    var section = ReportSection(
      "Results",
      [
        .table(
          result.table.captioned(
            "Validation \(result.selection.key); ± is one standard error over validation users or ratings")),
        .prose(
          "The best of many trials is optimistic on the users that chose it. Only test users show what a model is worth; the "
            + "search did not use them."),
      ])
    if !result.notes.isEmpty { section.blocks.append(.list(result.notes)) }
    return section
  }

  private func section(of model: TunedModel) -> ReportSection {
    var section = ReportSection(
      model.name, [.table(result.settingTable(of: model).captioned("Settings of \(model.name)"))])
    if model.plan.rungs.count > 1 {
      let rungs = model.plan.rungs.dropLast().map { "\($0)" }.joined(separator: ", ")
      section.blocks.append(
        .prose(
          "Trainings were compared after \(rungs) epochs; each time the best third of nine continued. Points show the final "
            + "value of each trial."))
    }
    section.blocks.append(.figures([history(of: model), importance(of: model)].compactMap(\.self)))
    section.blocks.append(.heading("Value against each setting of \(model.name)"))
    section.blocks.append(.figures(model.space.dimensions.map { values(of: model, against: $0) }))
    section.blocks.append(.details(trialTable(of: model)))
    return section
  }

  private func history(of model: TunedModel) -> ReportFigure {
    let sign = model.metric.kind.largerIsBetter ? 1.0 : -1.0
    var best = -Double.infinity
    var line: [PlotPoint] = []
    var points: [PlotPoint] = []
    for trial in model.trials {
      guard let score = trial.score else { continue }
      best = max(best, score)
      line.append(PlotPoint(Double(trial.number), sign * best))
      points.append(PlotPoint(Double(trial.number), sign * score))
    }
    var plot = Plot(
      "Trials of \(model.name)",
      description: "The best value so far, and that of every trial; the last best is \(Number.decimal(sign * best)).",
      x: Axis("trial"), y: Axis("validation \(model.metric.key)"))
    plot.marks = [
      Line(Series("best so far", 0), line, isStepped: true), Points(Series("trial", 1), points, size: 3),
    ]
    return ReportFigure(
      plot,
      caption:
        "Trial 0 has the defaults. The next nine are spread evenly; later ones are drawn near good earlier ones.")
  }

  private func importance(of model: TunedModel) -> ReportFigure? {
    guard let shares = model.importance(seed: result.seed), shares.count > 1 else { return nil }
    let order = shares.sorted { $0.share < $1.share }
    var plot = Plot(
      "What matters for \(model.name)",
      description: order.reversed().map { "\($0.name.kebabCased): \(Number.percent($0.share, decimals: 0))" }
        .joined(separator: "; ") + ".",
      x: Axis("share of the variance (%)", includesZero: true),
      y: Axis("", .categories(order.map { $0.name.kebabCased })))
    plot.marks = [Bars(Series(), order.map { 100 * $0.share })]
    return ReportFigure(
      plot,
      caption:
        "The share of the variance over the whole space that each setting explains alone (Hutter, Hoos & Leyton-Brown, ICML "
        + "2014); interactions of settings explain the rest. With so few trials, the shares are rough."
    )
  }

  private func values(of model: TunedModel, against dimension: SearchDimension) -> ReportFigure {
    let names = dimension.choices?.map(\.flagText)
    func point(_ trial: Trial) -> PlotPoint? {
      guard let setting = trial.best.settings[dimension.name], let value = trial.best.value else { return nil }
      if names != nil { return dimension.place(of: setting).map { PlotPoint($0, value) } }
      guard case .number(let number) = setting, !dimension.isLogarithmic || number > 0 else { return nil }
      return PlotPoint(number, value)
    }
    let best = model.best?.number
    let others = model.trials.filter { $0.number != 0 && $0.number != best }.compactMap(point)
    var plot = Plot(
      "\(dimension.name.kebabCased) of \(model.name)",
      description: "The value of every trial against \(dimension.name.kebabCased); the best trial has "
        + "\(model.best?.best.settings[dimension.name]?.flagText ?? "–").",
      x: Axis(
        dimension.name.kebabCased, names.map { .categories($0) } ?? (dimension.isLogarithmic ? .logarithmic : .linear)),
      y: Axis("validation \(model.metric.key)"))
    plot.marks = [Points(Series("trial", 1), others, size: 3)]
    for (words, colour, number) in [("defaults", 2, 0), ("best", 0, best ?? 0)] {
      guard let trial = model.trials.first(where: { $0.number == number }), let place = point(trial) else { continue }
      plot.marks.append(Points(Series(words, colour), [place], size: 5))
    }
    let defaults = model.defaults?.best.settings[dimension.name]
    let isShown = model.defaults.flatMap(point) != nil
    let direction = model.metric.kind.largerIsBetter ? "Larger is better." : "Smaller is better."
    return ReportFigure(
      plot,
      caption: isShown || defaults == nil
        ? direction : direction + " The default, \(defaults?.flagText ?? ""), has no place on this axis.")
  }

  private func trialTable(of model: TunedModel) -> Table {
    var table = Table(
      "All trials of \(model.name)",
      columns: [.number("trial"), .number(model.metric.key), .number("epochs"), .number("best epoch")]
        + model.space.dimensions.map { .number($0.name.kebabCased) })
    for trial in model.trials.ranked {
      let best = trial.best
      table.append(
        [
          .count(trial.number), .number(best.value, standardError: best.standardError),
          best.epochs.map { .count($0) } ?? .missing, best.bestEpoch.map { .count($0) } ?? .missing,
        ] + model.space.dimensions.map { .name(best.settings[$0.name]?.flagText ?? "–") })
    }
    return table
  }

  private var settings: ReportSection {
    var blocks: [ReportBlock] = [
      .prose("The best settings, as a file for `--config` of `compare` and `train`:"), .command(result.settingsFile),
    ]
    if let command { blocks += [.prose("The command of this search:"), .command(command)] }
    return ReportSection("Settings", blocks)
  }
}
