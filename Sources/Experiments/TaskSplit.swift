public import Autoencoders
public import Compute
public import Evaluation
public import InteractionData

/// A split for one task, with the operations that differ between ranking and rating.
public protocol TaskSplit: Sendable {
  /// What is predicted.
  static var task: RecommendationTask { get }
  /// The default metrics.
  static var defaultMetrics: [Metric] { get }

  /// Reads data.
  ///
  /// - Parameter forTraining: no test part is needed.
  /// - Throws: `InputError`, `DataError`.
  static func read(_ data: DataSelection, seed: Seed, forTraining: Bool) throws -> ReadData

  /// Divides the data.
  ///
  /// - Parameter forTraining: no test part, and everything in the rows for the second fit.
  /// - Throws: `DataError`.
  static func divide(
    _ read: ReadData, of data: DataSelection, seed: Seed, forTraining: Bool
  ) throws -> LoadedData<Self>

  /// The items; all rows have these columns.
  var items: Vocabulary { get }
  /// The data of the first fit, which chooses the number of epochs.
  var train: SparseRows { get }
  /// The data of the second fit, if they are more than ``train``.
  var everything: SparseRows? { get }
  /// Whether there is a validation part.
  var hasValidation: Bool { get }
  /// Whether there is a test part.
  var hasTest: Bool { get }
  /// The names of the measured units: users, or cells of the rating matrix.
  var testUnits: [String] { get }
  /// Kind, sizes, fingerprint.
  var description: SplitDescription { get }
  /// A fingerprint.
  var hash: String { get }

  /// The users of a fit, in the order of their weights.
  func users(of extent: FitExtent) -> UserRows

  /// The validation value of an epoch: larger is better; `nil` without validation.
  func validation<Model: ZooModel>(
    of model: Model, in experiment: Experiment<Self>
  ) -> ((Model.Fitted) throws -> Double)?

  /// The same split without a second fit and without a test part, for a search for settings.
  var withoutTest: Self { get }

  /// Measures a model that was fitted to ``train`` on the validation part; empty without one.
  ///
  /// - Throws: `TrainingError.unusable`, `EvaluationError`.
  func measureValidation<Model: ZooModel>(
    _ fitted: Model.Fitted, of model: Model, metrics: [Metric], in experiment: Experiment<Self>
  ) throws -> [MetricScore]

  /// Predicts a few training users with a fitted model.
  ///
  /// - Throws: `TrainingError.unusable` for predictions that are not numbers.
  func verify<Model: ZooModel>(_ fitted: Model.Fitted, of model: Model, in experiment: Experiment<Self>) throws

  /// Measures a fitted model on the test part; empty without one.
  ///
  /// - Throws: `TrainingError.unusable`, `EvaluationError`.
  func measure<Model: ZooModel>(
    _ fitted: Model.Fitted, of model: Model, in experiment: Experiment<Self>
  ) throws -> TestScores
}

extension TaskSplit {
  /// Reads data and divides them.
  ///
  /// - Parameter forTraining: no test part, and everything in the rows for the second fit.
  /// - Throws: `InputError`, `DataError`.
  public static func load(
    _ data: DataSelection, seed: Seed, forTraining: Bool
  ) throws -> LoadedData<Self> {
    try divide(read(data, seed: seed, forTraining: forTraining), of: data, seed: seed, forTraining: forTraining)
  }
}

/// The results of a model on the test part.
public struct TestScores: Sendable {
  /// The value of every metric.
  public var scores: [MetricScore] = []
  /// The values by user, of ranked lists.
  public var ranking: RankingResult?
  /// Notes with counts.
  public var notes: [String] = []
}
