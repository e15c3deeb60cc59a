import Doppel
import FileFormats

/// Translates errors of the library into terms of flags.
enum FlagWords {
  /// The message for an error that a flag of a command can resolve; `nil` for any other error.
  ///
  /// - Parameter command: the name of the command that has failed, if it is known.
  static func text(of error: any Error, in command: String?) -> String? {
    switch error {
    case let error as TrainingError: words(for: error, in: command)
    case let error as WrongTask: "\(error.model) is for --task \(error.task.rawValue)"
    case let error as ImpossibleTraining: words(for: error)
    case let error as TooLittleMemory: words(for: error)
    case let error as ImpossibleGuarantee: words(for: error)
    case let error as TooLittleSearchMemory: words(for: error)
    case is ImpossibleRepetition:
      "--folds is for --split users of one file of interactions, or of the built-in population"
    case is CutNeeded: "--split time needs --cut: the model was trained without one"
    case is NothingToMeasure: "compare needs --test with --train"
    case let error as NothingToSearch:
      "\(error.model) has no setting to search; accepted: a model with a setting that no flag or config file sets"
    case let error as OccupiedDirectory: OutputError(path: error.path, reason: reason(of: error)).description
    case let error as UnfinishedTraining:
      InputError(
        path: error.path, reason: "it holds the checkpoint of an unfinished training; train --resume continues it"
      ).description
    case let error as UnknownItems:
      DataError(
        path: "--items", text: error.ids.joined(separator: ","), message: "has no item of the model",
        accepted: "ids from the model's items.txt"
      ).description
    case let error as TrainingDataNeeded:
      DataError(
        path: error.name, message: "is needed, because a saved model does not keep its users", accepted: "--data FILE"
      ).description
    case let error as ImpossibleCanaries: "--\(error)"
    case let error as ImpossibleSamplingChoice: "--temperature auto: \(error)"
    default: nil
    }
  }

  private static func words(for error: TrainingError, in command: String?) -> String? {
    let rate = "--learning-rate"
    // Other commands use a model that was trained before, or train models to measure synthetic users.
    let hasFlag = command.map { KnownFlags(command: $0).takesValue(rate) != nil } ?? false
    return hasFlag ? error.words(for: rate) : nil
  }

  private static func words(for error: ImpossibleTraining) -> String {
    switch error {
    case .cannotSelect(let metric):
      return
        "--selection \(metric.key) cannot choose an epoch of a ranking model; accepted: \(Metric.selectionDefault.key), …"
    case .hasNoDistribution(let model):
      let able = Zoo.defaults.filter(\.isVariational).map(\.name)
      return "--objective generate needs a model with a latent distribution, which \(model) lacks; accepted: "
        + able.joined(separator: ", ")
    case .weightStaysBelowOne:
      return "--objective generate needs β up to 1; leave out --beta or use --beta 1"
    }
  }

  private static func words(for error: ImpossibleGuarantee) -> String {
    switch error {
    case .epsilon(let value):
      "--private \(Number.plain(value)) is out of range; accepted: ε above 0, up to \(Int(PrivacyRequest.largestEpsilon))"
    case .delta(let value):
      "--delta \(Number.plain(value)) is out of range; accepted: a number between 0 and 1, well below 1 / users"
    case .clip(let value): "--clip \(Number.plain(value)) is out of range; accepted: a number above 0"
    case .outOfReach: "\(error); accepted: a larger --private or --delta, fewer --epochs, a smaller --batch-size"
    case .model(let model, let obstacle):
      "--private cannot train \(model), which \(obstacle); accepted: "
        + Zoo.defaults.filter { $0.obstacleToPrivacy == nil }.map(\.name).joined(separator: ", ")
    case .precision: "--private needs --precision f32"
    }
  }

  private static func words(for error: TooLittleMemory) -> String {
    "\(error.model) needs about \(error.needed), more than \(error.isLimited ? "--memory-limit" : "this machine's") "
      + TrainingMemory.megabytes(error.allowed) + "; "
      + (error.largestBatch.map { "--batch-size \($0) would fit" }
        ?? (Zoo.named(error.model)?.isTrainedInEpochs == false
          ? "use fewer items (--min-item-users)"
          : "no batch size would fit; use a smaller --hidden or --latent, or fewer items (--min-item-users)"))
  }

  private static func words(for error: TooLittleSearchMemory) -> String {
    "a search for \(error.model) may need \(error.needed), more than "
      + "\(error.isLimited ? "--memory-limit" : "this machine's") \(TrainingMemory.megabytes(error.allowed)); with tune "
      + "--no-halving no training is paused, with fewer trials (below 10) fewer are, and --space can narrow the settings"
  }

  private static func reason(of error: OccupiedDirectory) -> String {
    switch error.content {
    case .model: "it holds a model; choose another directory, or replace the model with --force"
    case .modelOfAnotherRun(let difference):
      "it holds a model of another run: \(difference); choose another directory, or replace the model with --force"
    case .checkpoint:
      "it holds the checkpoint of an unfinished training; --resume continues it, --force starts over"
    }
  }
}
