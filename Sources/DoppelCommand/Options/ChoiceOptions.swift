import ArgumentParser
import Doppel

/// What `doppel sample --temperature auto` tries, and by what it decides.
struct ChoiceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "With --temperature auto: real users that the model has not seen; candidates are judged by them.",
      valueName: "file"), completion: .file())
  var holdout: String?
  @Option(
    help: ArgumentHelp(
      "With --temperature auto: the temperatures to try (default: \(ChoiceOptions.defaultList)).", valueName: "list"))
  var temperatures: String?
  @Option(
    help: ArgumentHelp(
      """
      With --temperature auto: the largest AUC that the strongest membership attacker may have \
      (default: \(Number.plain(SamplingObjective().attackLimit))).
      """, valueName: "auc"))
  var attackLimit: Double?
  @Option(
    help: ArgumentHelp(
      "With --temperature auto: maximum number of epochs per training (default: \(UtilityOptions().epochs)).",
      valueName: "n"))
  var utilityEpochs: Int?

  /// The temperatures that are tried by default, as a list.
  private static var defaultList: String {
    SamplingChoice.defaultTemperatures.map { Number.plain($0.value) }.joined(separator: ",")
  }

  /// The input files.
  var inputs: [(name: String, path: String?)] { [("--holdout", holdout)] }

  /// Flags without the one that they need.
  func idleFlags(hasNumber: Bool) -> [IdleFlags] {
    [
      IdleFlags(
        ["--holdout", "--temperatures", "--attack-limit", "--utility-epochs"], when: hasNumber,
        "needs --temperature auto")
    ]
  }

  func validate() throws {
    if let utilityEpochs, utilityEpochs < 1 {
      throw ValidationError("--utility-epochs \(utilityEpochs) is too few; accepted: a whole number from 1")
    }
    _ = try objective()
    _ = try temperatures.map(GenerativeOptions.parsedTemperatures)
  }

  private func objective() throws -> SamplingObjective {
    guard let attackLimit else { return SamplingObjective() }
    guard let objective = SamplingObjective(attackLimit: attackLimit) else {
      throw ValidationError(
        "--attack-limit \(Number.plain(attackLimit)) is out of range; accepted: a number above 0.5, which is guessing, "
          + "up to 1")
    }
    return objective
  }

  /// The file of held-out users.
  ///
  /// - Throws: ``UsageError`` without one.
  func requiredHoldout() throws -> String {
    guard let holdout else {
      throw UsageError(
        "--temperature auto needs --holdout: real users that the model has not seen; accepted: a file of interactions")
    }
    return holdout
  }

  /// Applies the flags to a choice.
  ///
  /// - Throws: `ValidationError`.
  func set(_ choice: inout SamplingChoice) throws {
    choice.objective = try objective()
    if let temperatures { choice.temperatures = try GenerativeOptions.parsedTemperatures(temperatures) }
    if let utilityEpochs { choice.utility.epochs = utilityEpochs }
  }
}
