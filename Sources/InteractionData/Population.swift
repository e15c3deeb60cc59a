public import Compute
import Foundation

/// A made-up population whose tastes are known: U users, I items, K tastes.
///
/// Every item belongs to one taste, its genre. A user has a mixture of tastes θ, mostly one to three, and a
/// number of items n. The n items are drawn without replacement, with probabilities `Σ_k θ_k φ_k`, where φ_k
/// is popular within genre k, plus a part of what is popular everywhere.
public struct Population: Sendable, Codable, Equatable {
  /// U, the number of users.
  public var users = 3_000
  /// I, the number of items.
  public var items = 1_200
  /// K, the number of tastes.
  public var tastes = 12
  /// The mean number of items a user has.
  public var meanProfileLength = 40.0
  /// The least number of items a user has.
  public var minProfileLength = 10
  /// The shape of the negative binomial distribution of what exceeds the least: the smaller, the more lengths
  /// vary.
  public var lengthShape = 1.5
  /// The concentration of the Dirichlet distribution of mixtures, for each taste: the smaller, the fewer
  /// tastes a user has.
  public var mixtureConcentration = 0.08
  /// The share of φ that is the same for all tastes.
  public var commonShare = 0.1
  /// s in the popularity `1/(rank + q)^s` (Zipf and Mandelbrot), ranks from 1.
  public var popularityExponent = 1.0
  /// q in the popularity `1/(rank + q)^s`.
  public var popularityOffset = 5.0

  /// How its interactions are named in output and in the records of models.
  public static let name = "simulated population"

  /// Creates the default population.
  public init() {}

  /// A parameter out of its range.
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
    func check(_ isValid: Bool, _ name: String, _ accepted: String) throws(InvalidParameter) {
      if !isValid { throw InvalidParameter(name: name, accepted: accepted) }
    }
    try check(1...100_000_000 ~= users, "users", "1 to 100000000")
    try check(2...10_000_000 ~= items, "items", "2 to 10000000")
    try check(1...min(1000, items) ~= tastes, "tastes", "1 to \(min(1000, items)), at most one for each item")
    try check(1...items ~= minProfileLength, "minProfileLength", "1 to \(items), the number of items")
    try check(
      meanProfileLength >= Double(minProfileLength) && meanProfileLength <= Double(items),
      "meanProfileLength",
      "\(minProfileLength) to \(items), from the least length to the number of items")
    try check(lengthShape > 0 && lengthShape.isFinite, "lengthShape", "a positive number")
    try check(
      mixtureConcentration > 0 && mixtureConcentration.isFinite, "mixtureConcentration", "a positive number")
    try check(0...1 ~= commonShare, "commonShare", "0 to 1")
    try check(0...10 ~= popularityExponent, "popularityExponent", "0 to 10")
    try check(0...1e6 ~= popularityOffset, "popularityOffset", "0 to 1000000")
  }

  /// Makes the population.
  ///
  /// The same parameters and seed give the same one on any number of threads.
  ///
  /// - Throws: ``InvalidParameter``.
  /// - Complexity: O(U · I), one random number each.
  public func simulate(seed: Seed) throws(InvalidParameter) -> SimulatedPopulation {
    try validate()
    let catalogue = Catalogue(self, seed: seed)
    var mixtures = Matrix<Double>(rows: users, columns: tastes)
    var userIndices: [Int32] = []
    var itemIndices: [Int32] = []
    let digits = String(users).count
    var ids: [String] = []
    for user in 0..<users {
      let number = String(user + 1)
      ids.append("user-" + String(repeating: "0", count: digits - number.count) + number)
      // A stream for each user: how much the others draw does not matter.
      var random = seed.stream(for: SimulationDraw.user, user)
      let mixture = random.dirichlet(concentrations: [Double](repeating: mixtureConcentration, count: tastes))
      for taste in 0..<tastes { mixtures[user, taste] = mixture[taste] }
      for item in draw(profileLength(&random), catalogue, mixture, &random) {
        userIndices.append(Int32(user))
        itemIndices.append(item)
      }
    }
    let (numbered, drawn) = Interactions.renumber(itemIndices, catalogue.items)
    let interactions = Interactions(
      name: Self.name, users: Vocabulary(ids: ids), items: drawn, userIndices: userIndices,
      itemIndices: numbered)
    return SimulatedPopulation(
      parameters: self, seed: seed, interactions: interactions, catalogue: catalogue.items,
      tasteNames: catalogue.genres, itemTastes: catalogue.genreOfItem, userMixtures: mixtures,
      tasteItems: catalogue.distributions)
  }

  private func profileLength(_ random: inout RandomSource) -> Int {
    let excess = meanProfileLength - Double(minProfileLength)
    if excess == 0 { return minProfileLength }
    // Failures before `shape` successes have the mean shape · (1 − p)/p.
    let probability = lengthShape / (lengthShape + excess)
    let length = minProfileLength + random.negativeBinomial(probability: probability, successes: lengthShape)
    return min(length, max(minProfileLength, items / 2))
  }

  /// Draws items without replacement, each time in proportion to their probability.
  ///
  /// An exponential race: item i finishes after E/p_i with E from the exponential distribution, and the first
  /// n to finish are the sample (the Gumbel-top-n trick, with the logarithm undone).
  private func draw(
    _ count: Int, _ catalogue: Catalogue, _ mixture: [Double], _ random: inout RandomSource
  ) -> [Int32] {
    var probabilities = [Double](repeating: 0, count: items)
    for (taste, share) in mixture.enumerated() where share > 0 {
      for item in 0..<items { probabilities[item] += share * catalogue.distributions[taste, item] }
    }
    var times: [(time: Double, item: Int32)] = []
    times.reserveCapacity(items)
    for item in 0..<items {
      let exponential = -log(random.positiveUniform())
      times.append((exponential / max(probabilities[item], .leastNormalMagnitude), Int32(item)))
    }
    times.sort { ($0.time, $0.item) < ($1.time, $1.item) }
    return times[..<count].map(\.item)
  }
}
