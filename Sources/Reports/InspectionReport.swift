import Evaluation
import Experiments
public import Inspection
import Plots

/// The report of `inspect`: latent spaces side by side.
public struct InspectionReport: Sendable {
  /// What was found.
  let study: InspectionStudy
  /// What else the page's heading says: seed, engine, version.
  let facts: [(name: String, value: String)]
  /// Sections between the models and the settings, such as something to play with.
  public var further: [ReportSection] = []

  /// Prepares a report.
  public init(_ study: InspectionStudy, facts: [(name: String, value: String)]) {
    self.study = study
    self.facts = facts
  }

  /// The page.
  public var page: ReportPage {
    var page = ReportPage(
      "Latent spaces on \(study.dataset.name)",
      lead: study.models.count == 1
        ? "What one model's codes hold." : "What the codes of \(study.models.count) models hold, on the same users.")
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
    section.blocks.append(
      .table(
        Self.table(
          "All models on the same \(study.users) users; in nats, ± is one standard error over users",
          study.summaryTable.texts(firstColumn: "measure"))))
    section.blocks += study.notes.map { .note($0) }
    return section
  }

  private func section(of model: InspectedModel, _ place: Int) -> ReportSection {
    let figures = InspectionFigures(model: model, series: place, users: study.users)
    let shown = min(20, model.codes.dimensions.count)
    var section = ReportSection("\(DisplayName(model.label, limit: 60).text): \(model.model)")
    section.blocks = [
      .prose(
        "\(model.codes.activeUnits) of \(model.codes.dimensions.count) dimensions are active: their codes vary by more than "
          + "\(Number.text(study.options.activeThreshold)) over the users.")
    ]
    if model.distribution == nil { section.blocks.append(.note(NoDistribution.reason)) }
    section.blocks.append(.figures(figures.all))
    section.blocks.append(
      .details(
        Self.table(
          "The \(shown) dimensions that say most",
          study.dimensionTable(of: model, limit: shown).texts(firstColumn: "dimension"), words: [7, 8])))
    return section
  }

  private var agreement: ReportSection {
    ReportSection(
      "Runs of the same model",
      [
        .prose(
          "`Procrustes` is what is left of the spread after the best rotation and scale, `unaligned` without any "
            + "rotation; both are 0 for equal spaces. `CKA` is 1 for equal spaces. Intervals are jackknifed over runs."),
        .table(Self.table("Pairs of runs, on the same users", study.agreementTable.texts(firstColumn: "runs"))),
      ])
  }

  private func recovery(_ table: ResultTable) -> ReportSection {
    ReportSection(
      "The true tastes",
      [
        .prose(
          "How well the simulated users' true tastes can be read from the codes: by a linear probe on users it was not "
            + "fitted to, and dimension by dimension. `PCA` is principal components of the profiles."),
        .table(Self.table("Recovery of the truth", table.texts(firstColumn: "representation"))),
      ])
  }

  private var method: ReportSection {
    let options = study.options
    return ReportSection(
      "How this was measured",
      [
        .list([
          "Bounds: \(options.draws) draws for each of at most \(options.boundUsers) users; β is 1 whatever was used in "
            + "training; the constant log N! is left out.",
          "Perplexities are pooled over the items of all users.",
          "Mutual information: one draw from each of at most \(options.informationUsers) users, against the mixture of the "
            + "same users' posteriors.",
          "MMD² and reach: \(options.discrepancyPoints) points on each side.",
          "Items of a dimension: the decoder at the mean code, the dimension moved by \(Number.text(options.deviations)) "
            + "deviations to either side.",
          "All samples come from the seed and are the same for every model.",
        ])
      ])
  }

  /// A table of texts, numbers to the right.
  ///
  /// - Parameter words: the columns that hold words, from 0.
  private static func table(_ caption: String, _ texts: [[String]], words: Set<Int> = []) -> ReportTable {
    var table = ReportTable(
      caption,
      columns: (texts.first ?? []).enumerated().map { index, title in
        index == 0 || words.contains(index) ? .text(title) : .number(title)
      })
    for row in texts.dropFirst() {
      table.append(
        row.enumerated().map { index, text in words.contains(index) ? .name(text) : .text(text) })
    }
    return table
  }
}
