import Autoencoders
import FileFormats
import InteractionData

/// Models whose weights are so large that their outputs are not numbers: the loss shows this at the next update, but
/// not after the last one.
extension ZooModel {
  /// The error for such a model.
  func unusable(_ value: String) -> TrainingError {
    var rate: Double?
    if case .number(let learningRate)? = hyperparameters["learningRate"] { rate = learningRate }
    return .unusable(model: name, value: value, learningRate: rate)
  }

  /// Names the model whose loss is not finite.
  func naming<Value>(_ fit: () throws -> Value) throws -> Value {
    do {
      return try fit()
    } catch TrainingError.diverged(let epoch, let batch, var failure) {
      failure.model = name
      throw TrainingError.diverged(epoch: epoch, batch: batch, failure)
    }
  }
}

extension ModelDirectory {
  /// The error for a saved model whose score is not a number.
  func unusable(user: String, item: Int) -> DataError {
    DataError(
      path: "model.safetensors", text: items[item],
      message: "has a score for user '\(user)' that is not a number",
      accepted: "a model trained with a smaller learning rate")
  }

  /// A latent code, unless it has something that is not a number.
  func finite(_ code: [Float], of user: String) throws -> [Float] {
    if code.allSatisfy(\.isFinite) { return code }
    throw DataError(
      path: "model.safetensors", message: "gives user '\(user)' a latent code that is not a number",
      accepted: "a model trained with a smaller learning rate")
  }
}
