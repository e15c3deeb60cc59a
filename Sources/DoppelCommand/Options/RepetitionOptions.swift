public import ArgumentParser
public import Doppel

extension PaperTable.Form: ExpressibleByArgument {}

/// How often a comparison is repeated.
struct RepetitionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Repeat with this many seeds, --seed and others derived from it; means, intervals and tests are over users and runs.",
      valueName: "n"))
  var seeds: Int?
  @Option(
    help: ArgumentHelp(
      "Divide the users into this many folds for cross-validation: every user is a test user once for each seed.",
      valueName: "n"))
  var folds: Int?

  func validate() throws {
    for (flag, number) in [("--seeds", seeds), ("--folds", folds)] {
      guard let number, !(2...1000 ~= number) else { continue }
      throw ValidationError(
        "\(flag) \(number) is too \(number < 2 ? "few" : "many"); accepted: a whole number from 2 to 1000")
    }
  }

  /// The same as a type of the library.
  var repetition: Repetition {
    var repetition = Repetition()
    repetition.seeds = seeds ?? 1
    repetition.folds = folds
    return repetition
  }
}
