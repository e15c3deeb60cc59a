import ArgumentParser
import Doppel

/// How much a training may reveal about any one user.
struct PrivacyOptions: ParsableArguments {
  @Option(
    name: .customLong("private"),
    help: ArgumentHelp(
      """
      Train with user-level differential privacy: adding or removing one user changes the probability of any outcome \
      by a factor of at most e^ε, except with probability --delta. Trains on all users for a fixed number of epochs; \
      for \(PrivacyOptions.models).
      """, valueName: "ε"))
  var epsilon: Double?
  @Option(help: ArgumentHelp("With --private: δ, well below 1 / users, such as 1e-6.", valueName: "δ"))
  var delta: Double?
  @Option(help: ArgumentHelp("With --private: the largest norm of a user's gradient (default: 1).", valueName: "C"))
  var clip: Double?
  @Option(
    help: ArgumentHelp(
      """
      With --private: seed of the batches and the noise, to repeat a training. Anyone who knows it can remove the \
      noise; by default, it is drawn from the system and not kept with the model.
      """, valueName: "n"))
  var noiseSeed: UInt64?

  /// The models that can be trained privately.
  private static var models: String {
    Zoo.defaults.filter { $0.obstacleToPrivacy == nil }.map(\.name).joined(separator: ", ")
  }

  /// The requested guarantee; `nil` without `--private`.
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
      IdleFlags(["--delta", "--clip", "--noise-seed"], when: epsilon == nil, "needs --private"),
      IdleFlags(
        ["--selection", "--objective", "--no-refit", "--patience", "--held-out"], when: epsilon != nil,
        "cannot be combined with --private, which trains on all users for all epochs: choices by users are not covered"
      ),
      IdleFlags(
        ["--log", "--verbose", "--tensorboard"], when: epsilon != nil,
        "cannot be combined with --private, which reports no epochs: losses and validation values are not covered"),
    ]
  }
}
