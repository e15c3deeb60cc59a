import Compute
import Evaluation
import InteractionData
import Testing

@Suite("Evaluator")
struct EvaluatorTests {
  @Test("means, standard errors and users' values come from hand-written rankings")
  func handWritten() throws {
    // Items are ranked 0, 1, 2, … for everyone, without those they have.
    let users = population(
      items: 6, profiles: [[0], [5], [1, 2]], heldOut: [[1, 4], [3], [0, 3, 5]], skipped: 4)
    let result = try Evaluator().evaluate(
      RuleRecommender(itemCount: 6) { _, item in Float(-item) }, on: users,
      metrics: [Metric(.recall, at: 2), Metric(.mrr, at: 4)])
    // Lists cut at 4: 1 2 3 4 · 0 1 2 3 · 0 3 4 5.
    #expect(result.scores[0].values == [1.0 / 2, 0, 2.0 / 3])
    #expect(result.scores[1].values == [1, 1.0 / 4, 1])
    #expect(isClose(result.scores[1].value, 0.75))
    // Deviations 1/4, −1/2, 1/4: the variance is (1/16 + 1/4 + 1/16) / 2 = 3/16, over three users.
    #expect(isClose(result.scores[1].standardError ?? 0, (3.0 / 16 / 3).squareRoot()))
    #expect(result.userIDs == ["u0", "u1", "u2"])
    #expect(result.notes == [.skipped(users: 4)])
    #expect(result[Metric(.mrr, at: 4)] == result.scores[1])
    #expect(result[Metric(.mrr, at: 5)] == nil)
  }

  @Test("neither the profile nor what is masked beyond it is ever ranked")
  func masking() throws {
    let users = population(items: 5, profiles: [[0]], masked: [[0, 1, 2]], heldOut: [[3]])
    let result = try Evaluator().evaluate(
      RuleRecommender(itemCount: 5) { _, item in Float(-item) }, on: users, metrics: [Metric(.mrr, at: 1)])
    #expect(result.scores[0].value == 1)
    let unmasked = population(items: 5, profiles: [[0, 2]], masked: [[1]], heldOut: [[3]])
    let same = try Evaluator().evaluate(
      RuleRecommender(itemCount: 5) { _, item in Float(-item) }, on: unmasked, metrics: [Metric(.mrr, at: 1)])
    #expect(same.scores[0].value == 1)
  }

  @Test("the recommender is shown profiles and nothing else")
  func foldIn() throws {
    let users = population(
      items: 6, profiles: [[0, 1], [4]], masked: [[0, 1, 2], [4, 5]], heldOut: [[3], [0]])
    let seen: [[Int32]] = [[0, 1], [4]]
    let spy = RuleRecommender(itemCount: 6) { profile, _ in seen.contains(Array(profile)) ? 1 : .nan }
    #expect(throws: Never.self) {
      try Evaluator().evaluate(spy, on: users, metrics: [Metric(.ndcg, at: 3)])
    }
  }

  @Test("a cut-off beyond the rankable items gives short lists, defined metrics and a counted note")
  func largeCutoff() throws {
    let users = population(items: 4, profiles: [[0, 1], []], heldOut: [[2], [3]])
    let result = try Evaluator().evaluate(
      RuleRecommender(itemCount: 4) { _, item in Float(item) }, on: users,
      metrics: [Metric(.precision, at: 3), Metric(.ndcg, at: 10), Metric(.recall, at: 10)])
    #expect(result.scores[0].values == [1.0 / 3, 1.0 / 3])
    #expect(result.scores[2].values == [1, 1])
    #expect(result.scores[1].values?[1] == 1)
    #expect(result.notes == [.shortLists(cutoff: 3, users: 1), .shortLists(cutoff: 10, users: 2)])
    #expect(
      result.notes[0].description == "1 user with fewer than 3 items to rank: their lists are shorter")
  }

  @Test("all bits are the same for any block size and any number of threads")
  func invariance() throws {
    let users = randomPopulation(users: 203, items: 90, known: 10, heldOut: 7, seed: 5)
    let scorer = RuleRecommender(itemCount: 90) { profile, item in
      Float((item &* 7919 &+ Int(profile[profile.startIndex]) &* 31) % 101) / 7
    }
    let metrics = Metric.rankingDefaults
    let popularity = (0..<90).map { $0 % 50 }
    let reference = try Evaluator(blockSize: 203).evaluate(
      scorer, on: users, itemPopularity: popularity, trainingUsers: 60, metrics: metrics,
      processor: oneThread())
    for (size, threads) in [(nil, 1), (nil, 4), (1, 3), (7, 2), (64, 8), (1000, 2)] as [(Int?, Int)] {
      let result = try Evaluator(blockSize: size).evaluate(
        scorer, on: users, itemPopularity: popularity, trainingUsers: 60, metrics: metrics,
        processor: Processor(engine: .gsl, threads: threads))
      #expect(result == reference, "block size \(size.map(String.init) ?? "default"), \(threads) threads")
    }
  }

  @Test("a held-out item in the profile or masked is refused")
  func overlap() {
    let scorer = RuleRecommender(itemCount: 4) { _, item in Float(item) }
    let leaked = population(items: 4, profiles: [[0], [1, 3]], heldOut: [[1], [2, 3]])
    #expect(throws: EvaluationError.heldOutIsKnown(user: "u1", item: 3)) {
      try Evaluator().evaluate(scorer, on: leaked, metrics: [Metric(.ndcg, at: 2)])
    }
    let masked = population(items: 4, profiles: [[0]], masked: [[0, 2]], heldOut: [[2]])
    #expect(throws: EvaluationError.heldOutIsKnown(user: "u0", item: 2)) {
      try Evaluator().evaluate(scorer, on: masked, metrics: [Metric(.ndcg, at: 2)])
    }
  }

  @Test("a score that is not a number is refused, naming the user")
  func notANumber() {
    let users = population(items: 4, profiles: [[0], [1]], heldOut: [[1], [2]])
    let broken = RuleRecommender(itemCount: 4) { profile, item in profile.first == 1 && item == 3 ? .nan : 0 }
    #expect(throws: EvaluationError.notANumber(user: "u1", item: 3)) {
      try Evaluator().evaluate(broken, on: users, metrics: [Metric(.ndcg, at: 2)])
    }
  }

  @Test("nobody, nothing held out, other items and metrics of ratings are refused")
  func refusals() {
    let scorer = RuleRecommender(itemCount: 4) { _, item in Float(item) }
    let metrics = [Metric(.ndcg, at: 2)]
    #expect(throws: EvaluationError.noUsers) {
      try Evaluator().evaluate(scorer, on: population(items: 4, profiles: [], heldOut: []), metrics: metrics)
    }
    #expect(throws: EvaluationError.nothingHeldOut(user: "u0")) {
      try Evaluator().evaluate(
        scorer, on: population(items: 4, profiles: [[1]], heldOut: [[]]), metrics: metrics)
    }
    #expect(throws: EvaluationError.wrongShape("profiles: <SparseRows 1 × 5, 1 entries>", expected: "1 × 4")) {
      try Evaluator().evaluate(
        scorer, on: population(items: 5, profiles: [[1]], heldOut: [[2]]), metrics: metrics)
    }
    #expect(throws: EvaluationError.notOfRankings(.rmse)) {
      try Evaluator().evaluate(
        scorer, on: population(items: 4, profiles: [[1]], heldOut: [[2]]), metrics: metrics + [.rmse])
    }
  }

  @Test("on a checkerboard, who likes even items is served even items and every metric is perfect")
  func checkerboard() throws {
    // Items 0…19; users like the items of their own parity, know four of them and are asked about the other
    // six.
    let profiles = (0..<10).map { user in (0..<4).map { 2 * $0 + user % 2 } }
    let heldOut = (0..<10).map { user in (4..<10).map { 2 * $0 + user % 2 } }
    let sameParity = RuleRecommender(itemCount: 20) { profile, item in
      Int(profile[profile.startIndex]) % 2 == item % 2 ? 1 : 0
    }
    let kinds: [Metric.Kind] = [.recall, .recallMin, .ndcg, .precision, .hit, .map, .mrr]
    let result = try Evaluator().evaluate(
      sameParity, on: population(items: 20, profiles: profiles, heldOut: heldOut),
      metrics: kinds.map { Metric($0, at: 6) })
    for score in result.scores {
      #expect(score.value == 1, "\(score.metric)")
      #expect(score.standardError == 0, "\(score.metric)")
    }
  }

  @Test("permuting the users permutes their values and changes no mean beyond rounding")
  func permutation() throws {
    let users = randomPopulation(users: 40, items: 60, known: 5, heldOut: 5, seed: 8)
    var random = Seed(1).stream(.shuffle)
    let order = random.permutation(40)
    let moved = HeldOutUsers(
      userIDs: order.map { users.userIDs[$0] },
      profiles: Profiles(items: users.profiles.items.selecting(rows: order)),
      masked: users.masked.selecting(rows: order), heldOut: users.heldOut.selecting(rows: order),
      skippedUsers: 0)
    let scorer = RuleRecommender(itemCount: 60) { profile, item in
      Float((item &* 37 &+ profile.reduce(0) { $0 &+ Int($1) }) % 61)
    }
    let metrics = [Metric(.ndcg, at: 10), Metric(.coverage, at: 10)]
    let a = try Evaluator().evaluate(scorer, on: users, metrics: metrics)
    let b = try Evaluator().evaluate(scorer, on: moved, metrics: metrics)
    #expect(b.scores[0].values == order.map { a.scores[0].values?[$0] ?? -1 })
    #expect(isClose(a.scores[0].value, b.scores[0].value))
    #expect(a.scores[1] == b.scores[1])
  }

  @Test("every metric equals a naive full sort's", arguments: 0..<60 as Range<UInt64>)
  func agreesWithNaive(seed: UInt64) throws {
    var random = Seed(seed).stream(.simulation)
    let items = 8 + random.integer(below: 60)
    let known = random.integer(below: 4)
    let heldOut = 1 + random.integer(below: 4)
    let levels = [3, 10_000][random.integer(below: 2)]
    let k = 1 + random.integer(below: 30)
    let users = randomPopulation(users: 12, items: items, known: known, heldOut: heldOut, seed: seed &+ 1000)
    let table = (0..<items).map { _ in Float(random.integer(below: levels)) }
    let scorer = RuleRecommender(itemCount: items) { profile, item in
      table[(item + profile.reduce(0) { $0 + Int($1) }) % items]
    }
    let kinds: [Metric.Kind] = [.recall, .recallMin, .ndcg, .precision, .hit, .map, .mrr]
    let result = try Evaluator(blockSize: 5).evaluate(
      scorer, on: users, metrics: kinds.map { Metric($0, at: k) })
    let scores = try scorer.scores(for: users.profiles, using: .gsl)
    for user in 0..<12 {
      let seen = Set(users.masked.indices(ofRow: user).map(Int.init))
      let wanted = Set(users.heldOut.indices(ofRow: user).map(Int.init))
      let ranked = (0..<items).filter { !seen.contains($0) }
        .sorted { scores[user, $0] != scores[user, $1] ? scores[user, $0] > scores[user, $1] : $0 < $1 }
      let expected = naiveMetrics(ranked: Array(ranked.prefix(k)), wanted: wanted, k: k)
      for (score, value) in zip(result.scores, expected) {
        #expect(isClose(score.values?[user] ?? -1, value), "\(score.metric), user \(user), seed \(seed)")
        #expect((0...1).contains(value), "\(score.metric), user \(user), seed \(seed)")
      }
    }
  }

  /// Recall, min-recall, nDCG, precision, hit, AP, reciprocal rank, each from sets and written independently
  /// of the sources.
  private func naiveMetrics(ranked: [Int], wanted: Set<Int>, k: Int) -> [Double] {
    let found = Double(wanted.intersection(ranked).count)
    let reachable = Double(min(k, wanted.count))
    // 1 / log2(j + 1) as a quotient of natural logarithms would need the same import; a table of the first 31
    // does not.
    let discount = (1...31).map { rank in 1 / binaryLogarithm(Double(rank + 1)) }
    let ranks = ranked.indices.filter { wanted.contains(ranked[$0]) }
    let gain = ranks.map { discount[$0] }.reduce(0, +)
    let ideal = discount.prefix(Int(reachable)).reduce(0, +)
    let precisions = ranks.enumerated().map { Double($0.offset + 1) / Double($0.element + 1) }
    return [
      found / Double(wanted.count), found / reachable, gain / ideal, found / Double(k), found > 0 ? 1 : 0,
      precisions.reduce(0, +) / reachable, ranks.first.map { 1 / Double($0 + 1) } ?? 0,
    ]
  }

  /// log₂ by bisection on its inverse's halves: slow, and no library's.
  private func binaryLogarithm(_ x: Double) -> Double {
    var (rest, result, bit) = (x, 0.0, 0.5)
    while rest >= 2 {
      rest /= 2
      result += 1
    }
    for _ in 0..<52 {
      rest *= rest
      if rest >= 2 {
        rest /= 2
        result += bit
      }
      bit /= 2
    }
    return result
  }
}

@Suite("A scorer that gives every item the same score")
struct ConstantScorerTests {
  private let constant = RuleRecommender(itemCount: 100) { _, _ in 0.25 }

  @Test("ranks by the order of the vocabulary, and a note says so")
  func order() throws {
    let users = population(items: 100, profiles: [[0], [1]], heldOut: [[1], [99]])
    let result = try Evaluator().evaluate(constant, on: users, metrics: [Metric(.mrr, at: 100)])
    // Item 1 is the first that user 0 does not have; item 99 is the last of 99.
    #expect(result.scores[0].values == [1, 1.0 / 99])
    #expect(result.notes.contains(.allTied(users: 2)))
    #expect(
      RankingNote.allTied(users: 2).description
        == "2 users with equal scores for all listed items: ranked in vocabulary order")
  }

  @Test("scores like chance where the vocabulary's order has nothing to do with taste")
  func likeChance() throws {
    let users = randomPopulation(users: 4000, items: 100, known: 10, heldOut: 9, seed: 3)
    let result = try Evaluator().evaluate(constant, on: users, metrics: [Metric(.recall, at: 10)])
    // 10 of the 90 rankable items are listed, so a ninth of what is held out is found by chance.
    let error = try #require(result.scores[0].standardError)
    #expect(abs(result.scores[0].value - 1.0 / 9) < 4 * error)
  }

  @Test("is favoured where the vocabulary begins with what people like, exactly as the tie rule says")
  func favoured() throws {
    let users = population(items: 100, profiles: [[50], [60]], heldOut: [[0, 1], [0, 2]])
    let result = try Evaluator().evaluate(constant, on: users, metrics: [Metric(.recall, at: 10)])
    #expect(result.scores[0].value == 1)
    #expect(result.notes == [.allTied(users: 2)])
  }

  @Test("a model that tells any two listed items apart gets no such note")
  func noNote() throws {
    let users = population(items: 100, profiles: [[50]], heldOut: [[0]])
    let almost = RuleRecommender(itemCount: 100) { _, item in item == 3 ? 1 : 0 }
    #expect(try Evaluator().evaluate(almost, on: users, metrics: [Metric(.recall, at: 10)]).notes.isEmpty)
  }
}
