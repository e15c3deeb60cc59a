import Compute
import Foundation

extension SimulatedPopulation {
  /// The interactions with ratings from 1 to 5: higher for items that match this user's taste more than that of the
  /// others.
  ///
  /// The logarithm of p(item | user) ÷ p(item) by tastes and moods, with noise, is cut so that the five ratings have
  /// fixed shares: few are low, because people rate what they chose. Users, items and pairs are those of
  /// ``interactions``.
  public func rated() -> Interactions {
    let shares = [0.06, 0.17, 0.44, 0.79]
    let columns = catalogue.indices(of: interactions.items).map { $0 ?? 0 }
    let tastes = tasteNames.count
    let users = Double(max(1, userMixtures.rows))
    let mean = (0..<tastes).map { taste in
      (0..<userMixtures.rows).reduce(0) { $0 + userMixtures[$1, taste] } / users
    }
    var scores: [Double] = []
    scores.reserveCapacity(interactions.count)
    for position in 0..<interactions.count {
      let (user, item) = (Int(interactions.userIndices[position]), columns[Int(interactions.itemIndices[position])])
      var (own, common) = (0.0, 0.0)
      for taste in 0..<tastes {
        own += userMixtures[user, taste] * tasteItems[taste, item]
        common += mean[taste] * tasteItems[taste, item]
      }
      var random = seed.stream(.simulation, 2, position)
      let tiny = Double.leastNormalMagnitude
      // Compared with a user who has equal shares of all moods.
      let mood = moodNames.isEmpty ? 1 : userMoods[user, itemMoods[item]] * Double(moodNames.count)
      scores.append(log(max(own * mood, tiny)) - log(max(common, tiny)) + 0.5 * random.gaussian())
    }
    var ratings = [Float](repeating: 1, count: scores.count)
    let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
    for (rank, position) in order.enumerated() {
      let place = Double(rank) / Double(scores.count)
      ratings[position] = Float(1 + shares.count { place >= $0 })
    }
    return Interactions(
      name: interactions.name, users: interactions.users, items: interactions.items,
      userIndices: interactions.userIndices, itemIndices: interactions.itemIndices, ratings: ratings)
  }
}
