import InteractionData
import Presentation

extension AuditResult: Encodable {
  private enum CodingKeys: String, CodingKey {
    case train, synthetic, holdout, fidelity, utility, privacy, guarantee, scores, copies, conclusions, notes
  }

  /// The measures of each question as a list; what was not measured, and a holdout that was not given, is `null`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(train, forKey: .train)
    try container.encode(synthetic, forKey: .synthetic)
    try container.encode(holdout, forKey: .holdout)
    try container.encode(fidelity.measures, forKey: .fidelity)
    try container.encode(utility?.measures, forKey: .utility)
    try container.encode(privacy.measures, forKey: .privacy)
    try container.encode(guarantee, forKey: .guarantee)
    try container.encode(utility?.scores ?? [], forKey: .scores)
    try container.encode(privacy.copies, forKey: .copies)
    try container.encode(conclusions, forKey: .conclusions)
    try container.encode(notes, forKey: .notes)
  }

  /// What the command prints: one table for each question, then the conclusions.
  public var text: String {
    func size(_ population: AuditPopulation) -> String {
      "\(population.name): \(counted(population.users, "user")) × \(counted(population.items, "item")), "
        + counted(population.interactions, "interaction")
    }
    var lines = "real      \(size(train))\n"
    if let holdout { lines += "holdout   \(size(holdout))\n" }
    lines += "synthetic \(size(synthetic))\n"
    for (group, measures) in groups {
      var table = Table(columns: [
        .text(group.rawValue), .number("synthetic"), .number(holdout == nil ? "other half" : "holdout"),
        .text("verdict"),
      ])
      for measure in measures.judged {
        table.append([
          .text(measure.kind.title), .number(measure.value, standardError: measure.standardError),
          .number(measure.ceiling, standardError: measure.ceilingError), .text(measure.judgement.rawValue),
        ])
      }
      if !table.rows.isEmpty { lines += "\n" + table.markdown() }
      if let sentence = notJudged(measures) { lines += "\n" + sentence + "\n" }
    }
    return lines + "\n" + conclusions.map { $0 + "\n" }.joined()
  }

  /// The measures of each question that was asked.
  public var groups: [(group: AuditMeasureKind.Group, measures: [AuditMeasure])] {
    AuditMeasureKind.Group.allCases.compactMap { group in
      let found = measures.filter { $0.kind.group == group }
      return found.isEmpty ? nil : (group, found)
    }
  }

  /// Which of some measures could not be judged; `nil` where all could.
  public func notJudged(_ measures: [AuditMeasure]) -> String? {
    let names = measures.filter { $0.judgement == .notJudged }.map(\.kind.title)
    if names.isEmpty { return nil }
    return "Not judged\(holdout == nil ? " without --holdout" : ""): \(names.joined(separator: "; "))."
  }
}
