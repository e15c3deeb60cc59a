public import Compute
import Evaluation
public import InteractionData
public import Testing

/// How far scores may move when the same users are scored in other company.
///
/// Products of another shape add in another order. A few dozen Float roundings of 6e-8, relative to the largest score.
private let companyTolerance = 1e-5

/// What every recommender owes, whatever it is: see the comments below for the laws.
///
/// - Parameter profiles: some users, with training rows for models that have something per user.
public func recommenderLaws(
  _ recommender: any Recommender, profiles: Profiles, engine: ProductEngine = .gsl,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let users = profiles.items.rowCount
  func doubles(_ matrix: Matrix<Float>) -> [Double] { matrix.elements.map { Double($0) } }

  // One score for every user and item, all of them numbers.
  let scores = try recommender.scores(for: profiles, using: engine)
  #expect(scores.rows == users && scores.columns == recommender.itemCount, sourceLocation: sourceLocation)
  #expect(scores.isFinite, sourceLocation: sourceLocation)

  // Asking twice gives the same bits.
  #expect(try recommender.scores(for: profiles, using: engine) == scores, sourceLocation: sourceLocation)

  // Permuting users permutes their scores.
  var random = Seed(1).stream(.shuffle)
  let order = random.permutation(users)
  let permuted = Profiles(
    items: profiles.items.selecting(rows: order),
    trainingRows: profiles.trainingRows.map { rows in order.map { rows[$0] } })
  let shuffled = try recommender.scores(for: permuted, using: engine)
  let expected = order.flatMap { scores[row: $0].map { Double($0) } }
  expectClose(
    doubles(shuffled), expected, within: companyTolerance, "permuted users", sourceLocation: sourceLocation)

  // A user alone gets the scores they get among others.
  let alone = try (0..<users).flatMap {
    doubles(try recommender.scores(for: profiles.selecting($0..<$0 + 1), using: engine))
  }
  expectClose(alone, doubles(scores), within: companyTolerance, "one by one", sourceLocation: sourceLocation)

  // Blocks of users have the same bits at any number of threads.
  func blocks(threads: Int) throws -> [Matrix<Float>] {
    try Processor(engine: engine, threads: threads).map(count: (users + 6) / 7) { block in
      let range = block * 7..<min(users, block * 7 + 7)
      return try recommender.scores(for: profiles.selecting(range), using: engine)
    }
  }
  #expect(try blocks(threads: 1) == blocks(threads: 2), sourceLocation: sourceLocation)

  // What a user has is never recommended, and everything else can be.
  for user in 0..<users {
    let seen = profiles.items.indices(ofRow: user)
    let list = try topK(scores[row: user], k: recommender.itemCount, excluding: seen)
    #expect(Set(list.map { Int32($0.item) }).isDisjoint(with: seen), sourceLocation: sourceLocation)
    #expect(list.count == recommender.itemCount - seen.count, sourceLocation: sourceLocation)
  }

  // Somebody without any item, and somebody never seen, are scored like anybody else.
  let strangers = Profiles(items: SparseRows(columnCount: recommender.itemCount, rows: [[], [0, 3], []]))
  let strange = try recommender.scores(for: strangers, using: engine)
  #expect(strange.rows == 3 && strange.isFinite, sourceLocation: sourceLocation)
  #expect(
    Array(strange[row: 0]) == Array(strange[row: 2]), "two empty profiles", sourceLocation: sourceLocation)
  let nobody = Profiles(items: SparseRows(columnCount: recommender.itemCount, rows: []))
  #expect(try recommender.scores(for: nobody, using: engine).rows == 0, sourceLocation: sourceLocation)
}
