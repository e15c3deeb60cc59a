import Presentation

/// The result of the significance tests, in plain sentences.
public enum Verdict {
  /// The result on one metric in a short sentence, without numbers.
  ///
  /// - Parameters: as for ``sentences(on:models:comparisons:level:)``.
  public static func headline(
    on metric: Metric, models: [(name: String, value: Double)], comparisons: [PairedComparison],
    level: Double = 0.95
  ) -> String {
    switch Standing.outcome(metric, models, comparisons, alpha: 1 - level) {
    case .untested(let sentence): return sentence
    case .tested(let standing):
      let behind = standing.behind.map(\.other)
      if standing.level.isEmpty {
        return behind.count > 1
          ? "\(standing.best) is ahead of every other model on \(metric.key)."
          : "\(standing.best) is ahead of \(behind.joined()) on \(metric.key)."
      }
      let level = standing.level.map(\.other)
      if !standing.isTie {
        return
          "\(standing.best) has the best mean \(metric.key), but is not significantly ahead of \(listed(level, "or"))."
      }
      let tied = [standing.best] + level
      let lead = tied.allSatisfy { name in behind.allSatisfy { standing.isAhead(name, of: $0) } }
      return "\(listed(tied, "and")) tie on \(metric.key): no difference between them is significant."
        + (lead && !behind.isEmpty ? " \(tied.count == 2 ? "Both" : "All") are ahead of \(listed(behind, "and"))." : "")
    }
  }

  /// The result on one metric: which models tie with the best one, which it is ahead of, and which differences between
  /// the others are significant.
  ///
  /// - Parameters:
  ///   - metric: the metric of the sentences.
  ///   - models: every model with its mean.
  ///   - comparisons: of all pairs; those of other metrics are ignored.
  ///   - level: a difference is significant where its corrected p-value is below `1 − level`; the one that
  ///     `PairedComparison/allPairs(of:metric:level:)` was given.
  /// - Returns: whole sentences; if nothing was tested, one that says why.
  public static func sentences(
    on metric: Metric, models: [(name: String, value: Double)], comparisons: [PairedComparison],
    level: Double = 0.95
  ) -> [String] {
    switch Standing.outcome(metric, models, comparisons, alpha: 1 - level) {
    case .untested(let sentence): [sentence]
    case .tested(let standing):
      [
        tie(standing, on: metric),
        lead(standing, opening: standing.level.isEmpty ? "On \(metric.key), " : "", level: level), others(standing),
      ].compactMap(\.self)
    }
  }

  /// The models that the best one is not ahead of.
  private static func tie(_ standing: Standing, on metric: Metric) -> String? {
    let level = standing.level
    if level.isEmpty { return nil }
    if level.count == 1 {
      return "On \(metric.key), \(standing.best) has the best mean, but its difference from \(level[0].other) is not "
        + "significant (\(level[0].probability) after Holm's correction)."
    }
    if standing.isTie {
      return
        "On \(metric.key), \(listed([standing.best] + level.map(\.other), "and")) tie: no difference between them is "
        + "significant (smallest \(Lead.probability(standing.smallestTied)) after Holm's correction)."
    }
    let names = level.enumerated().map { index, lead in
      "\(lead.other) (\(lead.probability)\(index == 0 ? " after Holm's correction" : ""))"
    }
    return "On \(metric.key), \(standing.best) has the best mean, but does not differ significantly from "
      + "\(listed(names, "or"))."
  }

  /// The models that the best one is ahead of, and by how much.
  private static func lead(_ standing: Standing, opening: String, level: Double) -> String? {
    if standing.behind.isEmpty { return nil }
    // The meaning of the numbers in parentheses is given once.
    let gaps = standing.behind.enumerated().map { index, lead in
      "of \(lead.other) by \(lead.size) "
        + (index == 0
          ? "(\(percent(level)) interval \(lead.range), \(lead.probability) after Holm's correction)"
          : "(\(lead.range), \(lead.probability))")
    }
    return "\(opening)\(standing.best) is ahead \(listed(gaps, "and"))."
  }

  /// The differences between the other models.
  private static func others(_ standing: Standing) -> String? {
    let rest = standing.ranked.dropFirst()
    var findings: [(winners: [String], losers: [String])] = []
    for name in rest {
      let losers = rest.filter { standing.isAhead(name, of: $0) }
      if losers.isEmpty { continue }
      if findings.last?.losers == losers {
        findings[findings.count - 1].winners.append(name)
      } else {
        findings.append(([name], losers))
      }
    }
    // The tied models have already been named.
    let named = Set(standing.isTie ? standing.level.map(\.other) : [])
    let open = standing.pairs.count { pair in
      pair.a != standing.best && pair.b != standing.best && !standing.isSignificant(pair)
        && !(named.contains(pair.a) && named.contains(pair.b))
    }
    let remaining =
      open == 1 ? "one difference is not significant" : "\(open) differences are not significant"
    if findings.isEmpty {
      if open == 0 { return nil }
      return open == 1
        ? "The difference between the other models is not significant."
        : "No difference between the other models is significant."
    }
    let parts = findings.map {
      "\(listed($0.winners, "and")) \($0.winners.count == 1 ? "is" : "are") ahead of \(listed($0.losers, "and"))"
    }
    return "Among the other models, \(parts.joined(separator: "; "))\(open > 0 ? "; \(remaining)" : "")."
  }

  private static func percent(_ level: Double) -> String {
    let value = 100 * level
    return Number.percent(level, decimals: abs(value - value.rounded()) < 1e-9 ? 0 : 1)
  }

  private static func listed(_ parts: [String], _ conjunction: String) -> String {
    if parts.count < 2 { return parts.joined() }
    return parts.dropLast().joined(separator: ", ") + " \(conjunction) " + parts[parts.count - 1]
  }

  /// One comparison from the view of the better model: positive numbers favour it.
  private struct Lead {
    let other: String
    let pValue: Double
    let size: String
    let range: String

    init?(of best: String, over other: String, in pair: PairedComparison) {
      guard (pair.a, pair.b) == (best, other) || (pair.a, pair.b) == (other, best) else { return nil }
      guard let interval = pair.interval, let pValue = pair.pValue else { return nil }
      self.other = other
      self.pValue = pValue
      let isForward = (pair.a == best) == pair.metric.kind.largerIsBetter
      size = Number.decimal(isForward ? pair.difference : -pair.difference)
      range =
        isForward
        ? "\(Number.decimal(interval.lower)) to \(Number.decimal(interval.upper))"
        : "\(Number.decimal(-interval.upper)) to \(Number.decimal(-interval.lower))"
    }

    var probability: String { Self.probability(pValue) }

    static func probability(_ pValue: Double) -> String {
      pValue < 0.0001 ? "p < 0.0001" : "p = \(Number.decimal(pValue))"
    }
  }

  /// The standing of every model on one metric.
  private struct Standing {
    enum Outcome {
      case untested(String)
      case tested(Standing)
    }

    /// The models, best first.
    let ranked: [String]
    let pairs: [PairedComparison]
    /// The models that the best one is significantly ahead of, best first.
    let behind: [Lead]
    /// The others.
    let level: [Lead]
    let alpha: Double
    let largerIsBetter: Bool

    var best: String { ranked[0] }

    static func outcome(
      _ metric: Metric, _ models: [(name: String, value: Double)], _ comparisons: [PairedComparison], alpha: Double
    ) -> Outcome {
      guard models.count > 1 else {
        return .untested("There is only one model, so nothing is compared on \(metric.key).")
      }
      let pairs = comparisons.filter { $0.metric == metric }
      if pairs.isEmpty { return .untested("Differences on \(metric.key) were not tested.") }
      if pairs.contains(where: { $0.pValue == nil }) {
        return .untested("Differences on \(metric.key) cannot be tested with fewer than two test users.")
      }
      let largerIsBetter = metric.kind.largerIsBetter
      let ranked = models.sorted { largerIsBetter ? $0.value > $1.value : $0.value < $1.value }.map(\.name)
      let leads = ranked.dropFirst().compactMap { other in
        pairs.lazy.compactMap { Lead(of: ranked[0], over: other, in: $0) }.first
      }
      return .tested(
        Standing(
          ranked: ranked, pairs: pairs, behind: leads.filter { $0.pValue < alpha },
          level: leads.filter { $0.pValue >= alpha }, alpha: alpha, largerIsBetter: largerIsBetter))
    }

    func isSignificant(_ pair: PairedComparison) -> Bool { (pair.pValue ?? 1) < alpha }

    func isAhead(_ name: String, of other: String) -> Bool {
      pairs.contains { pair in
        guard isSignificant(pair) else { return false }
        let isForward = (pair.difference > 0) == largerIsBetter
        return isForward ? (pair.a, pair.b) == (name, other) : (pair.b, pair.a) == (name, other)
      }
    }

    private var tied: [PairedComparison] {
      let names = Set([best] + level.map(\.other))
      return pairs.filter { names.contains($0.a) && names.contains($0.b) }
    }

    /// Whether no two of the best model and those level with it differ significantly.
    var isTie: Bool { !level.isEmpty && !tied.contains(where: isSignificant) }
    /// The smallest p-value among them.
    var smallestTied: Double { tied.compactMap(\.pValue).min() ?? 1 }
  }
}
