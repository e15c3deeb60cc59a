import ArgumentParser
import Doppel
import FileFormats
import Foundation

/// `doppel sample`: users who do not exist.
struct Sample: CheckedCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write synthetic user profiles drawn from a variational autoencoder.",
    discussion: """
      Draws a place in the latent space, a profile length, and that many items in proportion to what the decoder says \
      there. The result is a file of interactions with users synthetic-000001 and so on. A saved model does not keep its \
      users: whatever needs them reads --data, the file it was trained on (or makes the built-in population again), with \
      the filters of the training unless flags say otherwise. \
      Synthetic profiles are not anonymous for being synthetic; doppel audit measures what they give away.
      """)

  @Argument(help: ArgumentHelp("A model directory.", valueName: "model"), completion: .directory)
  var model: String
  @Option(help: ArgumentHelp("Number of users (default: 1000; with --interpolate one per step).", valueName: "n"))
  var users: Int?
  @Option(help: ArgumentHelp("Tab-separated file to write, or - for stdout.", valueName: "file"), completion: .file())
  var output: String
  @Option(help: ArgumentHelp("Number of the first, so that runs can be joined.", valueName: "n"))
  var firstUser = 1
  @Option(
    help: ArgumentHelp(
      "The interactions the model was trained on: a file, or a directory for compare.", valueName: "data"),
    completion: .file())
  var data: String?
  @OptionGroup(title: "Drawing") var drawing: SampleOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Everywhere") var options: RunOptions

  var inputs: [(name: String, path: String?)] { [("MODEL", model), ("--data", data)] + options.inputs }

  var outputs: [Output] { [Output(flag: "--output", path: output, kind: .fileOrStdout)] }

  func idleFlags() throws -> [IdleFlags] {
    try ReadingOptions.idleFlags(data: data, hasFiles: true)
      + [IdleFlags(ReadingOptions.flags, when: data == nil, "says how --data is read, and there is none")]
  }

  func run() throws {
    if output == "-" && options.json { throw UsageError("--output - and --json both want stdout") }
    let plan = try drawing.plan(users: users, first: firstUser)
    let directory = try ModelDirectory(contentsOf: model)
    var run = SampleRun(
      directory: directory, path: model, plan: plan, source: try source(),
      reader: try reading.reader(for: directory, threads: options.threads), output: output, options: options,
      processor: try options.processor())
    try run.write()
  }

  /// Where the training data are, when that is said.
  private func source() throws -> DataSelection.Source? {
    switch try data.map(DataPlace.init) {
    case nil: nil
    case .file(let path): .file(path)
    case .directory(let path): .directory(path)
    }
  }
}
