import Compute
import Evaluation
import InteractionData

/// Scores by a rule of the user's profile and the item: what it sees of a user is what the evaluator passes.
struct RuleRecommender: Recommender {
  let itemCount: Int
  let score: @Sendable (_ profile: ArraySlice<Int32>, _ item: Int) -> Float

  func scores(for profiles: Profiles, using engine: ProductEngine) throws -> Matrix<Float> {
    var result = Matrix<Float>(rows: profiles.items.rowCount, columns: itemCount)
    for row in 0..<result.rows {
      let profile = profiles.items.indices(ofRow: row)
      for item in 0..<itemCount { result[row, item] = score(profile, item) }
    }
    return result
  }
}

/// A population from lists; what is not given is the profile's (masked) or counted up (ids).
func population(
  items: Int, profiles: [[Int]], masked: [[Int]]? = nil, heldOut: [[Int]], skipped: Int = 0
) -> HeldOutUsers {
  HeldOutUsers(
    userIDs: profiles.indices.map { "u\($0)" },
    profiles: Profiles(items: SparseRows(columnCount: items, rows: profiles)),
    masked: SparseRows(columnCount: items, rows: masked ?? profiles),
    heldOut: SparseRows(columnCount: items, rows: heldOut), skippedUsers: skipped)
}

/// A population in which each user has some of the items, in random order: the first fold in, the next are
/// held out.
func randomPopulation(users: Int, items: Int, known: Int, heldOut: Int, seed: UInt64) -> HeldOutUsers {
  var random = Seed(seed).stream(.simulation)
  let orders = (0..<users).map { _ in random.permutation(items) }
  return population(
    items: items, profiles: orders.map { Array($0.prefix(known)) },
    heldOut: orders.map { Array($0[known..<known + heldOut]) })
}

func oneThread() -> Processor { Processor(engine: .gsl, threads: 1) }

/// Equal up to the rounding of a few hundred additions of numbers near 1.
func isClose(_ a: Double, _ b: Double, tolerance: Double = 1e-10) -> Bool { abs(a - b) <= tolerance }

extension Evaluator {
  /// With popularity nobody asks about.
  func evaluate(
    _ recommender: some Recommender, on users: HeldOutUsers, metrics: [Metric]
  ) throws -> RankingResult {
    try evaluate(
      recommender, on: users, itemPopularity: [Int](repeating: 1, count: users.heldOut.columnCount),
      trainingUsers: 1, metrics: metrics, processor: oneThread())
  }
}
