import ArgumentParser
import Doppel
import Foundation

/// The command `doppel`.
@main
struct DoppelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doppel",
    abstract: "Generative recommendation with autoencoders.",
    discussion: """
      Train AE, DAE, CDAE, AutoRec, Mult-DAE and Mult-VAE on the same data under the same protocol, and \
      compare them with significance tests. Without DATA, every command uses a built-in population. \
      Nothing is downloaded.
      """,
    version: DoppelVersion.current,
    subcommands: [
      Compare.self, Tune.self, Train.self, Evaluate.self, Recommend.self, Encode.self, Sample.self, Audit.self,
      Explain.self, Inspect.self, Export.self, Split.self, Simulate.self, Doctor.self,
    ])

  static func main() {
    // This comes first, because every thread inherits the signals that are blocked here.
    Interruption.start()
    var invocation = Invocation(Array(CommandLine.arguments.dropFirst()))
    do {
      // This comes before anything can fail: a process that has joined can end the others.
      try Processes.join()
      try invocation.complete()
      var command = try invocation.parsed()
      try Invocation.$current.withValue(invocation) {
        if let launcher = Processes.launcher, let name = invocation.command, !(command is any SharedCommand) {
          throw UsageError(
            "\(name) runs in one process, but \(launcher.name) has started \(launcher.processes); "
              + "accepted: doppel \(name) without it")
        }
        try (command as? any CheckedCommand)?.check(invocation)
        try command.run()
        Processes.leave()
      }
    } catch {
      Failure(error, of: invocation).report()
    }
  }
}
