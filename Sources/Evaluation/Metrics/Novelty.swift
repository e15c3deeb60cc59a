import Foundation

/// How unusual the recommended items are: the mean of `−log₂ pᵢ` over one user's list.
///
/// `pᵢ` is the share of training users who have item `i`; the unit is bits. Zhou et al., "Solving the
/// apparent diversity-accuracy dilemma of recommender systems" (PNAS 2010), "self-information". An item that
/// no training user has would be infinitely novel; it is given the share `1 / (users + 1)`, a little more
/// novel than one that a single user has. Higher is not necessarily better: random lists are very novel.
public struct Novelty: Sendable {
  private let bits: [Double]

  /// Prepares the novelty of every item.
  ///
  /// - Parameters:
  ///   - itemPopularity: how many training users have each item. Shape: I.
  ///   - trainingUsers: how many training users there are.
  /// - Precondition: no item has more users than there are.
  public init(itemPopularity: [Int], trainingUsers: Int) {
    bits = itemPopularity.map { users in
      precondition((0...trainingUsers).contains(users), "\(users) of \(trainingUsers) users have an item")
      let share = users > 0 ? Double(users) / Double(trainingUsers) : 1 / Double(trainingUsers + 1)
      // An item that everyone has: 0, not the −0 of −log₂ 1.
      return share == 1 ? 0 : -log2(share)
    }
  }

  /// The mean over the first `k` items of a list; 0 for an empty one.
  public func value(of items: some Collection<Int32>, at k: Int) -> Double {
    let items = items.prefix(k)
    if items.isEmpty { return 0 }
    var sum = 0.0
    for item in items { sum += bits[Int(item)] }
    return sum / Double(items.count)
  }
}
