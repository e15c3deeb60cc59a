public import Compute
public import InteractionData

/// Ranked lists of a model whose scores are products, for any number of users, without the scores of all items.
///
/// The lists are those of ``topK(_:k:excluding:only:)`` over scores in single precision, each added up in the same way: a
/// user's list is the same in a file of users and alone.
public struct ScreenedLists: Sendable {
  private let recommender: any FactoredRecommender
  private let factors: [ItemFactors]
  /// `nil` for few users.
  private let screen: ItemScreen?

  /// The number of users from which the vectors of items are worth rounding.
  static let leastScreened = 16

  /// The number of users that are encoded together, those without items included that fill a block: libraries may round a
  /// product by its number of rows.
  private static let encoded = 256

  /// Prepares lists for some users.
  ///
  /// - Returns: `nil` where all scores are faster, without products of bytes, and for a model that has no products or not all
  ///   items in this process.
  public init?(_ recommender: any Recommender, users: Int, processor: Processor) throws {
    guard let recommender = recommender as? any FactoredRecommender,
      (recommender as? any DividedRecommender)?.communicator == nil, ItemScreen.isFaster(with: processor.engine)
    else { return nil }
    (self.recommender, factors) = (recommender, recommender.itemFactors)
    screen = users < Self.leastScreened ? nil : try ItemScreen(factors, processor: processor)
  }

  /// The number of users of a block.
  public static func blockSize(users: Int) -> Int { min(encoded, max(64, (users + 15) / 16)) }

  /// The lists of some users: items they do not have, best first.
  ///
  /// - Parameters:
  ///   - k: the length of a list; it is shorter if fewer items may be ranked.
  ///   - allowed: if given, only items marked `true` are ranked. Shape: I.
  ///   - failed: converts the error of a score that is not a number, with the row of the user.
  /// - Throws: what the recommender throws; what `failed` returns.
  public func lists(
    for profiles: Profiles, k: Int, only allowed: [Bool]?, using engine: ProductEngine,
    failed: (_ row: Int, _ error: NotANumberError) -> any Error
  ) throws -> [[RankedItem]] {
    let encoded = try recommender.userFactors(for: profiles.padded(to: Self.encoded), using: engine)
    var users = Matrix<Float>(rows: 0, columns: encoded.columns)
    users.copyRows(0..<profiles.items.rowCount, of: encoded)
    let excluded = (0..<profiles.items.rowCount).map { profiles.items.indices(ofRow: $0) }
    let candidates = screen?.candidates(for: users, k: k, excluding: excluded, only: allowed, using: engine)
    return try excluded.indices.map { row in
      do {
        if let candidates { return try topK(of: candidates[row].items, scores: candidates[row].scores, k: k) }
        let scores = factors.flatMap { $0.scores(of: users, row: row) }
        return try topK(scores[...], k: k, excluding: excluded[row], only: allowed)
      } catch let error as NotANumberError {
        throw failed(row, error)
      }
    }
  }
}

extension Profiles {
  /// The same, followed by users without items if there are fewer than `count`.
  fileprivate func padded(to count: Int) -> Profiles {
    let missing = count - items.rowCount
    if missing <= 0 { return self }
    return Profiles(
      items: SparseRows(
        columnCount: items.columnCount, offsets: items.offsets + [Int](repeating: items.nonZeroCount, count: missing),
        indices: items.indices, values: items.values),
      trainingRows: trainingRows.map { $0 + [Int?](repeating: nil, count: missing) })
  }
}
