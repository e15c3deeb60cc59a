public import Compute

/// Even users have the even items and odd users the odd ones, but each lacks one item of their colour.
///
/// Every item is had by equally many users, so popularity knows nothing; whoever has learnt what goes
/// together puts the missing item before all items of the other colour.
public struct Checkerboard: Sendable {
  /// What each user has.
  ///
  /// Shape: users × items.
  public let rows: SparseRows
  /// The item each user lacks.
  public let withheld: [Int]

  /// Makes a board; `users` is a multiple of `items`, and `items` is even, so that all items are had equally
  /// often.
  public init(users: Int = 60, items: Int = 20) {
    precondition(users % items == 0 && items % 2 == 0, "an uneven board")
    let missing = (0..<users).map { 2 * (($0 / 2) % (items / 2)) + $0 % 2 }
    withheld = missing
    rows = SparseRows(
      columnCount: items,
      rows: (0..<users).map { user in
        stride(from: user % 2, to: items, by: 2).filter { $0 != missing[user] }
      })
  }
}
