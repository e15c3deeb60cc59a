import Compute
import Evaluation
import Foundation

/// Measures that need counts only: of items, lengths and pairs of items.
enum CountMeasures {
  /// 1 − ½ Σ |pᵢ − qᵢ|, p and q the items' shares of all interactions.
  ///
  /// SDMetrics' TVComplement of the item column.
  static func popularity(_ a: ProfileSummary, _ b: ProfileSummary) -> Double {
    overlap(a.items, b.items)
  }

  /// Spearman's correlation of the items' counts, over items that occur on either side.
  static func rank(_ a: ProfileSummary, _ b: ProfileSummary) -> Double? {
    let used = a.items.indices.filter { a.items[$0] + b.items[$0] > 0 }
    return Statistics.rankCorrelation(used.map { Double(a.items[$0]) }, used.map { Double(b.items[$0]) })
  }

  /// The Gini coefficient of the items' counts, over all items of the three files.
  static func gini(_ a: ProfileSummary) -> Double { Gini.value(recommendations: a.items) }

  /// 1 − the largest distance of the two distribution functions of profile lengths (Kolmogorov and Smirnov).
  static func lengths(_ a: ProfileSummary, _ b: ProfileSummary) -> Double {
    var (left, right, largest) = (0, 0, 0.0)
    for length in 0..<max(a.lengths.count, b.lengths.count) {
      if length < a.lengths.count { left += a.lengths[length] }
      if length < b.lengths.count { right += b.lengths[length] }
      largest = max(largest, abs(Double(left) / Double(a.users) - Double(right) / Double(b.users)))
    }
    return 1 - largest
  }

  /// 1 − ½ Σ |pᵢⱼ − qᵢⱼ| over pairs of top items, p and q their shares of all such pairs; `nil` without pairs.
  static func pairs(_ a: ProfileSummary, _ b: ProfileSummary) -> Double? {
    a.pairs.contains { $0 > 0 } ? overlap(a.pairs, b.pairs) : nil
  }

  /// The mean over pairs of top items of 1 − ½ Σ |p − q| over the four cells: both, either, neither (SDMetrics'
  /// ContingencySimilarity).
  static func trends(_ a: ProfileSummary, _ b: ProfileSummary, top: [Int]) -> Double? {
    if a.top < 2 { return nil }
    var (sum, count) = (0.0, 0)
    for i in 0..<top.count {
      for j in i + 1..<max(i + 1, top.count) {
        func cells(_ s: ProfileSummary) -> [Double] {
          let both = s.pairs[i * s.top + j]
          let (first, second) = (s.items[top[i]] - both, s.items[top[j]] - both)
          return [both, first, second, s.users - both - first - second].map { Double($0) / Double(s.users) }
        }
        sum += 1 - 0.5 * zip(cells(a), cells(b)).reduce(0) { $0 + abs($1.0 - $1.1) }
        count += 1
      }
    }
    return count > 0 ? sum / Double(count) : nil
  }

  /// Pearson's correlation, over pairs of top items, of log₂ lift.
  static func lift(_ a: ProfileSummary, _ b: ProfileSummary, top: [Int]) -> Double? {
    Statistics.correlation(lifts(a, top: top), lifts(b, top: top))
  }

  /// log₂ of how much more often two items occur together than if they had nothing to do with each other, half a user
  /// added to every count: `(cᵢⱼ + ½) n / ((cᵢ + ½)(cⱼ + ½))`.
  static func lifts(_ a: ProfileSummary, top: [Int]) -> [Double] {
    top.indices.flatMap { i in
      top.indices.dropFirst(i + 1).map { j in
        let together = (Double(a.pairs[i * a.top + j]) + 0.5) * Double(a.users)
        return log2(together / ((Double(a.items[top[i]]) + 0.5) * (Double(a.items[top[j]]) + 0.5)))
      }
    }
  }

  private static func overlap(_ a: [Int], _ b: [Int]) -> Double {
    let (left, right) = (Double(max(1, a.reduce(0, +))), Double(max(1, b.reduce(0, +))))
    var sum = 0.0
    for index in a.indices { sum += abs(Double(a[index]) / left - Double(b[index]) / right) }
    // Nothing in common with nothing; and never below 0 by rounding.
    return a.contains { $0 > 0 } && b.contains { $0 > 0 } ? max(0, 1 - 0.5 * sum) : 0
  }
}

/// Count measures of synthetic users and of real peers, with errors by resampling users.
struct CountAudit: Sendable {
  static let kinds: [AuditMeasureKind] = [
    .popularity, .popularityRank, .popularityGini, .profileLength, .coOccurrence, .pairTrends, .liftCorrelation,
  ]

  let measures: [AuditMeasure]
  let reference: ProfileSummary
  let peers: ProfileSummary
  let synthetic: ProfileSummary
  let top: [Int]

  /// Measures.
  ///
  /// Errors are standard deviations of the gap over resamplings of all three sets of users with replacement: what
  /// resampling adds to a distance, it adds on both sides, and it cancels from the gap.
  init(_ sample: AuditSample, whole: SparseRows, options: AuditOptions, seed: Seed, processor: Processor) throws {
    let (places, top) = ProfileSummary.places(of: sample.reference, top: options.topItems)
    @Sendable func summary(_ rows: SparseRows, times: [Int]? = nil) -> ProfileSummary {
      ProfileSummary(rows, places: places, top: top.count, times: times)
    }
    let parts = [sample.reference, sample.peers, sample.synthetic]
    let real = parts.map { summary($0) }
    let replicates = try processor.map(count: options.resamples) { replicate in
      let drawn = zip(parts, [AuditDraw.referenceCounts, .peerCounts, .syntheticCounts]).map { rows, tag in
        summary(rows, times: Self.times(rows.rowCount, seed, tag, replicate))
      }
      return (Self.values(drawn[0], drawn[2], top), Self.values(drawn[0], drawn[1], top))
    }
    let (values, ceilings) = (Self.values(real[0], real[2], top), Self.values(real[0], real[1], top))
    let all = Self.values(summary(sample.reference), summary(whole), top)
    measures = Self.kinds.indices.map { index in
      func deviation(_ pick: ([Double?], [Double?]) -> Double?) -> Double {
        Statistics.standardDeviation(replicates.compactMap { pick($0.0, $0.1) })
      }
      var details: [String: Double] = [:]
      if whole.rowCount > sample.synthetic.rowCount, let value = all[index] { details["allSynthetic"] = value }
      if Self.kinds[index] == .popularityGini { details["train"] = CountMeasures.gini(real[0]) }
      return GapRule.measure(
        Self.kinds[index], value: values[index], standardError: deviation { value, _ in value[index] },
        ceiling: ceilings[index], ceilingError: deviation { _, ceiling in ceiling[index] },
        gapError: deviation { value, ceiling in
          guard let a = value[index], let b = ceiling[index] else { return nil }
          return a - b
        }, details: details)
    }
    (reference, peers, synthetic, self.top) = (real[0], real[1], real[2], top)
  }

  private static func values(_ reference: ProfileSummary, _ other: ProfileSummary, _ top: [Int]) -> [Double?] {
    [
      CountMeasures.popularity(reference, other), CountMeasures.rank(reference, other), CountMeasures.gini(other),
      CountMeasures.lengths(reference, other), CountMeasures.pairs(reference, other),
      CountMeasures.trends(reference, other, top: top), CountMeasures.lift(reference, other, top: top),
    ]
  }

  private static func times(_ count: Int, _ seed: Seed, _ tag: AuditDraw, _ replicate: Int) -> [Int] {
    var random = seed.stream(for: tag, replicate)
    var times = [Int](repeating: 0, count: count)
    for _ in 0..<count { times[random.integer(below: count)] += 1 }
    return times
  }
}
