import Doppel

/// The position in a run of one or several trainings, in words.
struct TrainingPlace {
  /// The number of models to train.
  var models = 1
  private var number = 0
  private var model = ""
  private var rows = 0
  /// Finished epochs of the first fit and of the second.
  private var epochs = (first: 0, second: 0)

  /// Begins a model.
  mutating func begin(_ model: String) {
    number += 1
    self.model = model
    rows = 0
    epochs = (0, 0)
  }

  /// Records finished epochs, here or before a checkpoint; a second fit is counted from 1 again.
  mutating func note(_ records: [EpochRecord]) {
    for record in records {
      if epochs.second > 0 || record.epoch == 1 && epochs.first > 0 {
        epochs.second += 1
      } else {
        epochs.first += 1
        rows = record.users
      }
    }
  }

  /// The model, with its number if there are several.
  var words: String { models > 1 ? "model \(number) of \(models): \(model)" : model }

  /// The current epoch, in full and in short.
  func epochWords(_ training: TrainingProgress) -> (long: String, short: String) {
    let most = "\(training.mayEndEarly ? "at most " : "")\(training.epochs)"
    let again = training.rows > rows ? "fitting again on all users, " : "fitting again on all interactions, "
    let isAgain = training.stage == .again
    return (
      (isAgain ? again : "") + "epoch \(training.epoch) of \(most)",
      (isAgain ? "second fit, " : "") + "epoch \(training.epoch)/\(training.epochs)"
    )
  }

  /// The message after an interruption.
  ///
  /// - Parameters:
  ///   - canKeep: whether the command has checkpoints.
  ///   - checkpoint: the directory of the one that was written.
  func farewell(canKeep: Bool, checkpoint: String?) -> String {
    if number == 0 { return "interrupted" }
    if !canKeep {
      // A split that was asked for, and curves, are saved before.
      return "interrupted at \(models > 1 ? "\(model), model \(number) of \(models)" : model); no results were saved"
    }
    if let checkpoint {
      return "interrupted after \(behind) of \(model); --resume continues from the checkpoint in \(checkpoint)"
    }
    if epochs.first == 0 { return "interrupted in the first epoch of \(model); nothing was saved" }
    let isOne = epochs.first + epochs.second == 1
    return "interrupted after \(behind) of \(model), which \(isOne ? "is" : "are") lost; "
      + "--checkpoint-every writes checkpoints from which --resume continues"
  }

  private var behind: String {
    let first = epochs.first == 1 ? "1 epoch" : "\(epochs.first) epochs"
    return epochs.second == 0 ? first : "\(first), and \(epochs.second) of the second fit,"
  }
}
