import ArgumentParser
import Doppel
import FileFormats

/// `doppel simulate`: a population whose truth is known.
struct Simulate: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Simulate a population with known tastes: interactions, items and ground truth.",
    usage: "doppel simulate --output <directory> [<options>]")

  @Option(help: ArgumentHelp("Directory to write.", valueName: "directory"), completion: .directory)
  var output: String
  @Option(help: ArgumentHelp("Number of users; \(defaults { "\($0.users)" }).", valueName: "n")) var users: Int?
  @Option(help: ArgumentHelp("Number of items; \(defaults { "\($0.items)" }).", valueName: "n")) var items: Int?
  @Option(help: ArgumentHelp("Number of tastes; \(defaults { "\($0.tastes)" }).", valueName: "n")) var tastes: Int?
  @Option(
    help: ArgumentHelp(
      "Mean number of items per user; \(defaults { Number.plain($0.meanProfileLength) }).", valueName: "n"))
  var profileLength: Double?
  @Flag(help: "Simulate independent tastes only: no related tastes, moods, sequels or very long profiles.")
  var plain = false
  @Flag(help: "Give each interaction a rating from 1 to 5, higher for items that match the user's tastes.")
  var ratings = false
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] { options.inputs }

  var outputs: [Output] {
    [Output(flag: "--output", path: output, kind: .directory { try SimulatedPopulation.verify($0) })]
  }

  func idleFlags() -> [IdleFlags] { [] }

  func run() throws {
    var population = plain ? Population.plain : Population()
    population.users = users ?? population.users
    population.items = items ?? population.items
    population.tastes = tastes ?? population.tastes
    // The default must also be valid for a small catalogue.
    let most = Double(max(population.minProfileLength, plain ? population.items : population.items / 2))
    population.meanProfileLength = profileLength ?? min(population.meanProfileLength, most)
    do {
      try population.validate()
    } catch {
      let flags = [
        "users": "--users \(population.users)", "items": "--items \(population.items)",
        "tastes": "--tastes \(population.tastes)",
        "meanProfileLength": "--profile-length \(Number.plain(population.meanProfileLength))",
      ]
      throw UsageError("\(flags[error.name] ?? error.name) is out of range; accepted: \(error.accepted)")
    }
    let simulated = try population.simulate(seed: options.randomSeed)
    try simulated.write(to: output, ratings: ratings)
    let data = simulated.interactions
    if options.json {
      try Console.standardOutput(
        Written(
          output: output, users: data.users.count, items: data.items.count, interactions: data.count,
          tastes: population.tastes,
          seed: options.seed))
    } else {
      let size =
        "\(counted(data.users.count, "user")) × \(counted(data.items.count, "item")), "
        + counted(data.count, "interaction")
      try Console.standardOutput("\(size)\nsaved in \(output)\n")
    }
  }

  /// The default of a size, and that of plain populations where it is another.
  private static func defaults(_ size: (Population) -> String) -> String {
    let (lifelike, plain) = (size(Population()), size(Population.plain))
    return lifelike == plain ? lifelike : "\(lifelike), with --plain \(plain)"
  }

  /// The JSON document.
  private struct Written: Encodable {
    let output: String
    let users, items, interactions, tastes: Int
    let seed: UInt64
  }
}
