import ArgumentParser
import Doppel

/// What a training may give away of any one user.
struct PrivacyOptions: ParsableArguments {
  @Option(
    name: .customLong("private"),
    help: ArgumentHelp(
      """
      Train with differential privacy by user: whoever sees the model learns hardly more of anybody than without them, \
      by a factor of e^ε at most but for a probability of --delta. All users train, for a fixed number of epochs; with \
      mult-vae, mix-vae, vamp-vae, mult-dae, dae and ae.
      """, valueName: "ε"))
  var epsilon: Double?
  @Option(help: ArgumentHelp("With --private: δ, well below 1 / users, such as 1e-6.", valueName: "δ"))
  var delta: Double?
  @Option(help: ArgumentHelp("With --private: the largest norm of a user's gradient (default: 1).", valueName: "C"))
  var clip: Double?
  @Option(
    help: ArgumentHelp(
      """
      With --private: where batches and noise come from, to repeat a training. Whoever knows it can take the noise off \
      again; left out, it is drawn from the system and nobody knows it.
      """, valueName: "n"))
  var noiseSeed: UInt64?

  /// What is asked for; `nil` for nothing.
  func request() throws -> PrivacyRequest? {
    guard let epsilon else { return nil }
    guard let delta else {
      throw UsageError(
        "--private needs --delta: the guarantee is an ε and a δ; accepted: a δ well below 1 / users, such as 1e-6")
    }
    return PrivacyRequest(epsilon: epsilon, delta: delta, clip: clip ?? 1, noiseSeed: noiseSeed)
  }

  var idleFlags: [IdleFlags] {
    [
      IdleFlags(["--delta", "--clip", "--noise-seed"], when: epsilon == nil, "goes with --private"),
      IdleFlags(
        ["--selection", "--objective", "--no-refit", "--patience", "--held-out"], when: epsilon != nil,
        "goes without --private, which trains on all users for all epochs: a choice by users would be outside the guarantee"
      ),
      IdleFlags(
        ["--log", "--verbose", "--tensorboard"], when: epsilon != nil,
        "goes without --private, which tells of no epoch: losses and validation values would be outside the guarantee"),
    ]
  }
}
