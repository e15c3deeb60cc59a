public import Audit
public import Autoencoders
import Foundation
import InteractionData
import Plots
import Presentation

/// The report of `audit`.
public struct AuditReport: Sendable {
  let result: AuditResult
  private let run: RunFacts
  private let command: String?

  /// Prepares a report.
  ///
  /// - Parameters:
  ///   - run: seed, engine, version.
  ///   - command: the command line, shown at the end.
  public init(_ result: AuditResult, run: RunFacts, command: String? = nil) {
    self.result = result
    self.run = run
    self.command = command
  }

  /// The page.
  public var page: ReportPage {
    var page = ReportPage("Audit of \(result.synthetic.name)", lead: lead)
    page.facts = populations + run.lines
    page.append(conclusions)
    page.append(
      section("Fidelity", result.fidelity.measures, "How similar synthetic users are to real ones.", fidelityFigures))
    if let utility = result.utility {
      page.append(
        section(
          "Utility", utility.measures,
          "Models trained on synthetic users, measured by ndcg@100 on holdout users with a fifth of their items hidden.",
          [.table(scores(utility))]))
    }
    page.append(
      section(
        "Privacy", result.privacy.measures,
        "What synthetic users reveal about training users. These measures give no guarantee; only differential privacy does.",
        privacyFigures))
    if !result.notes.isEmpty { page.append(ReportSection("Notes", [.list(result.notes)])) }
    if let command { page.append(ReportSection("Settings", [.command(command)])) }
    return page
  }

  /// How many measures of each question synthetic users pass.
  private var lead: String {
    let counts = result.groups.map { group, measures in
      let judged = measures.judged
      return "\(group.rawValue) \(judged.count { $0.judgement.passes }) of \(judged.count)"
    }
    return
      "\(counted(result.synthetic.users, "synthetic user")) compared with real users. Measures within their margins: "
      + counts.joined(separator: ", ") + "."
  }

  private var populations: [(name: String, value: String)] {
    func size(_ population: AuditPopulation) -> String {
      "\(population.name), \(Number.text(population.users)) users, \(Number.text(population.items)) items"
    }
    return [("real", size(result.train))] + (result.holdout.map { [("holdout", size($0))] } ?? [])
      + [("synthetic", size(result.synthetic))]
  }

  private var conclusions: ReportSection {
    let kinds: [AuditMeasureKind] = [.popularity, .twoSampleTest, .vaeUtility, .exactCopies]
    let attack = result.strongestAttack ?? result[.membershipAUC]
    let figures = (kinds.map { result[$0] } + [attack]).compactMap(\.self).map { measure in
      KeyFigure(
        measure.kind.title, Number.text(measure.value ?? .nan, decimals: 3),
        detail: measure.ceiling.map { "real users: \(Number.text($0, decimals: 3))" }
          ?? "no real users to compare with",
        verdict: verdict(measure.judgement))
    }
    return ReportSection(
      "Conclusions",
      [.keyFigures(figures)] + (gaps.isEmpty ? [] : [.figures(gaps)]) + [.list(result.conclusions)])
  }

  private func section(
    _ title: String, _ measures: [AuditMeasure], _ words: String, _ more: [ReportBlock]
  ) -> ReportSection {
    var table = Table(
      "\(title): synthetic users compared with \(result.holdout == nil ? "the other half of the training users" : "holdout users")",
      columns: [.text("measure"), .text("verdict"), .number("synthetic"), .number("real"), .number("margin")])
    for measure in measures.judged {
      table.append([
        // The verdict comes first: a phone shows two columns without scrolling.
        .text(measure.kind.title), .verdict(verdict(measure.judgement), measure.judgement.rawValue),
        .number(measure.value, standardError: measure.standardError),
        .number(measure.ceiling, standardError: measure.ceilingError),
        .number(measure.gap?.margin),
      ])
    }
    return ReportSection(
      title,
      [.prose(words)] + (table.rows.isEmpty ? [] : [.table(table)])
        + (result.notJudged(measures).map { [.note($0)] } ?? []) + more + [
          .folded(
            summary: "\(title): every measure in words", measures.map { "`\($0.kind.rawValue)` \($0.sentence)" })
        ])
  }

  private func scores(_ utility: AuditUtility) -> Table {
    var table = Table(
      "ndcg@100 on holdout users", columns: [.text("model"), .text("trained on"), .number("ndcg@100")])
    for score in utility.scores {
      table.append([
        .name(score.model), .text(score.trainedOn == .both ? "real + synthetic" : score.trainedOn.rawValue),
        .number(score.value, standardError: score.standardError),
      ])
    }
    return table
  }

  private func verdict(_ judgement: AuditJudgement) -> Assessment {
    switch judgement {
    case .atCeiling, .near: .good
    case .open: .caution
    case .fails: .bad
    case .notJudged: .unknown
    }
  }

}
