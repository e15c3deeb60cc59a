import ArgumentParser
import Doppel

/// `doppel doctor`: the libraries and the speed of this machine.
struct Doctor: SharedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show versions, the libraries found, and the measured speed of this machine.",
    usage: "doppel doctor [<options>]")

  @Flag(
    help:
      "Also measure memory bandwidth and a training step of Mult-VAE, compared with the limit of its matrix products.")
  var benchmark = false
  @Option(help: ArgumentHelp("Items in the measured step.", valueName: "n"))
  var items = StepShape().items
  @Option(help: ArgumentHelp("Width of its hidden layers.", valueName: "width"))
  var hidden = StepShape().hidden
  @Option(help: ArgumentHelp("Width of its code.", valueName: "width"))
  var latent = StepShape().latent
  @Option(help: ArgumentHelp("Users per step.", valueName: "n"))
  var batchSize = StepShape().batchSize
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] { options.inputs }

  func idleFlags() -> [IdleFlags] {
    [IdleFlags(["--items", "--hidden", "--latent", "--batch-size"], when: !benchmark, "is for --benchmark")]
  }

  func validate() throws {
    for (name, value, most) in [
      ("items", items, 10_000_000), ("hidden", hidden, 100_000), ("latent", latent, 100_000),
      ("batch-size", batchSize, 100_000),
    ] where value < 1 || value > most {
      throw ValidationError("--\(name) \(value) is out of range; accepted: a whole number from 1 to \(most)")
    }
  }

  func run() throws {
    guard Processes.isRoot else { return }
    let report = try MachineReport(
      threads: options.threads, training: benchmark ? shape : nil, mpi: Processes.library)
    if options.json { return try Console.standardOutput(report) }
    try Console.standardOutput(report.text)
    if let joined = Processes.communicator {
      try Console.standardOutput("This is one of \(joined.size) processes, joined by \(joined.version).\n")
    }
  }

  private var shape: StepShape {
    var shape = StepShape()
    (shape.items, shape.hidden, shape.latent, shape.batchSize) = (items, hidden, latent, batchSize)
    shape.interactions = min(shape.interactions, items)
    return shape
  }
}
