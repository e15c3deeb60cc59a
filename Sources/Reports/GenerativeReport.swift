public import Audit
import Autoencoders
import Evaluation
public import Experiments
import InteractionData
import Plots
import Presentation

/// The report of `compare --generative`: synthetic users of every model beside held-out real ones.
public struct GenerativeReport: Sendable {
  private let result: GenerativeResult
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
    var page = ReportPage(
      "Generators on \(document.facts.dataset?.name ?? "")",
      lead:
        "Synthetic users of \(common.names.joined(separator: ", ")), compared with real users that no model has seen.")
    page.facts = common.facts
    page.append(results)
    page.append(
      section(
        "Fidelity", GenerativeResult.fidelity,
        "How similar synthetic users are to real ones. The held-out users show what real data reach."))
    page.append(
      section(
        "Privacy", GenerativeResult.privacy,
        "What synthetic users reveal about training users. These measures give no guarantee; only differential privacy does."
      ))
    page.append(training)
    if !document.notes.isEmpty { page.append(ReportSection("Notes", [.list(document.notes)])) }
    page.append(common.settings)
    return page
  }

  private var results: ReportSection {
    let size =
      "\(Number.text(result.trainingUsers)) training users, \(Number.text(result.heldOutUsers)) held out, "
      + "\(Number.text(result.contenders.first?.users ?? 0)) drawn from each model."
    return ReportSection(
      "Results", [.prose(size), .list(result.sentences)] + (tradeOff.map { [.figures([$0])] } ?? []))
  }

  /// How well a classifier tells synthetic users from real ones, against how well an attacker tells who was trained on.
  private var tradeOff: ReportFigure? {
    let likeness = AuditMeasureKind.twoSampleTest
    // The stronger attacker needs a few held-out users of its own.
    let isStrong = result.contenders.allSatisfy { $0[.likelihoodMembershipAUC]?.value != nil }
    let privacy = isStrong ? AuditMeasureKind.likelihoodMembershipAUC : .membershipAUC
    let drawn = result.contenders.enumerated().compactMap {
      place, contender -> (place: Int, name: String, at: PlotPoint)? in
      guard let x = contender[privacy]?.value, let y = contender[likeness]?.value else { return nil }
      return (place, contender.label, PlotPoint(x, y))
    }
    guard let first = result.contenders.first, !drawn.isEmpty else { return nil }
    var plot = Plot(
      "Likeness against privacy",
      description: drawn.map { "\($0.name): \(Number.text($0.at.y)) and \(Number.text($0.at.x))." }.joined(
        separator: " "),
      x: Axis(privacy.title), y: Axis(likeness.title))
    plot.marks = drawn.map { Points(Series($0.name, $0.place), [$0.at]) }
    if let x = first[privacy]?.ceiling, let y = first[likeness]?.ceiling {
      plot.marks.append(Points(Series("held-out users", colour: .neutral), [PlotPoint(x, y)]))
    }
    return ReportFigure(
      plot,
      caption:
        "At 0.5, a classifier cannot tell synthetic from real users (up), and an attacker cannot tell who was trained on "
        + "(across). The nearer to the held-out users, the better on both.")
  }

  private func section(_ title: String, _ kinds: [AuditMeasureKind], _ words: String) -> ReportSection {
    var table = Table(
      "\(title); ± is one standard error over users", columns: [.text("users from")] + kinds.map { .number($0.title) })
    if let first = result.contenders.first {
      table.append(
        [.text("held-out users")]
          + kinds.map { .number(first[$0]?.ceiling, standardError: first[$0]?.ceilingError, decimals: 3) })
    }
    for contender in result.contenders {
      table.append(
        [.text(contender.label)]
          + kinds.map { .number(contender[$0]?.value, standardError: contender[$0]?.standardError, decimals: 3) })
    }
    return ReportSection(title, [.prose(words), .figures(kinds.compactMap(figure)), .details(table)])
  }

  /// One measure of the held-out users and of every contender, with 95 % intervals.
  private func figure(_ kind: AuditMeasureKind) -> ReportFigure? {
    typealias Row = (label: String, value: Double?, error: Double?)
    let first = result.contenders.first?[kind]
    let all: [Row] =
      [("held-out users", first?.ceiling, first?.ceilingError)]
      + result.contenders.map { ($0.label, $0[kind]?.value, $0[kind]?.standardError) }
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
        .name(model.name), .count(model.bestEpoch), .count(model.history.count),
        .number(model.seconds.train, decimals: 1), .count(model.parameters),
      ])
    }
    return ReportSection("Training", [.table(table)])
  }
}
