import ArgumentParser
import Doppel

/// Reports of every epoch.
struct EpochOptions: ParsableArguments {
  @Flag(help: "Show the loss terms of every epoch on stderr.")
  var verbose = false
  @Option(help: ArgumentHelp("Save the loss terms of every epoch as CSV.", valueName: "file"), completion: .file())
  var log: String?
  @OptionGroup var curves: CurveOptions

  /// The file for the loss terms.
  var outputs: [Output] { Output.file("--log", log) + curves.outputs }

  /// Flags whose output `--quiet` suppresses.
  func idleFlags(quiet: Bool) -> [IdleFlags] {
    [IdleFlags(["--verbose"], when: quiet, "cannot be combined with --quiet")]
  }
}

/// Curves for TensorBoard.
struct CurveOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write curves for TensorBoard while the model trains: a folder for each training.", valueName: "directory"),
    completion: .directory)
  var tensorboard: String?

  /// The directory for the curves.
  var outputs: [Output] {
    tensorboard.map {
      [Output(flag: "--tensorboard", path: $0, kind: .sharedDirectory { try TrainingCurves.verify($0) })]
    } ?? []
  }

  /// Begins the curves, if requested, with an observer as their source; of several processes, only the first writes.
  ///
  /// - Parameter metric: the metric of the validation values.
  func begin(_ observer: inout RunObserver, metric: String) -> TrainingCurves? {
    guard let tensorboard, Processes.isRoot else { return nil }
    let curves = TrainingCurves(in: tensorboard, metric: metric)
    observer = curves.following(observer)
    return curves
  }
}
