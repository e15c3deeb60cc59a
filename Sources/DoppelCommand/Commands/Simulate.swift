import ArgumentParser
import Doppel
import FileFormats

/// `doppel simulate`: a population whose truth is known.
struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a population with known tastes: interactions, items and the truth.")

  @Option(help: ArgumentHelp("Directory to write.", valueName: "directory"))
  var output: String
  @Option(help: "Number of users.") var users = Population().users
  @Option(help: "Number of items.") var items = Population().items
  @Option(help: "Number of tastes.") var tastes = Population().tastes
  @Option(help: "Mean number of items a user has.") var profileLength = Population().meanProfileLength
  @OptionGroup(title: "Everywhere") var options: RunOptions

  func run() throws {
    var population = Population()
    population.users = users
    population.items = items
    population.tastes = tastes
    population.meanProfileLength = profileLength
    let simulated = try population.simulate(seed: options.randomSeed)
    try simulated.write(to: output)
    let data = simulated.interactions
    if options.json {
      Console.standardOutput(
        JSONValue.object([
          "output": .string(output), "users": .number(Double(data.users.count)),
          "items": .number(Double(data.items.count)), "interactions": .number(Double(data.count)),
          "tastes": .number(Double(tastes)), "seed": .number(Double(options.seed)),
        ]).prettyPrinted + "\n")
    } else {
      Console.standardOutput("\(data)\nsaved in \(output)\n")
    }
  }
}
