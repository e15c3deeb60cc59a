public import Compute
import Foundation

/// A simulated population with known tastes: U users, I items, K tastes.
///
/// Every item belongs to one taste, its genre. A user has a mixture of tastes θ and a number of items n. The n items are drawn
/// without replacement, with probabilities `Σ_k θ_k φ_k`, where φ_k is the popularity within genre k plus a share of
/// the overall popularity. ``Kind`` determines the other traits of users.
public struct Population: Sendable, Codable, Equatable {
  /// The traits of its users.
  public enum Kind: Sendable, Codable, Equatable {
    /// Independent tastes and genres of equal size only.
    case plain(traits: PlainTraits)
    /// Related tastes, moods, sequels, genres of unequal size and a heavy tail of profile lengths, as real data have them.
    case lifelike(traits: LifelikeTraits)
  }

  /// U, the number of users.
  public var users = 4_000
  /// I, the number of items.
  public var items = 1_200
  /// K, the number of tastes.
  public var tastes = 16
  /// The mean number of items a user has.
  public var meanProfileLength = 50.0
  /// The least number of items a user has.
  public var minProfileLength = 10
  /// The share of φ that is the same for all tastes.
  public var commonShare = 0.1
  /// s in the popularity `1/(rank + q)^s` (Zipf and Mandelbrot), ranks from 1.
  public var popularityExponent = 0.9
  /// q in the popularity `1/(rank + q)^s`.
  public var popularityOffset = 3.0
  /// The traits of its users.
  public var kind = Kind.lifelike(traits: LifelikeTraits())

  /// The name of its interactions in output and in the records of models.
  public static let name = "simulated population"

  /// Creates the default population.
  public init() {}

  /// The plain population: few independent tastes, which one hidden layer can represent, so that models differ little.
  public static var plain: Population {
    var population = Population()
    (population.users, population.items, population.tastes) = (3_000, 1_200, 12)
    (population.meanProfileLength, population.popularityExponent, population.popularityOffset) = (40, 1, 5)
    population.kind = .plain(traits: PlainTraits())
    return population
  }

  /// A parameter that is out of range.
  public struct InvalidParameter: Error, Sendable, Equatable, CustomStringConvertible {
    /// The name of the parameter.
    public let name: String
    /// What would be accepted.
    public let accepted: String

    /// One sentence.
    public var description: String { "population: \(name) is out of range; accepted: \(accepted)" }
  }

  /// Checks every parameter.
  ///
  /// - Throws: ``InvalidParameter`` for the first that is out of range.
  public func validate() throws(InvalidParameter) {
    try check(1...100_000_000 ~= users, "users", "1 to 100000000")
    try check(2...10_000_000 ~= items, "items", "2 to 10000000")
    try check(1...min(1000, items) ~= tastes, "tastes", "1 to \(min(1000, items)), at most one for each item")
    try check(1...items ~= minProfileLength, "minProfileLength", "1 to \(items), the number of items")
    try check(
      meanProfileLength >= Double(minProfileLength) && meanProfileLength <= Double(items),
      "meanProfileLength",
      "\(minProfileLength) to \(items), from the least length to the number of items")
    try check(0...1 ~= commonShare, "commonShare", "0 to 1")
    try check(0...10 ~= popularityExponent, "popularityExponent", "0 to 10")
    try check(0...1e6 ~= popularityOffset, "popularityOffset", "0 to 1000000")
    switch kind {
    case .plain(let traits): try traits.validate(check)
    case .lifelike(let traits): try traits.validate(check)
    }
  }

  private func check(_ isValid: Bool, _ name: String, _ accepted: String) throws(InvalidParameter) {
    if !isValid { throw InvalidParameter(name: name, accepted: accepted) }
  }

  /// Simulates the population.
  ///
  /// The same parameters and seed give the same one on any number of threads.
  ///
  /// - Throws: ``InvalidParameter``.
  /// - Complexity: O(U · I · K), one random number for each user and item.
  public func simulate(seed: Seed) throws(InvalidParameter) -> SimulatedPopulation {
    try validate()
    let catalogue: Catalogue
    let nature: any Nature
    switch kind {
    case .plain(let traits):
      catalogue = Catalogue(plain: self, seed: seed)
      nature = traits
    case .lifelike(let traits):
      catalogue = Catalogue(lifelike: self, traits, seed: seed)
      nature = traits
    }
    var mixtures = Matrix<Double>(rows: users, columns: tastes)
    var moods = Matrix<Double>(rows: users, columns: catalogue.moods.count)
    var userIndices: [Int32] = []
    var itemIndices: [Int32] = []
    let digits = String(users).count
    var ids: [String] = []
    for user in 0..<users {
      let number = String(user + 1)
      ids.append("user-" + String(repeating: "0", count: digits - number.count) + number)
      // Each user has a random stream, so the draws of the others do not matter.
      var random = seed.stream(for: SimulationDraw.user, user)
      let person = nature.person(of: self, catalogue, &random)
      for taste in 0..<tastes { mixtures[user, taste] = person.mixture[taste] }
      for mood in person.moods.indices { moods[user, mood] = person.moods[mood] }
      userIndices += [Int32](repeating: Int32(user), count: person.items.count)
      itemIndices += person.items
    }
    let (numbered, drawn) = Interactions.renumber(itemIndices, catalogue.items)
    let interactions = Interactions(
      name: Self.name, users: Vocabulary(ids: ids), items: drawn, userIndices: userIndices,
      itemIndices: numbered)
    return SimulatedPopulation(
      parameters: self, seed: seed, interactions: interactions, catalogue: catalogue.items,
      tasteNames: catalogue.genres, itemTastes: catalogue.genreOfItem, userMixtures: mixtures,
      tasteItems: catalogue.distributions, moodNames: catalogue.moods, itemMoods: catalogue.moodOfItem,
      userMoods: moods, itemSeries: catalogue.seriesOfItem)
  }
}

/// One user: traits and items.
struct Person {
  /// θ; shape: K, sums to 1.
  let mixture: [Double]
  /// The share of each mood; shape: M, sums to 1, empty where there are no moods.
  let moods: [Double]
  /// Columns of the catalogue.
  let items: [Int32]
}

/// The traits of a kind of users.
protocol Nature {
  /// Draws one user.
  func person(of population: Population, _ catalogue: Catalogue, _ random: inout RandomSource) -> Person
}

extension Catalogue {
  /// The probability of each item for a mixture of tastes: Σ_k θ_k φ_k.
  func probabilities(of mixture: [Double]) -> [Double] {
    var probabilities = [Double](repeating: 0, count: items.count)
    for (taste, share) in mixture.enumerated() where share > 0 {
      for item in probabilities.indices { probabilities[item] += share * distributions[taste, item] }
    }
    return probabilities
  }

  /// All items in the order in which they are drawn without replacement, each time in proportion to their probability.
  ///
  /// An exponential race: item i finishes after E/p_i with E from the exponential distribution (the Gumbel-top-n trick, with the
  /// logarithm undone).
  func race(_ probabilities: [Double], _ random: inout RandomSource) -> [Int32] {
    var times: [(time: Double, item: Int32)] = []
    times.reserveCapacity(probabilities.count)
    for (item, probability) in probabilities.enumerated() {
      times.append((-log(random.positiveUniform()) / max(probability, .leastNormalMagnitude), Int32(item)))
    }
    times.sort { ($0.time, $0.item) < ($1.time, $1.item) }
    return times.map(\.item)
  }
}
