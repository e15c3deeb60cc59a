import Autoencoders
import Compute
import Evaluation
import FileFormats
import InteractionData

/// Models whose weights have grown so large that they compute no numbers: a loss shows it at the next update, but after the
/// last one there is none.
extension ZooModel {
  /// What to say of it.
  func unusable(_ value: String) -> TrainingError {
    var rate: Double?
    if case .number(let learningRate)? = hyperparameters["learningRate"] { rate = learningRate }
    return .unusable(model: name, value: value, learningRate: rate)
  }

  /// Says which model it was whose loss is not finite.
  func naming<Value>(_ fit: () throws -> Value) throws -> Value {
    do {
      return try fit()
    } catch TrainingError.diverged(let epoch, let batch, var failure) {
      failure.model = name
      throw TrainingError.diverged(epoch: epoch, batch: batch, failure)
    }
  }

  /// Says which item an evaluation failed on by its id, and what would help.
  func naming<Value>(_ items: Vocabulary, _ evaluate: () throws -> Value) throws -> Value {
    do {
      return try evaluate()
    } catch EvaluationError.notANumber(let user, let item) {
      throw unusable("score of item '\(items[item])' for user '\(user)'")
    }
  }

  /// Lets a fitted model score a few of its own training users.
  ///
  /// - Parameters:
  ///   - rows: the rows of the first fit, which a second fit has too.
  ///   - ids: whose they are.
  /// - Throws: `TrainingError.unusable`.
  func verify(_ model: some FittedModel, on rows: SparseRows, ids: [String], items: Vocabulary, _ engine: ProductEngine)
    throws
  {
    let chosen = Array((0..<rows.rowCount).lazy.filter { rows.count(ofRow: $0) > 0 }.prefix(8))
    if chosen.isEmpty { return }
    let profiles = Profiles(items: rows.selecting(rows: chosen), trainingRows: chosen)
    let scores = try model.scores(for: profiles, using: engine)
    for (place, row) in chosen.enumerated() {
      guard let item = scores[row: place].firstIndex(where: { !$0.isFinite }) else { continue }
      let column = item - scores[row: place].startIndex
      throw unusable("score of item '\(items[column])' for user '\(ids[row])'")
    }
  }
}

extension RatingSplit {
  /// Says which cell an evaluation failed on by its ids, and what would help.
  func naming<Value>(_ configuration: any ZooModel, _ evaluate: () throws -> Value) throws -> Value {
    do {
      return try evaluate()
    } catch EvaluationError.notFinite(let cell) {
      throw configuration.unusable("rating of item '\(items[cell.item])' by user '\(users[cell.user])'")
    }
  }

  /// Lets a fitted predictor predict a few ratings of its own training.
  ///
  /// - Throws: `TrainingError.unusable`.
  func verify(_ predictor: some RatingPredictor, of configuration: any ZooModel, _ processor: Processor) throws {
    let rows = Array((0..<train.rowCount).lazy.filter { train.count(ofRow: $0) > 0 }.prefix(8))
    let cells = rows.flatMap { row in
      train.range(ofRow: row).prefix(8).map {
        RatingCell(user: row, item: Int(train.indices[$0]), rating: train.value(at: $0))
      }
    }
    if cells.isEmpty { return }
    _ = try naming(configuration) { try Evaluator().evaluateRatings(predictor, on: cells, processor: processor) }
  }
}

extension ModelDirectory {
  /// What to say of a saved model whose score is not a number.
  func unusable(user: String, item: Int) -> DataError {
    DataError(
      path: "model.safetensors", text: items[item],
      message: "is an item whose score for user '\(user)' is not a number",
      accepted: "a model trained with a smaller --learning-rate")
  }

  /// A latent code, unless it has something that is not a number.
  func finite(_ code: [Float], of user: String) throws -> [Float] {
    if code.allSatisfy(\.isFinite) { return code }
    throw DataError(
      path: "model.safetensors", message: "gives user '\(user)' a latent code that is not a number",
      accepted: "a model trained with a smaller --learning-rate")
  }
}
