public import Compute
import FileFormats

extension Interactions {
  /// Divides users into two random parts, with all interactions of a user in one of them.
  ///
  /// For models fitted to some users and compared with others; `RankingSplit.users`
  /// hides a part of each held-out user instead.
  ///
  /// - Parameter share: the share of users in the second part, rounded down; at least one user in each.
  /// - Returns: both parts with separate vocabularies.
  /// - Throws: `DataError` when there are fewer than two users.
  /// - Precondition: `0 < share < 1`.
  public func dividingUsers(heldOut share: Double, seed: Seed) throws -> (rest: Interactions, heldOut: Interactions) {
    precondition(0 < share && share < 1, "a share of \(share)")
    guard users.count > 1 else {
      throw DataError(
        path: name, message: "has \(counted(users.count, "user")), too few to divide", accepted: "at least 2 users")
    }
    var random = seed.stream(for: SplitDraw.halves)
    let order = random.permutation(users.count)
    let size = max(1, Int(share * Double(users.count) + 1e-9))
    var isHeldOut = [Bool](repeating: false, count: users.count)
    for user in order[..<size] { isHeldOut[user] = true }
    func part(_ wanted: Bool, _ notes: [String]) -> Interactions {
      selecting((0..<count).filter { isHeldOut[Int(userIndices[$0])] == wanted }, notes: notes)
    }
    return (part(false, notes), part(true, []))
  }
}
