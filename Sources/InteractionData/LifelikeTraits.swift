import Compute
import Foundation

/// Users like those of real data: related tastes, moods, a preference for sequels, and a few very long profiles.
///
/// Mixtures are logistic-normal: θ = softmax(z), `z_k = ½ log g_k + s (√c · l_k·f + √(1 − c) · ε_k)`, with the size g_k of the
/// genre, the spread s (``tasteSpread``), the shared part c (``sharedTaste``), the user's dispositions f ~ N(0, I), the fixed
/// direction l_k of the genre, of length 1, and ε_k ~ N(0, 1). Genres with similar directions are liked by the same
/// users.
///
/// Every item has a mood besides its genre, and every user a weight for each mood: `p_i ∝ (Σ_k θ_k φ_ki) · e^(m·η)` with
/// η ~ N(0, 1) for each user and mood and m the ``moodSpread``.
public struct LifelikeTraits: Sendable, Codable, Equatable {
  /// The standard deviation of the logarithm of the excess over the least length.
  public var lengthSpread = 0.9
  /// s, the spread of tastes: the larger, the fewer tastes a user has.
  public var tasteSpread = 2.2
  /// c, the part of the variance of tastes that comes from the dispositions, 0 to 1.
  public var sharedTaste = 0.6
  /// The number of dispositions.
  public var dispositions = 4
  /// The concentration of the Dirichlet distribution of the sizes of genres.
  public var genreConcentration = 3.0
  /// M, the number of moods.
  public var moods = 8
  /// m, how much moods matter.
  public var moodSpread = 1.2
  /// The share of titles that are the first of a series.
  public var seriesShare = 0.03
  /// The probability that a user who has an item of a series takes the next one.
  public var sequelPull = 0.1
  /// The part of a user's choices that depends on popularity only.
  public var chance = 0.15

  /// Creates the default traits.
  public init() {}

  func validate(
    _ check: (Bool, String, String) throws(Population.InvalidParameter) -> Void
  ) throws(Population.InvalidParameter) {
    try check(0...5 ~= lengthSpread, "lengthSpread", "0 to 5")
    try check(0...20 ~= tasteSpread, "tasteSpread", "0 to 20")
    try check(0...1 ~= sharedTaste, "sharedTaste", "0 to 1")
    try check(1...1000 ~= dispositions, "dispositions", "1 to 1000")
    try check(genreConcentration > 0 && genreConcentration.isFinite, "genreConcentration", "a positive number")
    try check(1...1000 ~= moods, "moods", "1 to 1000")
    try check(0...10 ~= moodSpread, "moodSpread", "0 to 10")
    try check(0...1 ~= seriesShare, "seriesShare", "0 to 1")
    try check(0...1 ~= sequelPull, "sequelPull", "0 to 1")
    try check(0...1 ~= chance, "chance", "0 to 1")
  }
}

extension LifelikeTraits: Nature {
  func person(of population: Population, _ catalogue: Catalogue, _ random: inout RandomSource) -> Person {
    let mixture = mixture(catalogue, &random)
    let weights = catalogue.moods.map { _ in exp(moodSpread * random.gaussian()) }
    let length = profileLength(population, &random)
    var probabilities = catalogue.probabilities(of: mixture)
    for item in probabilities.indices { probabilities[item] *= weights[catalogue.moodOfItem[item]] }
    let total = probabilities.reduce(0, +)
    for item in probabilities.indices {
      probabilities[item] = (1 - chance) * probabilities[item] / total + chance * catalogue.popularity[item]
    }
    let order = catalogue.race(probabilities, &random)
    let sum = weights.reduce(0, +)
    return Person(
      mixture: mixture, moods: weights.map { $0 / sum }, items: choose(length, in: order, catalogue, &random))
  }

  private func mixture(_ catalogue: Catalogue, _ random: inout RandomSource) -> [Double] {
    let disposition = (0..<dispositions).map { _ in random.gaussian() }
    let scores = catalogue.genres.indices.map { genre in
      let shared = zip(catalogue.directions[row: genre], disposition).reduce(0) { $0 + $1.0 * $1.1 }
      return 0.5 * log(catalogue.genreSizes[genre])
        + tasteSpread * (sharedTaste.squareRoot() * shared + (1 - sharedTaste).squareRoot() * random.gaussian())
    }
    let largest = scores.max() ?? 0
    let weights = scores.map { exp($0 - largest) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  private func profileLength(_ population: Population, _ random: inout RandomSource) -> Int {
    let least = population.minProfileLength
    // A log-normal distribution has the mean e^(μ + σ²/2).
    let excess = (population.meanProfileLength - Double(least)) * exp(-lengthSpread * lengthSpread / 2)
    let length = Double(least) + (excess * exp(lengthSpread * random.gaussian())).rounded()
    return Int(min(length, Double(max(least, population.items / 2))))
  }

  /// The first `count` items of the race, with the sequels that they add.
  private func choose(
    _ count: Int, in order: [Int32], _ catalogue: Catalogue, _ random: inout RandomSource
  ) -> [Int32] {
    var isTaken = [Bool](repeating: false, count: order.count)
    var chosen: [Int32] = []
    for first in order where !isTaken[Int(first)] {
      var next: Int? = Int(first)
      while let item = next, chosen.count < count {
        isTaken[item] = true
        chosen.append(Int32(item))
        next = catalogue.seriesOfItem[item].flatMap { series in
          random.uniform() < sequelPull ? catalogue.series[series].first { !isTaken[$0] } : nil
        }
      }
      if chosen.count == count { break }
    }
    return chosen
  }
}
