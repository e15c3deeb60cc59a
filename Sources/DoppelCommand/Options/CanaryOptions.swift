import ArgumentParser
import Doppel

/// The flag that turns an audit of synthetic users into one of a training.
struct CanaryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Audit the training of --model instead of a file: train such a model on the real users and on about half of this \
      many planted users, and bound ε from below by how well attackers tell which half.
      """, valueName: "n"))
  var canaries: Int?

  func validate() throws {
    if let canaries, !CanaryAudit.accepted.contains(canaries) {
      throw ValidationError(
        "--canaries \(canaries) is out of range; accepted: a whole number from \(CanaryAudit.accepted.lowerBound) to "
          + "\(CanaryAudit.accepted.upperBound), such as 1000")
    }
  }

  /// Flags for auditing a file of synthetic users.
  var idleFlags: [IdleFlags] {
    [
      IdleFlags(
        ["--synthetic", "--holdout", "--max-users"] + UtilityFlags.training + ["--no-utility"], when: canaries != nil,
        "cannot be combined with --canaries, which audits a training instead of a file of synthetic users")
    ]
  }
}
