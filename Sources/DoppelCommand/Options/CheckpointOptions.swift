import ArgumentParser
import Doppel

/// Checkpoints, so that an interrupted training can continue.
struct CheckpointOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Write a checkpoint to the output directory each time this many epochs (5) or minutes (10m) have passed. Ctrl-C, \
      SIGTERM, SIGUSR1 and SIGUSR2 then write one before they end the training.
      """, valueName: "n"))
  var checkpointEvery: CheckpointInterval?
  @Flag(help: "Resume from the checkpoint in the output directory, or start from the beginning if there is none.")
  var resume = false

  /// Whether training can continue from where it stopped.
  var areKept: Bool { checkpointEvery != nil || resume }
}

/// `5` epochs or `5m`, minutes.
struct CheckpointInterval: ExpressibleByArgument {
  let interval: Checkpoints.Interval

  init?(argument: String) {
    if let epochs = Int(argument), epochs > 0 {
      interval = .epochs(epochs)
    } else if argument.hasSuffix("m"), let minutes = Double(argument.dropLast()), minutes > 0, minutes.isFinite {
      interval = .minutes(minutes)
    } else {
      return nil
    }
  }
}
