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
  @Option(help: ArgumentHelp("Number of users.", valueName: "n")) var users = Population().users
  @Option(help: ArgumentHelp("Number of items.", valueName: "n")) var items = Population().items
  @Option(help: ArgumentHelp("Number of tastes.", valueName: "n")) var tastes = Population().tastes
  @Option(help: ArgumentHelp("Mean number of items per user.", valueName: "n")) var profileLength =
    Population().meanProfileLength
  @Flag(help: "Give each interaction a rating from 1 to 5, higher where the item is to the user's taste.")
  var ratings = false
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] { options.inputs }

  var outputs: [Output] {
    [Output(flag: "--output", path: output, kind: .directory { try SimulatedPopulation.verify($0) })]
  }

  func idleFlags() -> [IdleFlags] { [] }

  func run() throws {
    var population = Population()
    population.users = users
    population.items = items
    population.tastes = tastes
    population.meanProfileLength = profileLength
    do {
      try population.validate()
    } catch {
      let flags = [
        "users": "--users \(users)", "items": "--items \(items)", "tastes": "--tastes \(tastes)",
        "meanProfileLength": "--profile-length \(profileLength)",
      ]
      throw UsageError("\(flags[error.name] ?? error.name) is out of range; accepted: \(error.accepted)")
    }
    let simulated = try population.simulate(seed: options.randomSeed)
    try simulated.write(to: output, ratings: ratings)
    let data = simulated.interactions
    if options.json {
      try Console.standardOutput(
        Written(
          output: output, users: data.users.count, items: data.items.count, interactions: data.count, tastes: tastes,
          seed: options.seed))
    } else {
      let size =
        "\(counted(data.users.count, "user")) × \(counted(data.items.count, "item")), "
        + counted(data.count, "interaction")
      try Console.standardOutput("\(size)\nsaved in \(output)\n")
    }
  }

  /// The JSON document.
  private struct Written: Encodable {
    let output: String
    let users, items, interactions, tastes: Int
    let seed: UInt64
  }
}
