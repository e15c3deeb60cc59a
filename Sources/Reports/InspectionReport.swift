import Evaluation
import Experiments
public import Inspection
import InteractionData
import Plots

/// The report of `inspect`: the latent spaces of several models side by side.
public struct InspectionReport: Sendable {
  /// What was found.
  let study: InspectionStudy
  /// What else the page's heading says: seed, engine, version.
  let facts: [(name: String, value: String)]
  /// Sections between the models and the method, such as explorers.
  public var further: [ReportSection] = []
  private let command: String?

  /// Prepares a report.
  ///
  /// - Parameters:
  ///   - facts: shown in the heading after the data's: seed, engine, version.
  ///   - command: the command line, shown at the end.
  public init(_ study: InspectionStudy, facts: [(name: String, value: String)], command: String? = nil) {
    self.study = study
    self.facts = facts
    self.command = command
  }

  /// The page.
  public var page: ReportPage {
    var page = ReportPage(
      "Latent spaces on \(study.dataset.name)",
      lead: study.models.count == 1
        ? "The latent space of one model." : "The latent spaces of \(study.models.count) models on the same users.")
    page.facts =
      [
        ("data", study.dataset.name), ("users", Number.text(Double(study.users), decimals: 0)),
        ("items", Number.text(Double(study.dataset.items), decimals: 0)),
      ] + facts
    page.append(summary)
    for (place, model) in study.models.enumerated() { page.append(section(of: model, place)) }
    if !study.agreements.isEmpty { page.append(agreement) }
    if let table = study.recoveryTable { page.append(recovery(table)) }
    for section in further { page.append(section) }
    page.append(method)
    return page
  }

  private var summary: ReportSection {
    var section = ReportSection("Findings")
    if !study.sentences.isEmpty { section.blocks.append(.list(study.sentences)) }
    let users = counted(study.users, "user")
    section.blocks += [
      .table(
        Self.table(
          "The main measures, over \(users); KL and ELBO in nats", study.mainTable.texts(firstColumn: "measure"))),
      .details(
        Self.table(
          "All measures, over \(users); in nats, ± is one standard error over users",
          study.summaryTable.texts(firstColumn: "measure"))),
    ]
    section.blocks += study.notes.map { .note($0) }
    return section
  }

  private func section(of model: InspectedModel, _ place: Int) -> ReportSection {
    let figures = InspectionFigures(model: model, series: place, users: study.users)
    let shown = min(20, model.codes.dimensions.count)
    let label = DisplayName(model.label, limit: 60).text
    var section = ReportSection(label == model.model ? label : "\(label) (\(model.model))")
    section.blocks = [
      .prose(
        "\(model.codes.activeUnits) of \(model.codes.dimensions.count) dimensions are active: the variance of their codes "
          + "over the users exceeds \(Number.text(study.options.activeThreshold)). The effective rank of the codes is "
          + "\(Number.text(model.codes.effectiveRank, decimals: 1)).")
    ]
    if model.distribution == nil { section.blocks.append(.note(NoDistribution.reason)) }
    section.blocks.append(.figures(figures.all))
    section.blocks.append(
      .details(
        Self.table(
          model.distribution == nil
            ? "The \(shown) dimensions with the largest variance" : "The \(shown) dimensions with the largest KL",
          study.dimensionTable(of: model, limit: shown).texts(firstColumn: "dimension"),
          words: ["active", "up", "down"])))
    return section
  }

  private var agreement: ReportSection {
    ReportSection(
      "Runs of the same model",
      [
        .prose(
          "`Procrustes` is the residual variance after the best rotation and scaling, `unaligned` the residual without "
            + "rotation; both are 0 for equal spaces. `CKA` is 1 for equal spaces. Intervals are jackknife intervals over runs."
        ),
        .table(Self.table("Pairs of runs, on the same users", study.agreementTable.texts(firstColumn: "runs"))),
      ])
  }

  private func recovery(_ table: ResultTable) -> ReportSection {
    ReportSection(
      "The true tastes",
      [
        .prose(
          "How well the codes predict the true tastes of the simulated users: with a linear probe, on users it was not fitted "
            + "to, and dimension by dimension. `PCA` is the principal components of the profiles."),
        .table(Self.table("Recovery of the true tastes", table.texts(firstColumn: "representation"))),
      ])
  }

  private var method: ReportSection {
    let options = study.options
    return ReportSection(
      "How this was measured",
      [
        .list([
          "Bounds: \(options.draws) draws for each of at most \(options.boundUsers) users, with β = 1 and without the constant "
            + "log N!.",
          "Perplexities are pooled over the items of all users.",
          "Mutual information: one draw from the posterior of each of at most \(options.informationUsers) users, relative to "
            + "the mixture of their posteriors.",
          "MMD² and reach: \(options.discrepancyPoints) points from each distribution.",
          "Items of a dimension: the decoder at the mean code, with the dimension moved by ±\(Number.text(options.deviations)) "
            + "standard deviations.",
          "All random draws depend on the seed alone and are the same for every model.",
        ])
      ] + (command.map { [.command($0)] } ?? []))
  }

  /// A table of texts, numbers to the right.
  ///
  /// - Parameter words: the titles of the columns that hold text.
  private static func table(_ caption: String, _ texts: [[String]], words: Set<String> = []) -> ReportTable {
    let titles = texts.first ?? []
    var table = ReportTable(
      caption,
      columns: titles.enumerated().map { index, title in
        index == 0 || words.contains(title) ? .text(title) : .number(title)
      })
    for row in texts.dropFirst() {
      table.append(zip(titles, row).map { title, text in words.contains(title) ? .name(text) : .text(text) })
    }
    return table
  }
}
