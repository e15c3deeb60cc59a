public import Autoencoders
public import Compute
public import Evaluation
public import InteractionData

/// A split that models of one task are fitted to and measured on: what ranking and rating do differently.
public protocol TaskSplit: Sendable {
  /// What is predicted.
  static var task: RecommendationTask { get }
  /// What is measured where nothing is said.
  static var defaultMetrics: [Metric] { get }

  /// Reads data.
  ///
  /// - Parameter forTraining: no test part is needed.
  /// - Throws: `InputError`, `DataError`.
  static func read(_ data: DataSelection, seed: Seed, forTraining: Bool) throws -> ReadData

  /// Divides what was read.
  ///
  /// - Parameter forTraining: no test part, and everything in the rows for the second fit.
  /// - Throws: `DataError`.
  static func divide(
    _ read: ReadData, of data: DataSelection, seed: Seed, forTraining: Bool
  ) throws -> LoadedData<Self>

  /// The items; all rows have these columns.
  var items: Vocabulary { get }
  /// What is fitted while the number of epochs is chosen.
  var train: SparseRows { get }
  /// What is fitted again for that number of epochs, where there is more than ``train``.
  var everything: SparseRows? { get }
  /// Whether there is something to choose the number of epochs by.
  var hasValidation: Bool { get }
  /// Whether there is something to be measured on.
  var hasTest: Bool { get }
  /// Whose values are measured, one name for each: users, or cells of the matrix of ratings.
  var testUnits: [String] { get }
  /// Kind, sizes, fingerprint.
  var description: SplitDescription { get }
  /// A fingerprint.
  var hash: String { get }

  /// Whose rows a fit was fitted to, in the order of the weights that belong to them.
  func users(of extent: FitExtent) -> UserRows

  /// What chooses the epoch: larger is better; `nil` without validation.
  func validation<Model: ZooModel>(
    of model: Model, in experiment: Experiment<Self>
  ) -> ((Model.Fitted) throws -> Double)?

  /// The same split with nothing to fit again and nothing to be tested on: all that a search for settings gets to see.
  var withoutTest: Self { get }

  /// Measures a model that was fitted to ``train`` on the validation part; none without one.
  ///
  /// - Throws: `TrainingError.unusable`, `EvaluationError`.
  func measureValidation<Model: ZooModel>(
    _ fitted: Model.Fitted, of model: Model, metrics: [Metric], in experiment: Experiment<Self>
  ) throws -> [MetricScore]

  /// Lets a fitted model predict a few of its own training users.
  ///
  /// - Throws: `TrainingError.unusable` for predictions that are not numbers.
  func verify<Model: ZooModel>(_ fitted: Model.Fitted, of model: Model, in experiment: Experiment<Self>) throws

  /// Measures a fitted model on the test part; without one there are no scores.
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

/// What a model reached on the test part.
public struct TestScores: Sendable {
  /// The value of every metric.
  public var scores: [MetricScore] = []
  /// The values by user, of ranked lists.
  public var ranking: RankingResult?
  /// Notes with counts.
  public var notes: [String] = []
}
