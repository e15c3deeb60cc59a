/// One of several parts of the users that take turns as test users.
public struct Fold: Sendable, Equatable {
  /// Which one, from 0.
  public let index: Int
  /// How many there are.
  public let count: Int

  /// Chooses one of several parts.
  ///
  /// - Precondition: there are at least two, and the index is that of one of them.
  public init(_ index: Int, of count: Int) {
    precondition(count > 1 && 0..<count ~= index, "part \(index) of \(count)")
    (self.index, self.count) = (index, count)
  }

  /// The places of this part among so many users in random order: equal parts but for one user, the first part at the end.
  func places(among total: Int) -> Range<Int> {
    total - (index + 1) * total / count..<total - index * total / count
  }
}
