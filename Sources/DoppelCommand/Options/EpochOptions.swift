import ArgumentParser

/// What is told of every epoch.
struct EpochOptions: ParsableArguments {
  @Flag(help: "Show the loss terms of every epoch on stderr.")
  var verbose = false
  @Option(help: ArgumentHelp("Save the loss terms of every epoch as CSV.", valueName: "file"), completion: .file())
  var log: String?

  /// Where the loss terms go.
  var outputs: [Output] { Output.file("--log", log) }

  /// What is told to nobody.
  func idleFlags(quiet: Bool) -> [IdleFlags] {
    [IdleFlags(["--verbose"], when: quiet, "shows what --quiet leaves out")]
  }
}
