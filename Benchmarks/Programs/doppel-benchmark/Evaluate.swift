import Compute
import Evaluation
import InteractionData

/// Evaluates scores that are given, and says how long that took.
enum Evaluate {
  /// Runs `evaluate SCORES KNOWN HELDOUT USERS ITEMS THREADS`.
  ///
  /// `SCORES` holds users × items single-precision numbers, row after row. `KNOWN` and `HELDOUT` hold for each
  /// user the number of items and then the items, ascending, as 32-bit numbers. All little-endian. Reading
  /// them is not measured.
  static func run(_ arguments: ArraySlice<String>) throws {
    let arguments = Array(arguments)
    guard arguments.count == 6, let users = Int(arguments[3]), let items = Int(arguments[4]),
      let threads = Int(arguments[5])
    else { throw Usage() }
    let scores = GivenScores(itemCount: items, scores: try RowFile.words(arguments[0]).map { Float(bitPattern: $0) })
    let known = try RowFile.rows(arguments[1], itemCount: items)
    let heldOut = try RowFile.rows(arguments[2], itemCount: items)
    let test = HeldOutUsers(
      userIDs: (0..<users).map(String.init), profiles: Profiles(items: known, trainingRows: (0..<users).map(\.self)),
      masked: known, heldOut: heldOut, skippedUsers: 0)
    let processor = Processor(engine: .gsl, threads: threads)
    var result: RankingResult?
    let time = try ContinuousClock().measure {
      result = try Evaluator().evaluate(
        scores, on: test, itemPopularity: known.columnCounts(), trainingUsers: users,
        metrics: Metric.rankingDefaults, processor: processor)
    }
    let values = (result?.scores ?? []).map { "\"\($0.metric.key)\": \($0.value)" }.joined(separator: ", ")
    print("{\"seconds\": \(time / .seconds(1)), \"metrics\": {\(values)}}")
  }
}

/// Knows the score of every user, and finds the user by the training row.
private struct GivenScores: Recommender {
  let itemCount: Int
  let scores: [Float]

  func scores(for profiles: Profiles, using engine: ProductEngine) throws -> Matrix<Float> {
    let users = (profiles.trainingRows ?? []).compactMap(\.self)
    var block: [Float] = []
    block.reserveCapacity(users.count * itemCount)
    for user in users { block += scores[user * itemCount..<(user + 1) * itemCount] }
    return Matrix(rows: users.count, columns: itemCount, elements: block)
  }
}
