import Compute
import Evaluation
import InteractionData
import Testing

@Suite("A metric without lists")
struct RanksOfHeldOutTests {
  private static let metrics: [Metric] = [
    Metric(.ndcg, at: 10), Metric(.ndcg, at: 100), Metric(.recall, at: 5), Metric(.recallMin, at: 20),
    Metric(.mrr, at: 7),
    Metric(.map, at: 30), Metric(.hit, at: 1), Metric(.precision, at: 1000),
  ]

  /// Scores that depend on user and item, made of `levels` different values, so that many are tied.
  private static func recommender(items: Int, levels: UInt64, lowest: Bool) -> RuleRecommender {
    RuleRecommender(itemCount: items) { profile, item in
      var word = UInt64(profile.reduce(Int32(17)) { $0 &* 31 &+ $1 }.magnitude) &* 0x9E37_79B9_7F4A_7C15
      word = (word ^ UInt64(item)) &* 0xD6E8_FEB8_6659_FD93
      let level = (word >> 33) % levels
      return lowest && level == 0 ? -.infinity : Float(level) - 3
    }
  }

  @Test("its mean is that of the lists, to the last bit", arguments: 0..<12 as Range<UInt64>)
  func equal(seed: UInt64) throws {
    // 5 and 90 held-out items: counted, and too many for that.
    for (heldOut, levels) in [(5, 3 as UInt64), (5, 1_000_000), (90, 40), (64, 7)] {
      let users = randomPopulation(users: 70, items: 230, known: Int(seed) * 9, heldOut: heldOut, seed: seed)
      let recommender = Self.recommender(items: 230, levels: levels, lowest: seed % 2 == 1)
      let lists = try Evaluator().evaluate(recommender, on: users, metrics: Self.metrics)
      for metric in Self.metrics {
        let mean = try Evaluator().mean(of: metric, by: recommender, on: users, processor: oneThread())
        #expect(mean == lists[metric]?.value, "\(metric.key), \(heldOut) held out, \(levels) levels")
      }
    }
  }

  @Test("infinities and zeros of both signs are scores like others", arguments: 0..<6 as Range<UInt64>)
  func special(seed: UInt64) throws {
    let users = randomPopulation(users: 40, items: 60, known: 8, heldOut: 6, seed: seed)
    let values: [Float] = [.infinity, 0, -0.0, -.infinity, 1]
    let recommender = RuleRecommender(itemCount: 60) { profile, item in values[(item * 7 + profile.count) % 5] }
    let lists = try Evaluator().evaluate(recommender, on: users, metrics: Self.metrics)
    for metric in Self.metrics {
      let mean = try Evaluator().mean(of: metric, by: recommender, on: users, processor: oneThread())
      #expect(mean == lists[metric]?.value, "\(metric.key)")
    }
  }

  @Test("masked items are not ahead of anything")
  func masked() throws {
    let users = population(items: 8, profiles: [[0], [1]], masked: [[0, 2, 3], [1, 7]], heldOut: [[4, 7], [6]])
    let recommender = RuleRecommender(itemCount: 8) { _, item in Float(-item) }
    let mean = try Evaluator().mean(
      of: Metric(.mrr, at: 8), by: recommender, on: users, processor: oneThread())
    // Ahead of item 4: 1. Ahead of item 6: 0, 2, 3, 4, 5.
    #expect(mean == (1.0 / 2 + 1.0 / 6) / 2)
  }

  @Test("a metric of all lists together has none")
  func notOfLists() throws {
    let users = population(items: 4, profiles: [[0]], heldOut: [[1]])
    let recommender = RuleRecommender(itemCount: 4) { _, item in Float(item) }
    for metric in [Metric(.coverage, at: 2), Metric(.novelty, at: 2)] {
      #expect(try Evaluator().mean(of: metric, by: recommender, on: users, processor: oneThread()) == nil)
    }
  }

  @Test("a score that is not a number is refused, also that of an item the user has")
  func notANumber() throws {
    let users = population(items: 5, profiles: [[0], [2]], heldOut: [[1], [3]])
    let recommender = RuleRecommender(itemCount: 5) { profile, item in item == 2 && profile.first == 2 ? .nan : 0 }
    #expect(throws: EvaluationError.notANumber(user: "u1", item: 2)) {
      try Evaluator().mean(of: Metric(.ndcg, at: 3), by: recommender, on: users, processor: oneThread())
    }
  }
}
