/// One fold of the users in a cross-validation.
public struct Fold: Sendable, Equatable {
  /// Its index, from 0.
  public let index: Int
  /// The number of folds.
  public let count: Int

  /// Chooses a fold.
  ///
  /// - Precondition: there are at least two folds, and the index is below their number.
  public init(_ index: Int, of count: Int) {
    precondition(count > 1 && 0..<count ~= index, "part \(index) of \(count)")
    (self.index, self.count) = (index, count)
  }

  /// The places of this fold among users in random order: sizes differ by at most one, and the first fold is at the
  /// end.
  func places(among total: Int) -> Range<Int> {
    total - (index + 1) * total / count..<total - index * total / count
  }
}
