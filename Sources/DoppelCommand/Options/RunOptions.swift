import ArgumentParser
import Doppel

/// Flags that mean the same in every command.
struct RunOptions: ParsableArguments {
  @Option(help: "Seed of all randomness.")
  var seed: UInt64 = 42

  @Option(help: "Threads to use (default: all cores).")
  var threads: Int?

  @Flag(help: "Print exactly one JSON document on stdout.")
  var json = false

  @Flag(help: "No progress, no notes.")
  var quiet = false

  @Option(help: ArgumentHelp("Flags and per-model settings from YAML or JSON; the command line wins.", valueName: "file"))
  var config: String?

  func validate() throws {
    if let threads, threads < 1 {
      throw ValidationError("--threads \(threads) is too few; accepted: a whole number from 1")
    }
  }

  /// The fastest engine present, on as many threads as asked for.
  func processor() throws -> Processor {
    Processor(engine: try ProductEngine.fastest(), threads: threads)
  }

  /// The seed as the library takes it.
  var randomSeed: Seed { Seed(seed) }

  /// Writes counted remarks to stderr.
  func note(_ notes: [String]) {
    if quiet { return }
    for note in notes { Console.standardError("note: \(Console.printable(note))\n") }
  }
}
