public import Generation
public import Presentation

/// The result of a ``SamplingChoice``: every candidate with its figures, and the best one.
public struct SamplingDecision: Sendable, Equatable {
  /// What decided.
  public let objective: SamplingObjective
  /// The candidates in the order in which they were tried: temperatures first, then other lengths at the best one.
  public let candidates: [SamplingCandidate]
  /// The best candidate.
  public let chosen: SamplingCandidate
  /// Notes with counts.
  public let notes: [String]

  /// Chooses among candidates; `nil` if there are none.
  package init?(_ objective: SamplingObjective, _ candidates: [SamplingCandidate], notes: [String] = []) {
    guard let best = objective.best(of: candidates) else { return nil }
    (self.objective, self.candidates, self.notes) = (objective, candidates, notes)
    chosen = candidates[best]
  }

  /// Whether the strongest attacker of the chosen candidate stays within the limit.
  public var meetsLimit: Bool { objective.isMet(by: chosen) }

  /// A plan with the chosen temperature and lengths, everything else as it is.
  public func applied(to plan: SamplingPlan) -> SamplingPlan {
    var plan = plan
    (plan.temperature, plan.lengths) = (chosen.temperature, chosen.lengths)
    return plan
  }

  /// The warning if no candidate stays within the limit; `nil` if one does.
  public var warning: String? {
    if meetsLimit { return nil }
    return
      "no candidate keeps the strongest attacker at an AUC of at most \(Number.exact(objective.attackLimit)); at "
      + "\(chosen.settings), where it is weakest, it reaches \(chosen.attackWords)"
  }

  /// One row for each candidate.
  public var table: Table {
    var table = Table(columns: [
      .text("temperature"), .text("lengths"), .number("utility"), .number("of real users"),
      .number("strongest AUC"), .text("attacker"), .number("C2ST AUC"),
    ])
    for candidate in candidates {
      table.append([
        .text(Number.exact(candidate.temperature.value)), .text(candidate.lengths.rawValue),
        .number(candidate.utility, decimals: 3), .text(Number.percent(candidate.shareOfReal)),
        .number(candidate.attack, standardError: candidate.attackError, decimals: 3),
        .text(AuditConclusions.means(candidate.attacker)), .number(candidate.classifier, decimals: 3),
      ])
    }
    return table
  }

  /// What the command prints: the table, the objective, what was chosen, and what its figures are worth.
  ///
  /// - Parameter width: the largest width of the table, as for `Table/markdown(firstColumn:width:)`.
  public func text(width: Int? = nil) -> String {
    var text = table.markdown(width: width) + "\nObjective: \(objective.sentence).\n"
    text +=
      "Chosen: \(chosen.settings): \(Number.percent(chosen.shareOfReal)) of the utility of real users; strongest "
      + "attacker \(chosen.attackWords)\(meetsLimit ? "" : ", above the limit").\n"
    if candidates.count > 1 {
      text +=
        "It is the best of \(candidates.count) candidates on these held-out users, so its figures are somewhat "
        + "optimistic: measure the file with doppel audit and users that neither the model nor this choice has seen.\n"
    }
    return text
  }
}

extension SamplingDecision: Encodable {
  private enum CodingKeys: String, CodingKey { case objective, attackLimit, candidates, chosen, meetsLimit, notes }
  private enum SettingKeys: String, CodingKey { case temperature, lengths }

  /// The objective as a sentence, the candidates, the settings of the chosen one, and the notes.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(objective.sentence, forKey: .objective)
    try container.encode(objective.attackLimit, forKey: .attackLimit)
    try container.encode(candidates, forKey: .candidates)
    var settings = container.nestedContainer(keyedBy: SettingKeys.self, forKey: .chosen)
    try settings.encode(chosen.temperature.value, forKey: .temperature)
    try settings.encode(chosen.lengths, forKey: .lengths)
    try container.encode(meetsLimit, forKey: .meetsLimit)
    try container.encode(notes, forKey: .notes)
  }
}

/// The JSON document of `sample`: that of the plan, with the choice of its settings if there was one.
public struct SamplingDocument: Encodable, Sendable {
  private let result: SamplingResult
  private let choice: SamplingDecision?

  private enum CodingKeys: String, CodingKey { case choice }

  /// Puts a document together.
  public init(_ result: SamplingResult, choice: SamplingDecision?) { (self.result, self.choice) = (result, choice) }

  /// The members of the result, and `choice`.
  public func encode(to encoder: any Encoder) throws {
    try result.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(choice, forKey: .choice)
  }
}
