import Presentation

/// The options for fitting a model.
///
/// The names are the same for all models.
public struct TrainingOptions: Codable, Sendable, Equatable {
  /// The maximum number of passes over the training users.
  public var epochs = 200
  /// Users per update.
  ///
  /// `nil` gives every epoch about 20 updates, with 32 to 500 users each: 500 is the paper's value, which would give
  /// only two updates per epoch on a thousand users.
  public var batchSize: Int?
  /// Adam's step size.
  public var learningRate = 1e-3
  /// The number of epochs without a better validation value that ends the training.
  ///
  /// They count after the prior's weight has stopped rising; while it rises, the limit is doubled. 0 never stops early.
  public var patience = 20

  /// Creates options.
  public init(
    epochs: Int = 200, batchSize: Int? = nil, learningRate: Double = 1e-3, patience: Int = 20
  ) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.patience = patience
  }

  /// The batch size for a number of training users.
  public func batchSize(users: Int) -> Int {
    max(1, min(users, batchSize ?? min(500, max(32, (users + 19) / 20))))
  }
}

/// The record of one pass over the training users.
public struct EpochRecord: Codable, Sendable, Equatable {
  /// Counted from 1.
  public var epoch: Int
  /// The number of users in the pass.
  public var users: Int
  /// Wall-clock seconds of the pass, without validation.
  public var seconds: Double
  /// The mean negative log-likelihood per user.
  public var reconstruction: Double
  /// The mean divergence per user, unweighted.
  public var divergence: Double
  /// β at the epoch's last update.
  public var beta: Double
  /// The number of log-variances clipped to their range.
  public var heldLogVariances: Int
  /// The value on the validation users, if there are any.
  public var validation: Double?
  /// The posteriors; `nil` for models without.
  public var latent: LatentEpoch?
}

/// A finished training.
public struct TrainingOutcome<Latent: LatentSpace>: Sendable {
  /// The weights of the best epoch; of the last one without validation.
  public let model: Autoencoder<Latent>
  /// Every epoch.
  public let history: [EpochRecord]
  /// The epoch of the weights.
  public let bestEpoch: Int
}

/// The reason why a training stopped without a model.
public enum TrainingError: Error, Sendable, CustomStringConvertible {
  /// The loss became NaN or infinite.
  case diverged(epoch: Int, batch: Int, NonFiniteLoss)
  /// The weights have grown too large to compute with: a score, rating or bound, named by `value`, is not a finite number.
  case unusable(model: String, value: String, learningRate: Double?)
  /// The equations of a model in closed form cannot be solved in single precision.
  case unsolvable(model: String, setting: String, value: Double)
  /// The model's file format cannot number this many items.
  case tooManyItems(model: String, items: Int, most: Int)
  /// There are no users to learn from.
  case noUsers
  /// The training was interrupted.
  case interrupted

  /// What is wrong, in one sentence.
  public var description: String { words() }

  /// What is wrong, in one sentence.
  ///
  /// - Parameter rate: the reader's name for the learning rate.
  public func words(for rate: String = "learning rate") -> String {
    switch self {
    case .diverged(let epoch, let batch, let failure):
      (failure.model.map { "\($0): " } ?? "")
        + "the loss is \(failure.loss.total.isNaN ? "not a number" : "infinite") in epoch \(epoch), batch \(batch), "
        + "first seen in the \(failure.layer); likely cause: \(cause(of: failure, rate))"
    case .unusable(let model, let value, let learningRate):
      "\(model): its \(value) is not a finite number; likely cause: weights grown too large; "
        + (learningRate.map { "try a smaller \(rate) than \(Number.plain($0))" } ?? "try smaller ratings")
    case .unsolvable(let model, let setting, let value):
      "\(model): its equations cannot be solved in single precision with \(setting) "
        + "\(Number.plain(value)); try a larger one"
    case .tooManyItems(let model, let items, let most):
      "\(model): there are \(items) items, more than its maximum of \(most)"
    case .noUsers: "no user has any interaction to train on"
    case .interrupted: "interrupted"
    }
  }

  private func cause(of failure: NonFiniteLoss, _ rate: String) -> String {
    if failure.layer.hasPrefix("weights") {
      return "a step too large; try a smaller \(rate) than \(Number.plain(failure.learningRate))"
    }
    return "values too large for single precision; try a smaller \(rate) than "
      + "\(Number.plain(failure.learningRate)), or smaller ratings"
  }
}
