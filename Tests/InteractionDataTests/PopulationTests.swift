import Compute
import Foundation
import InteractionData
import Testing

@Suite("Made-up populations")
struct PopulationTests {
  static let small: Population = {
    var population = Population.plain
    population.users = 400
    population.items = 300
    return population
  }()

  @Test("items have different, readable names, however many there are")
  func names() throws {
    var population = Self.small
    population.users = 1
    population.items = 5_000
    population.tastes = 30
    let simulated = try population.simulate(seed: Seed(1))
    #expect(simulated.catalogue.count == 5_000)
    #expect(Set(simulated.tasteNames).count == 30)
    #expect(simulated.catalogue[0] == "Midnight Harbour (Noir)")
    #expect(
      simulated.itemTastes.indices.allSatisfy {
        simulated.catalogue[$0].hasSuffix("(\(simulated.tasteNames[simulated.itemTastes[$0]]))")
      })
  }

  @Test("mixtures and taste distributions are probabilities")
  func probabilities() throws {
    let simulated = try Self.small.simulate(seed: Seed(2))
    for matrix in [simulated.userMixtures, simulated.tasteItems] {
      for row in 0..<matrix.rows {
        let values = (0..<matrix.columns).map { matrix[row, $0] }
        #expect(values.allSatisfy { $0 >= 0 } && abs(values.reduce(0, +) - 1) < 1e-9)
      }
    }
  }

  @Test("most users have one to three tastes")
  func fewTastes() throws {
    let simulated = try Population.plain.simulate(seed: Seed(42))
    let mixtures = simulated.userMixtures
    let few = (0..<mixtures.rows).count { user in
      (0..<mixtures.columns).count { mixtures[user, $0] > 0.1 } <= 3
    }
    #expect(few > mixtures.rows * 9 / 10)
  }

  @Test("profile lengths have the least and about the mean asked for")
  func lengths() throws {
    let simulated = try Population.plain.simulate(seed: Seed(42))
    var counts = [Int](repeating: 0, count: 3_000)
    for user in simulated.interactions.userIndices { counts[Int(user)] += 1 }
    #expect(counts.min() == 10)
    // Standard deviation about 25 a user, so 0.5 for the mean of 3,000: four of them.
    #expect(abs(Double(simulated.interactions.count) / 3_000 - 40) < 2)
    #expect(simulated.interactions.users.count == 3_000 && simulated.interactions.users[0] == "user-0001")
  }

  @Test("users have items of their main taste far more often than others do")
  func structure() throws {
    let simulated = try Self.small.simulate(seed: Seed(3))
    let data = simulated.interactions
    var share = 0.0
    for position in 0..<data.count {
      let item = try #require(simulated.catalogue.index(of: data.items[Int(data.itemIndices[position])]))
      share += simulated.userMixtures[Int(data.userIndices[position]), simulated.itemTastes[item]]
    }
    // Without structure this would be 1/12.
    #expect(share / Double(data.count) > 0.3)
  }

  @Test(
    "the same seed gives the same population, another seed another, and users do not depend on their number")
  func determinism() throws {
    let one = try Self.small.simulate(seed: Seed(5)).interactions
    let two = try Self.small.simulate(seed: Seed(5)).interactions
    #expect(
      one.items == two.items && one.itemIndices == two.itemIndices && one.userIndices == two.userIndices)
    let other = try Self.small.simulate(seed: Seed(6)).interactions
    #expect(one.itemIndices != other.itemIndices)
    var fewer = Self.small
    fewer.users = 100
    let start = try fewer.simulate(seed: Seed(5)).interactions
    #expect(Array(one.itemIndices.prefix(start.count)) == start.itemIndices)
  }

  @Test("the files hold what was made, and the interactions are read back the same")
  func files() throws {
    try withTemporaryDirectory { directory in
      let simulated = try Self.small.simulate(seed: Seed(7))
      try simulated.write(to: directory + "/population")
      try simulated.write(to: directory + "/population")
      let back = try InteractionReader().read(path: directory + "/population/interactions.tsv")
      #expect(back.lines == simulated.interactions.lines)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: directory + "/population").sorted()
          == ["interactions.tsv", "items.tsv", "population.json", "titles.tsv", "truth_items.tsv", "truth_users.tsv"])
      let items = try String(contentsOfFile: directory + "/population/items.tsv", encoding: .utf8)
      #expect(items.hasPrefix("item\tgenre\nMidnight Harbour (Noir)\tNoir\n"))
      #expect(items.split(separator: "\n").count == 301)
    }
  }

  @Test("parameters out of range are refused by name")
  func invalid() {
    var population = Population.plain
    population.tastes = 0
    let error = #expect(throws: Population.InvalidParameter.self) { try population.simulate(seed: Seed(1)) }
    #expect(
      error?.description
        == "population: tastes is out of range; accepted: 1 to 1000, at most one for each item")
    population = Population.plain
    population.meanProfileLength = .nan
    #expect(throws: Population.InvalidParameter.self) { try population.simulate(seed: Seed(1)) }
    population = Population.plain
    population.minProfileLength = 2_000
    #expect(throws: Population.InvalidParameter.self) { try population.simulate(seed: Seed(1)) }
  }

  @Test("the smallest population is one user with one of two items")
  func smallest() throws {
    var population = Population.plain
    (population.users, population.items, population.tastes) = (1, 2, 1)
    (population.minProfileLength, population.meanProfileLength) = (1, 1)
    #expect(try population.simulate(seed: Seed(1)).interactions.count == 1)
  }
}
