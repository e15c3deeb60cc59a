import Doppel

// The ways of every command. Outputs are not among the details of a way, because a file that was asked for is not left out
// without a word, and --private takes no way, because what it forbids should be seen.

/// A file to divide, which is the argument with this number, or the parts of a split.
private func fileOrParts(_ place: Int, with flags: [String]) -> Ways {
  Ways(Way(.arguments(place), with: flags), Way(.flag("--train"), .flag("--validation"), .flag("--test")))
}

/// The kinds of splits.
private let splits = Ways(
  Way(.value("--split", SplitKind.users.rawValue), with: ["--held-out"]),
  Way(.value("--split", SplitKind.time.rawValue), with: ["--cut", "--new-users"]),
  Way(.value("--split", SplitKind.interactions.rawValue)), Way(.value("--split", SplitKind.leaveOneOut.rawValue)))

/// The ways of commands that divide data or read the parts.
private let dividing = [fileOrParts(1, with: SplittingOptions.flags), splits]

/// What is told while a training runs.
private let verbosity = Ways(Way(.flag("--verbose")), Way(.flag("--quiet")))

/// The result itself on stdout, or a document about it.
private let toStdout = Ways(Way(.value("--output", "-")), Way(with: ["--json"]))

extension Compare {
  static var ways: [Ways] {
    dividing + [
      verbosity, Ways(Way(.flag("--json")), Way(.flag("--table"))),
      Ways(Way(.flag("--tune"), with: ["--at-once"]), Way(.flag("--folds"))),
      Ways(
        Way(.flag("--generative")), Way(with: ["--metrics", "--tune", "--at-once", "--seeds", "--folds", "--table"])),
    ]
  }
}

extension Tune {
  static var ways: [Ways] { dividing }
}

extension Train {
  static var ways: [Ways] {
    dividing + [
      verbosity, Ways(Way(.value("--objective", TrainingObjective.generate.rawValue)), Way(with: ["--selection"])),
    ]
  }
}

extension Explain {
  static var ways: [Ways] { dividing }
}

extension Split {
  static var ways: [Ways] { [splits] }
}

extension Evaluate {
  static var ways: [Ways] { [fileOrParts(2, with: ["--split", "--cut", "--new-users"]), splits] }
}

extension Recommend {
  static var ways: [Ways] {
    [
      Ways(
        Way(.flag("--items")), Way(.flag("--users"), with: ReadingOptions.flags),
        Way(.flag("--user"), with: ["--data"] + ReadingOptions.flags))
    ]
  }
}

extension Sample {
  static var ways: [Ways] {
    let (user, automatic) = (SampleOrigin.user.rawValue, SampleOptions.automatic)
    let choosing = Way(.value("--temperature", automatic), with: ChoiceOptions.flags)
    return [
      Ways(
        Way(.anyValue("--from", but: user), with: ["--keep-popularity"]),
        Way(.flag("--like"), .value("--from", user), with: ["--spread"]),
        Way(.flag("--interpolate"), with: ["--steps", "--way"])),
      Ways(choosing, Way(.anyValue("--temperature", but: automatic))),
      Ways(
        choosing,
        Way(.flag("--like"), .flag("--interpolate"), .flag("--counts"), with: ["--spread", "--steps", "--way"])),
      toStdout,
    ]
  }
}

extension Encode {
  static var ways: [Ways] { [toStdout] }
}

extension Audit {
  static var ways: [Ways] {
    [
      Ways(
        Way(.flag("--synthetic"), with: ["--holdout", "--max-users", "--no-utility"] + UtilityFlags.training),
        Way(.flag("--canaries"))),
      Ways(Way(.flag("--no-utility")), Way(with: UtilityFlags.training)),
    ]
  }
}

extension Inspect {
  static var ways: [Ways] {
    [Ways(Way(.flag("--traverse"), .flag("--interpolate")), Way(with: ["--truth", "--draws"]))]
  }
}
