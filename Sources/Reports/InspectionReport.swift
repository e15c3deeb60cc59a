public import Autoencoders
public import Inspection
import InteractionData
import Plots
import Presentation

/// The report of `inspect`: the latent spaces of several models side by side.
public struct InspectionReport: Sendable {
  /// What was found.
  let study: InspectionStudy
  private let run: RunFacts
  /// Sections after the findings, such as an explorer.
  public var further: [ReportSection] = []
  private let command: String?

  /// Prepares a report.
  ///
  /// - Parameters:
  ///   - run: seed, engine, version.
  ///   - command: the command line, shown at the end.
  public init(_ study: InspectionStudy, run: RunFacts, command: String? = nil) {
    self.study = study
    self.run = run
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
        ("data", study.dataset.name), ("users", Number.text(study.users)),
        ("items", Number.text(study.dataset.items)),
        ("models", study.models.map(\.label).joined(separator: ", ")),
      ] + run.lines
    page.append(summary)
    for section in further { page.append(section) }
    for (place, model) in study.models.enumerated() { page.append(section(of: model, place)) }
    if !study.agreements.isEmpty { page.append(agreement) }
    if let table = study.recoveryTable { page.append(recovery(table)) }
    page.append(method)
    return page
  }

  private var summary: ReportSection {
    var section = ReportSection("Findings")
    let (users, figures) = (counted(study.users, "user"), StudyFigures(study: study))
    section.blocks = [
      .list(study.sentences),
      .figures([figures.directions, figures.likeness]),
      .table(
        study.mainTable.captioned("The main measures, over \(users); in nats, ± is one standard error over users")),
    ]
    section.blocks += study.tables.map { .details($0.table.captioned("\($0.group.rawValue): all measures")) }
    section.blocks += study.notes.map { .note($0) }
    return section
  }

  private func section(of model: InspectedModel, _ place: Int) -> ReportSection {
    let figures = InspectionFigures(model: model, series: place, users: study.users)
    let shown = min(20, model.codes.dimensions.count)
    let label = DisplayName(model.label, limit: 60).text
    var section = ReportSection(label == model.model ? label : "\(label) (\(model.model))")
    section.blocks.append(.figures(figures.all))
    section.blocks.append(
      .details(
        study.dimensionTable(of: model, limit: shown).captioned(
          model.distribution == nil
            ? "The \(shown) dimensions with the largest variance" : "The \(shown) dimensions with the largest KL")))
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
        .table(study.agreementTable.captioned("Pairs of runs, on the same users")),
      ])
  }

  private func recovery(_ table: Table) -> ReportSection {
    ReportSection(
      "The true tastes",
      [
        .prose(
          "How well the codes predict the true tastes of the simulated users: with a linear probe, on users it was not fitted "
            + "to, and dimension by dimension. `PCA` is the principal components of the profiles."),
        .table(table.captioned("Recovery of the true tastes")),
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
}
