/// What the significance tests allow one to say, in plain sentences.
public enum Verdict {
  /// One to three sentences on one metric: which models the best one is ahead of, which it cannot be told
  /// from, and how the others stand to each other.
  ///
  /// - Parameters:
  ///   - metric: what the sentences are about.
  ///   - models: every model with its mean.
  ///   - comparisons: of all pairs; those of other metrics are passed over.
  ///   - level: a difference counts as shown where its corrected p-value is below `1 − level`; the one that
  ///     ``PairedComparison/allPairs(of:metric:level:)`` was given.
  /// - Returns: whole sentences; one that says why where nothing was tested.
  public static func sentences(
    on metric: Metric, models: [(name: String, value: Double)], comparisons: [PairedComparison],
    level: Double = 0.95
  ) -> [String] {
    guard models.count > 1 else { return ["On \(metric.key), there is one model and nothing to compare."] }
    let pairs = comparisons.filter { $0.metric == metric }
    if pairs.isEmpty { return ["On \(metric.key), differences were not tested."] }
    if pairs.contains(where: { $0.pValue == nil }) {
      return ["On \(metric.key), differences cannot be tested with fewer than two test users."]
    }
    let ranked = models.sorted { metric.kind.largerIsBetter ? $0.value > $1.value : $0.value < $1.value }
    let best = ranked[0].name
    let leads = ranked.dropFirst().compactMap { other in
      pairs.lazy.compactMap { Lead(of: best, over: other.name, in: $0) }.first
    }
    let alpha = 1 - level
    let shown = leads.filter { $0.pValue < alpha }
    let open = leads.filter { $0.pValue >= alpha }
    let others = pairs.filter { $0.a != best && $0.b != best }

    var sentences: [String] = []
    if !shown.isEmpty {
      // What the numbers in brackets are is said once.
      let gaps = shown.enumerated().map { index, lead in
        "of \(lead.other) by \(lead.size) "
          + (index == 0
            ? "(\(percent(level)) interval \(lead.range), \(lead.probability) after Holm's correction)"
            : "(\(lead.range), \(lead.probability))")
      }
      sentences.append("On \(metric.key), \(best) is ahead \(listed(gaps, "and")).")
    }
    if !open.isEmpty {
      let names = listed(open.map { "\($0.other) (\($0.probability))" }, "or")
      sentences.append(
        shown.isEmpty
          ? "On \(metric.key), \(best) has the best mean, but no difference from \(names) could be shown."
          : "No difference between \(best) and \(names) could be shown.")
    }
    if !others.isEmpty {
      let apart = others.count { ($0.pValue ?? 1) < alpha }
      sentences.append("Among the other models, \(apart) of \(others.count) differences could be shown.")
    }
    return sentences
  }

  private static func percent(_ level: Double) -> String {
    let value = 100 * level
    return decimal(value, abs(value - value.rounded()) < 1e-9 ? 0 : 1) + " %"
  }

  private static func listed(_ parts: [String], _ conjunction: String) -> String {
    if parts.count < 2 { return parts.joined() }
    return parts.dropLast().joined(separator: ", ") + " \(conjunction) " + parts[parts.count - 1]
  }

  /// One comparison as seen from the better model: positive numbers speak for it.
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
      size = decimal(isForward ? pair.difference : -pair.difference, 4)
      range =
        isForward
        ? "\(decimal(interval.lower, 4)) to \(decimal(interval.upper, 4))"
        : "\(decimal(-interval.upper, 4)) to \(decimal(-interval.lower, 4))"
    }

    var probability: String { pValue < 0.0001 ? "p < 0.0001" : "p = \(decimal(pValue, 4))" }
  }
}
