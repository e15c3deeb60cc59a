import InteractionData
import Presentation

extension AuditResult: Encodable {
  private enum CodingKeys: String, CodingKey {
    case train, synthetic, holdout, fidelity, utility, privacy, scores, copies, conclusions, notes
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
    let groups: [(String, [AuditMeasure])] = [
      ("fidelity", fidelity.measures), ("utility", utility?.measures ?? []), ("privacy", privacy.measures),
    ]
    for (name, measures) in groups where !measures.isEmpty {
      var table = Table(columns: [
        .text(name), .number("synthetic"), .number(holdout == nil ? "other half" : "holdout"), .text("verdict"),
      ])
      for measure in measures {
        table.append([
          .text(measure.kind.title), .number(measure.value, standardError: measure.standardError),
          .number(measure.ceiling, standardError: measure.ceilingError), .text(measure.judgement.rawValue),
        ])
      }
      lines += "\n" + table.markdown()
    }
    return lines + "\n" + conclusions.map { $0 + "\n" }.joined()
  }
}
