import Autoencoders
import Compute
import FileFormats
import InteractionData
import Testing

/// Data that are fitted in moments.
enum SmallData {
  /// 400 users with one to three of five tastes among 160 items.
  static func population(seed: UInt64) throws -> Interactions {
    var population = Population.plain
    (population.users, population.items, population.tastes) = (400, 160, 5)
    (population.meanProfileLength, population.minProfileLength) = (18, 8)
    return try population.simulate(seed: Seed(seed)).interactions
  }

  /// Ratings from 1 to 5 that depend on user, item, and whether their two colours agree.
  static func ratings(seed: UInt64) -> Interactions {
    var random = Seed(seed).stream(.simulation)
    let (users, items) = (120, 80)
    let userOffsets = (0..<users).map { _ in 0.4 * random.gaussian() }
    let itemOffsets = (0..<items).map { _ in 0.4 * random.gaussian() }
    var (userIndices, itemIndices, ratings): ([Int32], [Int32], [Float]) = ([], [], [])
    for user in 0..<users {
      for item in 0..<items where random.uniform() < 0.35 {
        let agreement = (user + item) % 2 == 0 ? 1.0 : -1.0
        let rating = 3 + agreement + userOffsets[user] + itemOffsets[item] + 0.3 * random.gaussian()
        userIndices.append(Int32(user))
        itemIndices.append(Int32(item))
        ratings.append(Float(min(5, max(1, rating))))
      }
    }
    return Interactions(
      name: "made-up ratings", users: Vocabulary(ids: (0..<users).map { "u\($0)" }),
      items: Vocabulary(ids: (0..<items).map { "i\($0)" }), userIndices: userIndices,
      itemIndices: itemIndices,
      ratings: ratings)
  }

  /// A model of the zoo, small.
  static func model(_ name: String, epochs: Int = 40, weightDecay: Double = 0) throws -> any ZooModel {
    let plain = try #require(Zoo.named(name), "no model \(name)")
    return try plain.settingWhereKnown([
      "latent": 16, "hidden": .array([32]), "epochs": .number(Double(epochs)), "learningRate": 0.005, "batchSize": 32,
      "patience": 0, "weightDecay": .number(weightDecay),
    ])
  }

  static func processor(threads: Int = 2) -> Processor { Processor(engine: .gsl, threads: threads) }
}
