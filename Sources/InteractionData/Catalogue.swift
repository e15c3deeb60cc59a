import Compute
import Foundation

/// The items of a made-up population: their titles, genres and popularity.
struct Catalogue {
  /// Titles in the order of the columns of ``distributions``.
  let items: Vocabulary
  /// The name of each taste; shape: K.
  let genres: [String]
  /// The taste of each item; shape: I.
  let genreOfItem: [Int]
  /// φ, the probability of each item in each taste; rows sum to 1 (shape: K × I).
  let distributions: Matrix<Double>

  init(_ population: Population, seed: Seed) {
    var random = seed.stream(for: SimulationDraw.catalogue)
    let (tastes, count) = (population.tastes, population.items)
    let genres = (0..<tastes).map(Genre.numbered)
    // Items take turns, so that no genre has more than one item more than another; which is popular is
    // chance.
    let genreOfItem = (0..<count).map { $0 % tastes }
    let common = Self.popularity(ranks: random.permutation(count), population)
    var distributions = Matrix<Double>(rows: tastes, columns: count)
    for taste in 0..<tastes {
      let members = Array(stride(from: taste, to: count, by: tastes))
      let own = Self.popularity(ranks: random.permutation(members.count), population)
      for item in 0..<count { distributions[taste, item] = population.commonShare * common[item] }
      for (member, item) in members.enumerated() {
        distributions[taste, item] += (1 - population.commonShare) * own[member]
      }
    }
    items = Vocabulary(ids: (0..<count).map { genres[$0 % tastes].title($0 / tastes) })
    self.genres = genres.map(\.name)
    self.genreOfItem = genreOfItem
    self.distributions = distributions
  }

  /// Probabilities proportional to `1/(rank + q)^s` for ranks counted from 0 here, from 1 in the formula.
  private static func popularity(ranks: [Int], _ population: Population) -> [Double] {
    let weights = ranks.map {
      pow(Double($0 + 1) + population.popularityOffset, -population.popularityExponent)
    }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}
