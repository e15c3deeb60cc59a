import Compute
import FileFormats
import Foundation
import Testing

@testable import InteractionData

@Suite("Lifelike populations")
struct LifelikePopulationTests {
  private static func simulate(_ change: (inout Population, inout LifelikeTraits) -> Void = { _, _ in }) throws
    -> SimulatedPopulation
  {
    var (population, traits) = (Population(), LifelikeTraits())
    (population.users, population.items, population.tastes) = (1_500, 500, 8)
    change(&population, &traits)
    population.kind = .lifelike(traits: traits)
    return try population.simulate(seed: Seed(5))
  }

  private static func lengths(_ data: Interactions) -> [Int] {
    var counts = [Int](repeating: 0, count: data.users.count)
    for user in data.userIndices { counts[Int(user)] += 1 }
    return counts.sorted()
  }

  @Test("profile lengths have the least and the mean asked for, and a heavy tail")
  func lengths() throws {
    let data = try Population().simulate(seed: Seed(42)).interactions
    let lengths = Self.lengths(data)
    let (mean, median) = (Double(data.count) / Double(lengths.count), Double(lengths[lengths.count / 2]))
    #expect(lengths.count == Population().users && lengths[0] >= Population().minProfileLength)
    #expect(abs(mean - Population().meanProfileLength) < 3)
    #expect(mean > 1.2 * median && Double(lengths[lengths.count - 1]) > 8 * median)
  }

  @Test("a fifth of the items has about half of the interactions, and genres differ in size")
  func popularity() throws {
    let population = try Population().simulate(seed: Seed(42))
    let data = population.interactions
    var counts = [Int](repeating: 0, count: data.items.count)
    for item in data.itemIndices { counts[Int(item)] += 1 }
    let top = counts.sorted(by: >).prefix(counts.count / 5).reduce(0, +)
    #expect(0.4...0.75 ~= Double(top) / Double(data.count))
    var sizes = [Int](repeating: 0, count: population.tasteNames.count)
    for taste in population.itemTastes { sizes[taste] += 1 }
    #expect((sizes.min() ?? 0) > 0 && (sizes.max() ?? 0) > 2 * (sizes.min() ?? 0))
    #expect(Set(population.catalogue.ids).count == Population().items)
  }

  @Test("mixtures, moods and distributions are probabilities")
  func probabilities() throws {
    let population = try Self.simulate()
    for matrix in [population.userMixtures, population.tasteItems, population.userMoods] {
      for row in 0..<matrix.rows {
        let values = (0..<matrix.columns).map { matrix[row, $0] }
        #expect(values.allSatisfy { $0 >= 0 } && abs(values.reduce(0, +) - 1) < 1e-9)
      }
    }
  }

  @Test("people take items of the moods they are in, and none in particular where moods do not matter")
  func moods() throws {
    func agreement(_ spread: Double) throws -> Double {
      let population = try Self.simulate { $1.moodSpread = spread }
      let data = population.interactions
      let columns = population.catalogue.indices(of: data.items)
      return Statistics.mean(
        (0..<data.count).map { position in
          guard let item = columns[Int(data.itemIndices[position])] else { return 0 }
          return population.userMoods[Int(data.userIndices[position]), population.itemMoods[item]]
        })
    }
    // Eight moods: an eighth by chance.
    #expect(try agreement(1.2) > 0.16)
    #expect(abs(try agreement(0) - 0.125) < 1e-9)
  }

  @Test("dispositions make tastes go together; without them they are independent")
  func relatedTastes() throws {
    func largestCorrelation(_ shared: Double) throws -> Double {
      let mixtures = try Self.simulate {
        ($1.sharedTaste, $1.dispositions) = (shared, 1)
        $1.tasteSpread = 1
      }.userMixtures
      let logs = (0..<mixtures.columns).map { column in (0..<mixtures.rows).map { log(mixtures[$0, column]) } }
      // Centred by user, since a mixture is only known up to a factor.
      let means = (0..<mixtures.rows).map { row in Statistics.mean(logs.map { $0[row] }) }
      let centred = logs.map { column in zip(column, means).map { $0 - $1 } }
      func correlation(_ a: [Double], _ b: [Double]) -> Double {
        let (first, second) = (Statistics.mean(a), Statistics.mean(b))
        let product = zip(a, b).reduce(0) { $0 + ($1.0 - first) * ($1.1 - second) }
        return product
          / (Double(a.count) * (Statistics.populationVariance(a) * Statistics.populationVariance(b)).squareRoot())
      }
      var largest = 0.0
      for i in centred.indices { for j in 0..<i { largest = max(largest, correlation(centred[i], centred[j])) } }
      return largest
    }
    #expect(try largestCorrelation(0.9) > 0.4)
    #expect(try largestCorrelation(0) < 0.15)
  }

  @Test("whoever has one part of a series has the next more often where sequels pull")
  func sequels() throws {
    func share(_ pull: Double) throws -> Double {
      let population = try Self.simulate { ($1.sequelPull, $1.seriesShare) = (pull, 0.2) }
      let data = population.interactions
      let columns = population.catalogue.indices(of: data.items).map { $0 ?? 0 }
      var owned = [Set<Int>](repeating: [], count: data.users.count)
      for position in 0..<data.count {
        owned[Int(data.userIndices[position])].insert(columns[Int(data.itemIndices[position])])
      }
      var (both, one) = (0, 0)
      for item in population.itemSeries.indices.dropLast() {
        guard let series = population.itemSeries[item], population.itemSeries[item + 1] == series else { continue }
        for own in owned where own.contains(item) {
          one += 1
          if own.contains(item + 1) { both += 1 }
        }
      }
      return Double(both) / Double(one)
    }
    let (pulled, left) = (try share(0.5), try share(0))
    #expect(pulled > left + 0.15)
  }

  @Test("later parts are named as such")
  func titles() throws {
    let population = try Self.simulate { $1.seriesShare = 0.5 }
    let later = population.itemSeries.indices.dropFirst().filter {
      population.itemSeries[$0] != nil && population.itemSeries[$0] == population.itemSeries[$0 - 1]
    }
    #expect(later.count > 50)
    #expect(later.allSatisfy { population.catalogue[$0].contains(": Part ") })
    #expect(Set(population.catalogue.ids).count == population.catalogue.count)
  }

  @Test("the same seed gives the same people, whose number does not matter to them")
  func determinism() throws {
    let one = try Self.simulate().interactions
    #expect(try Self.simulate().interactions.lines == one.lines)
    let fewer = try Self.simulate { population, _ in population.users = 100 }.interactions
    #expect(Array(one.items.ids.prefix(fewer.items.count)) == fewer.items.ids)
    #expect(Array(one.itemIndices.prefix(fewer.count)) == fewer.itemIndices)
  }

  @Test("moods, series and titles are among the files")
  func files() throws {
    try withTemporaryDirectory { directory in
      try Self.simulate().write(to: directory + "/p")
      let items = try String(contentsOfFile: directory + "/p/items.tsv", encoding: .utf8)
      #expect(items.hasPrefix("item\tgenre\tmood\tseries\n"))
      let moods = try String(contentsOfFile: directory + "/p/truth_moods.tsv", encoding: .utf8)
      #expect(moods.hasPrefix("user\ttender\tbleak\tplayful\t"))
      #expect(moods.split(separator: "\n").count == 1_501)
      let titles = try String(contentsOfFile: directory + "/p/titles.tsv", encoding: .utf8)
      #expect(titles.hasPrefix("item\ttitle\tgenre\n") && titles.split(separator: "\n").count == 501)
    }
  }

  @Test("traits out of range are refused by name")
  func invalid() {
    var population = Population()
    var traits = LifelikeTraits()
    traits.sharedTaste = 1.5
    population.kind = .lifelike(traits: traits)
    let error = #expect(throws: Population.InvalidParameter.self) { try population.simulate(seed: Seed(1)) }
    #expect(error?.description == "population: sharedTaste is out of range; accepted: 0 to 1")
  }

  @Test("the smallest population is one user with one of two items")
  func smallest() throws {
    var population = Population()
    (population.users, population.items, population.tastes) = (1, 2, 1)
    (population.minProfileLength, population.meanProfileLength) = (1, 1)
    #expect(try population.simulate(seed: Seed(1)).interactions.count == 1)
  }
}
