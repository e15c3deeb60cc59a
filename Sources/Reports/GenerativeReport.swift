public import Audit
import Autoencoders
import Evaluation
public import Experiments
import InteractionData
import Plots
import Presentation

/// The report of `compare --generative`: synthetic users of every model beside held-out real ones.
public struct GenerativeReport: Sendable {
  let result: GenerativeResult
  private let document: ResultDocument
  /// The parts that both reports of `compare` share.
  private let common: ComparisonReport

  /// Prepares a report.
  ///
  /// - Parameter command: the command line, shown under "Settings".
  public init(_ result: GenerativeResult, document: ResultDocument, command: String? = nil) {
    self.result = result
    self.document = document
    common = ComparisonReport(document, command: command)
  }

  /// The page.
  public var page: ReportPage {
    let names = result.contenders.map(\.model).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    var page = ReportPage(
      "Generators on \(document.facts.dataset?.name ?? "")",
      lead: "Synthetic users of \(names.joined(separator: ", ")), compared with real users that no model has seen.")
    page.facts = common.facts
    page.append(results)
    page.append(
      section(
        "Fidelity", GenerativeResult.fidelity,
        "How similar synthetic users are to real ones. The held-out users show what real data reach."))
    if !result.measuredUtility.isEmpty {
      page.append(
        section(
          "Utility", result.measuredUtility, real: "real users",
          "How well models recommend to real users that they have not seen, after training on synthetic users. The first row "
            + "is for training on as many real users."))
    }
    let attacks = result.contenders.first?.attacks.map(\.kind) ?? []
    page.append(
      section(
        "Privacy", GenerativeResult.privacy + attacks.filter { !GenerativeResult.privacy.contains($0) },
        "What synthetic users reveal about training users. These measures give no guarantee; only differential privacy does."
          + bounds))
    page.append(training)
    if !document.notes.isEmpty { page.append(ReportSection("Notes", [.list(document.notes)])) }
    page.append(common.settings)
    return page
  }

  private var results: ReportSection {
    let size =
      "\(Number.text(result.trainingUsers)) training users, \(Number.text(result.heldOutUsers)) held out, "
      + "\(Number.text(result.contenders.first?.users ?? 0)) drawn from each "
      + (result.temperatures.count > 1 ? "source at each temperature." : "model.")
    let figure = tradeOff.map { [ReportBlock.figures([$0])] } ?? []
    // A page of sentences would hide the plot that sums them up.
    let parts = [figure, [.list(result.sentences)]]
    return ReportSection(
      "Results", [.prose(size)] + (result.sentences.count > 3 ? parts : parts.reversed()).flatMap(\.self))
  }

  /// What the guarantees leave any attacker; empty without one.
  private var bounds: String {
    let guarantees = result.contenders.compactMap(\.guarantee).reduce(into: [PrivacyRequest]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    if guarantees.isEmpty { return "" }
    let areas = guarantees.map { request in
      let area = AttackBound(epsilon: request.epsilon, delta: request.delta).area
      return "\(Number.decimal(area, 3)) for ε = \(Number.exact(request.epsilon))"
    }
    return
      " The models with an ε have it: whether one user took part, no attacker can tell from what is drawn with an AUC above "
      + "\(areas.joined(separator: ", ")) (δ = \(Number.exact(guarantees[0].delta))). The numbers on this page are computed "
      + "from the users, and no guarantee covers them."
  }

  /// - Parameter real: what the row of real users is called.
  private func section(
    _ title: String, _ kinds: [AuditMeasureKind], real: String = "held-out users", _ words: String
  ) -> ReportSection {
    var table = Table(
      "\(title); ± is one standard error over users", columns: [.text("users from")] + kinds.map { .number($0.title) })
    if let first = result.contenders.first {
      table.append(
        [.text(real)]
          + kinds.map { .number(first[$0]?.ceiling, standardError: first[$0]?.ceilingError, decimals: 3) })
    }
    for contender in result.contenders {
      table.append(
        [.text(contender.label)]
          + kinds.map { .number(contender[$0]?.value, standardError: contender[$0]?.standardError, decimals: 3) })
    }
    return ReportSection(title, [.prose(words), .figures(kinds.compactMap { figure($0, real) }), .details(table)])
  }

  /// One measure of real users and of every contender, with 95 % intervals.
  private func figure(_ kind: AuditMeasureKind, _ real: String) -> ReportFigure? {
    typealias Row = (label: String, value: Double?, error: Double?)
    let first = result.contenders.first?[kind]
    let all: [Row] =
      [(real, first?.ceiling, first?.ceilingError)]
      + result.contenders.map { ($0.shortLabel, $0[kind]?.value, $0[kind]?.standardError) }
    let rows = all.filter { $0.value?.isFinite ?? false }
    guard rows.count > 1 else { return nil }
    var plot = Plot(
      kind.title,
      description: rows.map { "\($0.label): \(Number.text($0.value ?? .nan))" }.joined(separator: "; ") + ".",
      x: Axis(kind.title), y: Axis("", .categories(rows.map(\.label))))
    plot.marks = [
      Intervals(Series(), rows.map { row in .init(row.value ?? .nan, margin: row.error.map { 1.96 * $0 }) })
    ]
    let words =
      switch kind.direction {
      case .higherIsBetter: "Higher is better"
      case .lowerIsBetter: "Lower is better"
      case .equalIsBest: "The nearer to the held-out users, the better"
      }
    return ReportFigure(plot, caption: words + "; intervals are ± 1.96 standard errors.")
  }

  private var training: ReportSection {
    var table = Table(
      "Training",
      columns: [
        .text("model"), .number("best epoch"), .number("epochs"), .number("training (s)"), .number("parameters"),
      ])
    for model in result.models {
      table.append([
        // A private training keeps no record of its epochs.
        .name(model.name), .count(model.bestEpoch), .count(max(model.bestEpoch, model.history.count)),
        .number(model.seconds.train, decimals: 1), .count(model.parameters),
      ])
    }
    return ReportSection("Training", [.table(table)])
  }
}
