import ArgumentParser
import Doppel

/// Flags that mean the same in every command.
struct RunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Seed of all random numbers.", valueName: "n"))
  var seed: UInt64 = 42

  @Option(help: ArgumentHelp("Threads to use (default: all cores).", valueName: "n"))
  var threads: Int?

  @Flag(help: "Print one JSON document to stdout.")
  var json = false

  @Flag(help: "Print no progress and no notes.")
  var quiet = false

  @Option(
    help: ArgumentHelp(
      "Flags and per-model settings from YAML or JSON; the command line takes precedence.", valueName: "file"),
    completion: .config)
  var config: String?

  /// The largest whole number that JSON readers keep exactly, and with it the largest seed.
  private static let largestSeed: UInt64 = 1 << 53 - 1

  func validate() throws {
    let threadsAccepted = 1...Processor.mostThreads
    if let threads, !threadsAccepted.contains(threads) {
      throw ValidationError(
        "--threads \(threads) is too \(threads < 1 ? "few" : "many"); accepted: a whole number from 1 to "
          + "\(Processor.mostThreads)")
    }
    if seed > Self.largestSeed {
      throw ValidationError(
        "--seed \(seed) is too large; accepted: a whole number from 0 to \(Self.largestSeed)")
    }
  }

  /// The input files.
  var inputs: [(name: String, path: String?)] { [("--config", config)] }

  /// The fastest engine present, with the given number of threads.
  func processor() throws -> Processor {
    var processor = Processor(engine: try ProductEngine.fastest(), threads: try threads ?? Processes.threads())
    try processor.join(Processes.communicator)
    return processor
  }

  /// The seed as a type of the library.
  var randomSeed: Seed { Seed(seed) }

  /// Writes notes to stderr.
  func note(_ notes: [String]) { Console.note(notes, quiet: quiet) }
}
