public import Compute
public import InteractionData

/// Measures models on users set aside.
///
/// The evaluator owns fold-in: a recommender is handed `HeldOutUsers/profiles` and nothing else, so it cannot see the
/// held-out items. Users are scored in blocks, several at a time; the blocks depend only on the numbers of items and
/// users, and results are joined in order, so every bit is the same at any number of threads.
///
/// Ties are broken by the order of the vocabulary (score descending, then item index ascending). A model that
/// gives all items one score is therefore ranked by that order. If the order is unrelated to taste, this is as good as
/// chance; but a vocabulary in order of first appearance tends to begin with popular items, so that such a model looks
/// better than chance. ``RankingNote/allTied(users:)`` reports this.
public struct Evaluator: Sendable {
  /// The number of users scored at once; `nil` for ``blockSize(itemCount:users:)``.
  public var blockSize: Int?

  /// Creates an evaluator.
  public init(blockSize: Int? = nil) {
    precondition(blockSize.map { $0 > 0 } ?? true, "a block needs at least one user")
    self.blockSize = blockSize
  }

  /// Measures rankings.
  ///
  /// Every item is ranked except those of the user's profile and masked items. A cut-off beyond the number of rankable
  /// items gives short lists, whose missing ranks count as misses.
  ///
  /// - Parameters:
  ///   - recommender: the model.
  ///   - users: the test users.
  ///   - itemPopularity: how many training users have each item, which novelty needs. Shape: I.
  ///   - trainingUsers: the number of training users.
  ///   - metrics: the metrics.
  ///   - processor: the processor to use.
  /// - Returns: the scores in the order of `metrics`.
  /// - Throws: ``EvaluationError``; whatever the recommender throws.
  /// - Complexity: the cost of the scores, and one pass over them.
  public func evaluate(
    _ recommender: some Recommender, on users: HeldOutUsers, itemPopularity: [Int], trainingUsers: Int,
    metrics: [Metric], processor: Processor
  ) throws -> RankingResult {
    if let metric = metrics.first(where: { !$0.kind.isRanking }) {
      throw EvaluationError.notOfRankings(metric)
    }
    let itemCount = recommender.itemCount
    try check(users, itemCount: itemCount)
    precondition(itemPopularity.count == itemCount, "\(itemPopularity.count) counts for \(itemCount) items")
    let length = metrics.compactMap(\.cutoff).max() ?? 0
    let novelty = Novelty(itemPopularity: itemPopularity, trainingUsers: trainingUsers)

    let userCount = users.userIDs.count
    let blocks = blocks(of: userCount, itemCount: itemCount)
    @Sendable func judged(_ list: [RankedItem], _ user: Int) -> Measured {
      measure(list, user: user, of: users, length: length, metrics: metrics, novelty: novelty)
    }
    let measured: [Measured]
    if let divided = recommender as? any DividedRecommender, let communicator = divided.communicator {
      measured = try blocks.rounds(of: processor.threadsEverywhere).flatMap { round in
        let lists = try self.lists(of: divided, round, users, length, among: communicator, processor)
        return try processor.map(count: lists.count) { judged(lists[$0], round[0].lowerBound + $0) }
      }
    } else {
      measured = try processor.map(count: blocks.count) { block in
        let range = blocks[block]
        let scores = try self.scores(of: recommender, users, range, using: processor.engine)
        return try range.map { user in
          judged(try list(of: user, users, scores[row: user - range.lowerBound], length), user)
        }
      }.flatMap(\.self)
    }
    return RankingResult(
      userIDs: users.userIDs,
      scores: metrics.enumerated().map { position, metric in
        score(metric, at: position, of: measured, itemCount: itemCount)
      },
      notes: notes(on: measured, metrics: metrics, itemCount: itemCount, skipped: users.skippedUsers),
      recommendations: RecommendationCounts(
        cutoff: min(20, length),
        counts: counts(of: measured, cutoff: min(20, length), itemCount: itemCount)))
  }

  /// How many users to score at once: a sixteenth of them, but 64 to 256, and no more than fill 32 MB with their scores.
  ///
  /// A product reads all weights of the wide layer for each block; for a small block, this takes as long as
  /// multiplying.
  public static func blockSize(itemCount: Int, users: Int) -> Int {
    let share = min(256, max(64, (users + 15) / 16))
    return max(1, min(share, (32 << 20) / max(1, itemCount * MemoryLayout<Float>.size)))
  }

  /// The users in blocks.
  func blocks(of userCount: Int, itemCount: Int) -> [Range<Int>] {
    (0..<userCount).blocks(of: blockSize ?? Self.blockSize(itemCount: itemCount, users: userCount))
  }

  /// The scores of some users.
  func scores(
    of recommender: some Recommender, _ users: HeldOutUsers, _ range: Range<Int>, using engine: ProductEngine
  ) throws -> Matrix<Float> {
    let scores = try recommender.scores(for: users.profiles.selecting(range), using: engine)
    guard scores.rows == range.count && scores.columns == recommender.itemCount else {
      throw EvaluationError.wrongShape("\(scores)", expected: "\(range.count) × \(recommender.itemCount)")
    }
    return scores
  }

  /// The list of a user with these scores.
  func list(
    of user: Int, _ users: HeldOutUsers, _ scores: ArraySlice<Float>, _ length: Int
  ) throws -> [RankedItem] {
    do {
      return try topK(scores, k: length, excluding: users.excluded(user))
    } catch let error as NotANumberError {
      throw EvaluationError.notANumber(user: users.userIDs[user], item: error.item)
    }
  }

  /// Refuses users who do not fit the model, or cannot be measured.
  func check(_ users: HeldOutUsers, itemCount: Int) throws {
    let count = users.userIDs.count
    if count == 0 { throw EvaluationError.noUsers }
    for (name, rows) in [
      ("profiles", users.profiles.items), ("masked", users.masked), ("held out", users.heldOut),
    ] {
      guard rows.rowCount == count && rows.columnCount == itemCount else {
        throw EvaluationError.wrongShape("\(name): \(rows)", expected: "\(count) × \(itemCount)")
      }
    }
    for user in 0..<count {
      let heldOut = users.heldOut.indices(ofRow: user)
      if heldOut.isEmpty { throw EvaluationError.nothingHeldOut(user: users.userIDs[user]) }
      for known in [users.profiles.items, users.masked] {
        if let item = firstCommon(heldOut, known.indices(ofRow: user)) {
          throw EvaluationError.heldOutIsKnown(user: users.userIDs[user], item: item)
        }
      }
    }
  }

  /// The results of one user that are kept after the scores are discarded.
  private struct Measured: Sendable {
    /// One value for each metric; 0 for metrics over all users together.
    var values: [Double]
    /// The list, best first.
    var items: [Int32]
    /// The number of items that could be ranked.
    var rankable: Int
    /// Whether the whole list shares one score.
    var isTied: Bool
  }

  private func measure(
    _ list: [RankedItem], user: Int, of users: HeldOutUsers, length: Int, metrics: [Metric], novelty: Novelty
  ) -> Measured {
    let items = list.map { Int32($0.item) }
    let heldOut = users.heldOut.indices(ofRow: user)
    let judged = JudgedList(hits: items.map { contains(heldOut, $0) }, heldOutCount: heldOut.count)
    let values = metrics.map { metric -> Double in
      let cutoff = metric.cutoff ?? length
      switch metric.kind.measure {
      case .list(let value): return value(judged, cutoff)
      case .novelty: return novelty.value(of: items, at: cutoff)
      case .catalogue, .ratings: return 0
      }
    }
    return Measured(
      values: values, items: items, rankable: users.heldOut.columnCount - users.excluded(user).count,
      isTied: list.count > 1 && list.first?.score == list.last?.score)
  }

  private func score(
    _ metric: Metric, at position: Int, of measured: [Measured], itemCount: Int
  ) -> MetricScore {
    guard case .catalogue(let value) = metric.kind.measure else {
      return MetricScore(metric, mean: measured.map { $0.values[position] })
    }
    let recommendations = counts(of: measured, cutoff: metric.cutoff ?? 0, itemCount: itemCount)
    return MetricScore(
      metric: metric, value: value(recommendations), standardError: nil, values: nil)
  }

  /// The number of lists that have each item.
  private func counts(of measured: [Measured], cutoff: Int, itemCount: Int) -> [Int] {
    var recommendations = [Int](repeating: 0, count: itemCount)
    for user in measured {
      for item in user.items.prefix(cutoff) { recommendations[Int(item)] += 1 }
    }
    return recommendations
  }

  private func notes(
    on measured: [Measured], metrics: [Metric], itemCount: Int, skipped: Int
  ) -> [RankingNote] {
    var notes: [RankingNote] = skipped > 0 ? [.skipped(users: skipped)] : []
    for cutoff in Set(metrics.compactMap(\.cutoff)).sorted() {
      let short = measured.count { $0.rankable < cutoff }
      if short > 0 { notes.append(.shortLists(cutoff: cutoff, users: short)) }
    }
    let tied = measured.count { $0.isTied }
    if tied > 0 { notes.append(.allTied(users: tied)) }
    return notes
  }
}
