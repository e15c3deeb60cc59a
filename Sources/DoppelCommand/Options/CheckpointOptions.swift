import ArgumentParser
import Doppel

/// How a training survives being stopped.
struct CheckpointOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Keep a checkpoint in the output directory: after so many epochs (5), or so many minutes (10m). \
      Ctrl-C, SIGTERM, SIGUSR1 and SIGUSR2 then write one before they end the training.
      """, valueName: "n"))
  var checkpointEvery: CheckpointInterval?
  @Flag(help: "Resume from the checkpoint in the output directory, or start from the beginning if there is none.")
  var resume = false

  /// The checkpoints, if they are enabled.
  ///
  /// - Throws: `InputError`, `DataError` for a checkpoint that is damaged or of another run.
  func checkpoints(in directory: String, of run: RunIdentity) throws -> Checkpoints? {
    guard checkpointEvery != nil || resume else { return nil }
    return try Checkpoints(
      in: directory, every: checkpointEvery?.interval ?? .onlyWhenInterrupted, run: run, resumes: resume)
  }
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
