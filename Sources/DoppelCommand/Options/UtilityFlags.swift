import ArgumentParser
import Doppel
import FileFormats

/// The flags of `doppel audit` for the measures that train models.
struct UtilityFlags: ParsableArguments {
  @Flag(help: "Leave out the measures that train models.")
  var noUtility = false
  @Option(help: ArgumentHelp("Maximum number of epochs per training.", valueName: "n"))
  var utilityEpochs = UtilityOptions().epochs
  @Flag(help: "For utility, train only popularity and mult-vae, on synthetic and on real users.")
  var tstrOnly = false
  @Option(
    help: ArgumentHelp(
      "Store the results of training on real users in this file, and reuse them in later audits of the same data.",
      valueName: "file"), completion: .file())
  var realScores: String?
  @Option(
    help: ArgumentHelp(
      "Number format of matrix products in training: f32, bf16 if the processor supports it, or auto: the faster one.",
      valueName: "format"))
  var precision = PrecisionChoice.float32

  func validate() throws {
    if utilityEpochs < 1 {
      throw ValidationError("--utility-epochs \(utilityEpochs) is too few; accepted: a whole number from 1")
    }
  }

  /// The flags for training models.
  static let training = ["--tstr-only", "--real-scores", "--utility-epochs", "--precision"]

  func idleFlags(hasHoldout: Bool) -> [IdleFlags] {
    [
      IdleFlags(Self.training, when: noUtility, "is for the measures that train models, which --no-utility leaves out"),
      IdleFlags(Self.training, when: !hasHoldout, "needs --holdout: utility is measured on unseen users"),
    ]
  }

  /// How much is trained; `nil` without training.
  ///
  /// - Throws: `DataError` for a file with anything other than scores.
  func options() throws -> UtilityOptions? {
    if noUtility { return nil }
    var options = UtilityOptions()
    (options.epochs, options.tstrOnly) = (utilityEpochs, tstrOnly)
    guard let realScores else { return options }
    do {
      options.known = try RealScores(contentsOf: realScores)
    } catch is DecodingError {
      throw DataError(
        path: realScores, message: "is not a file written by --real-scores", accepted: "such a file, or a new name")
    }
    return options
  }
}
