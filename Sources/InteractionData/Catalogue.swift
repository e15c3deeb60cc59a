import Compute
import Foundation

/// The items of a simulated population: their titles, genres, moods, series and popularity.
struct Catalogue {
  /// Titles in the order of the columns of ``distributions``.
  let items: Vocabulary
  /// The name of each taste; shape: K.
  let genres: [String]
  /// The taste of each item; shape: I.
  let genreOfItem: [Int]
  /// The share of each genre in the catalogue; shape: K.
  let genreSizes: [Double]
  /// The unit direction of each genre in the space of dispositions (shape: K × D), empty in a plain population.
  let directions: Matrix<Double>
  /// The name of each mood; shape: M, empty in a plain population.
  let moods: [String]
  /// The mood of each item; shape: I, empty in a plain population.
  let moodOfItem: [Int]
  /// The series of each item, if it belongs to one; shape: I.
  let seriesOfItem: [Int?]
  /// The items of each series, in their order.
  let series: [[Int]]
  /// The probability of each item in all genres; shape: I.
  let popularity: [Double]
  /// φ, the probability of each item in each taste; rows sum to 1 (shape: K × I).
  let distributions: Matrix<Double>

  /// Genres of equal size, without moods or series.
  init(plain population: Population, seed: Seed) {
    var random = seed.stream(for: SimulationDraw.catalogue)
    let (tastes, count) = (population.tastes, population.items)
    let genres = (0..<tastes).map(Genre.numbered)
    // Items are assigned in turn, so that the sizes of genres differ by at most one; popularity is random.
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
    genreOfItem = (0..<count).map { $0 % tastes }
    genreSizes = [Double](repeating: 1 / Double(tastes), count: tastes)
    directions = Matrix(rows: 0, columns: 0)
    (moods, moodOfItem, series) = ([], [], [])
    seriesOfItem = [Int?](repeating: nil, count: count)
    popularity = common
    self.distributions = distributions
  }

  /// Genres of unequal size, some close to one another, with moods and series.
  init(lifelike population: Population, _ traits: LifelikeTraits, seed: Seed) {
    var random = seed.stream(for: SimulationDraw.catalogue)
    let (tastes, count) = (population.tastes, population.items)
    let genres = (0..<tastes).map(Genre.numbered)
    let sizes = random.dirichlet(
      concentrations: [Double](repeating: traits.genreConcentration, count: tastes))
    let works = Works(count: count, sizes, traits, &random)
    var directions = Matrix<Double>(rows: tastes, columns: traits.dispositions)
    for taste in 0..<tastes {
      let draws = (0..<traits.dispositions).map { _ in random.gaussian() }
      let length = draws.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (column, draw) in draws.enumerated() { directions[taste, column] = draw / length }
    }
    var weights = Self.popularity(ranks: random.permutation(count), population)
    for members in works.series {
      // The first part of a series is popular; later parts have fewer and fewer users.
      var weight = members.reduce(0) { max($0, weights[$1]) }
      for item in members {
        weights[item] = weight
        weight *= 0.8
      }
    }
    let total = weights.reduce(0, +)
    let popularity = weights.map { $0 / total }
    var distributions = Matrix<Double>(rows: tastes, columns: count)
    var ofGenre = [Double](repeating: 0, count: tastes)
    for item in 0..<count { ofGenre[works.genre[item]] += popularity[item] }
    for taste in 0..<tastes {
      for item in 0..<count {
        let own = works.genre[item] == taste ? popularity[item] / ofGenre[taste] : 0
        distributions[taste, item] = (1 - population.commonShare) * own + population.commonShare * popularity[item]
      }
    }
    items = Vocabulary(ids: works.titles(genres))
    self.genres = genres.map(\.name)
    genreOfItem = works.genre
    genreSizes = sizes
    self.directions = directions
    moods = (0..<traits.moods).map(Mood.name)
    moodOfItem = works.mood
    seriesOfItem = works.seriesOfItem
    series = works.series
    self.popularity = popularity
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
