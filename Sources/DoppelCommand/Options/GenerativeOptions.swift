import ArgumentParser
import Doppel

/// The flags of `compare --generative`.
struct GenerativeOptions: ParsableArguments {
  @Flag(
    help: """
      Compare the models as generators: synthetic users of each against held-out real users (default models: \
      ae,mult-dae,mult-vae).
      """)
  var generative = false
  @Option(
    help: ArgumentHelp(
      "Maximum number of users of each kind in distance measures (default: \(AuditOptions().maximumUsers)).",
      valueName: "n")
  )
  var maxUsers: Int?

  /// Flags that are for comparing lists.
  var idleFlags: [IdleFlags] {
    [
      IdleFlags(
        ["--save-split", "--metrics", "--per-user", "--seeds", "--folds", "--table"], when: generative,
        "cannot be combined with --generative")
    ]
  }

  func validate() throws {
    guard let maxUsers else { return }
    if !generative { throw ValidationError("--max-users needs --generative") }
    if maxUsers < 100 { throw ValidationError("--max-users \(maxUsers) is too few; accepted: a whole number from 100") }
  }
}
