public import Compute
public import FileFormats
public import InteractionData

/// The task of a model.
public enum RecommendationTask: String, Codable, Sendable, CaseIterable {
  /// Ranked lists of items.
  case ranking
  /// Ratings.
  case rating
}

/// A model of the zoo: its settings, and how it is fitted and loaded.
///
/// Flags, `--help`, validation, files, memory estimates, tables and reports follow from this protocol, so a model is one file
/// that conforms to it and one line in ``Zoo/models``. A model from outside the package conforms in the same way and is
/// passed to an experiment as a value. CONTRIBUTING has the steps.
public protocol ZooModel: Sendable, Equatable {
  /// The fitted model.
  associatedtype Fitted: FittedModel

  /// Its name on the command line and in files.
  static var name: String { get }
  /// Its task; by default ``RecommendationTask/ranking``.
  static var task: RecommendationTask { get }
  /// The kind of its latent space; by default ``LatentKind/none``.
  static var latentKind: LatentKind { get }
  /// Whether it is a baseline for other models; by default `false`.
  static var isBaseline: Bool { get }
  /// Whether its fit needs validation users: to choose the number of epochs, or open settings; by default if there are
  /// epochs.
  static var choosesOnValidation: Bool { get }
  /// Whether it is compared when no models are named; by default `true`.
  static var isComparedByDefault: Bool { get }
  /// Its settings, in the order of the documentation.
  static var settings: [Setting<Self>] { get }

  /// Creates the model with its defaults.
  init()

  /// Whether a fitted model has parameters for each training user, so that their ids are kept with it; by default
  /// `false`.
  var keepsUsers: Bool { get }

  /// The vector of new users in a model with one per training user; by default `nil`.
  var vectorOfNewUsers: UserVectors? { get }

  /// The same model with explicit values for settings that depend on the data, for reports; by default the model
  /// itself.
  ///
  /// - Parameter rows: the number of training rows, users for every model but `item-autorec`.
  func settingsUsed(rows: Int) -> Self

  /// How a training that was stopped after some epochs continues; `nil`, the default, if the model is not trained in
  /// epochs.
  ///
  /// - Parameter rows: the number of training rows, as in ``settingsUsed(rows:)``.
  func continuation(rows: Int) -> Continuation?

  /// The obstacle to training with ``Trainer/privacy``; by default ``CannotBePrivate/otherwise``.
  var obstacleToPrivacy: CannotBePrivate? { get }

  /// Fits the model.
  ///
  /// - Throws: ``TrainingError``, the errors of `data.validate`, `OutputError` for a checkpoint that cannot be written.
  func fit(_ data: TrainingData<Fitted>, by trainer: Trainer) throws -> Fit<Fitted>

  /// Creates a fitted model from the tensors of a file.
  ///
  /// - Parameters:
  ///   - items: the number of items.
  ///   - users: the number of training users with parameters; 0 unless ``keepsUsers``.
  /// - Throws: ``TensorMismatch`` when a tensor is missing, left over, or has a different shape from the settings.
  func load(_ tensors: [String: Tensor], items: Int, users: Int) throws -> Fitted

  /// The memory that fitting needs at once.
  func memory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory

  /// Combines a fitted model of ratings with the ratings it predicts from; see ``RatingModel``.
  ///
  /// - Throws: ``WrongTask`` for a ranking model.
  func predictor(_ fitted: Fitted, ratings: SparseRows) throws -> any RatingPredictor
}

extension ZooModel {
  /// Ranked lists.
  public static var task: RecommendationTask { .ranking }
  /// No latent space.
  public static var latentKind: LatentKind { .none }
  /// Not a baseline.
  public static var isBaseline: Bool { false }
  /// If there are epochs.
  public static var choosesOnValidation: Bool { settings.contains { $0.name == "epochs" } }
  /// Compared by default.
  public static var isComparedByDefault: Bool { true }
  /// No settings.
  public static var settings: [Setting<Self>] { [] }
  /// No parameters per user.
  public var keepsUsers: Bool { false }
  /// No vector.
  public var vectorOfNewUsers: UserVectors? { nil }
  /// Refused, because it is a ranking model.
  public func predictor(_ fitted: Fitted, ratings: SparseRows) throws -> any RatingPredictor {
    throw WrongTask(model: name, task: task)
  }
  /// The model itself, because no setting depends on the data.
  public func settingsUsed(rows: Int) -> Self { self }
  /// It is not trained with clipped gradients.
  public var obstacleToPrivacy: CannotBePrivate? { .otherwise }
  /// It is not trained in epochs.
  public func continuation(rows: Int) -> Continuation? { nil }

  /// ``name`` of the type.
  public var name: String { Self.name }
  /// ``task`` of the type.
  public var task: RecommendationTask { Self.task }
  /// Whether it is trained in passes over the users, so that there are epochs, batches and checkpoints.
  public var isTrainedInEpochs: Bool { has("epochs") }
  /// Whether its latent space is a distribution that can be sampled.
  public var isVariational: Bool { Self.latentKind == .distribution }

  /// Whether it can be trained to generate: it has a distribution, and β, if it has one, is not capped below 1.
  public var canGenerate: Bool { isVariational && (hyperparameters["beta"].map { $0 == 1 } ?? true) }

  /// Whether two models have the same type and settings.
  public func isEqual(to other: any ZooModel) -> Bool { (other as? Self) == self }

  /// Fits a model of any type.
  ///
  /// - Parameters:
  ///   - rows: the training rows, U × I.
  ///   - refit: when given, the model is fitted again on these rows for the number of epochs that `validate` chose, or,
  ///     if nothing is to be chosen, on these rows only.
  ///   - validate: larger is better; `nil` runs all epochs.
  public func fit(
    to rows: SparseRows, refit: SparseRows? = nil, trainer: Trainer,
    validate: ((any Recommender) throws -> Double)?
  ) throws -> Fit<any FittedModel> {
    let validate = validate.map { validate in { (model: Fitted) in try validate(model) } }
    return try fit(TrainingData(rows: rows, refit: refit, validate: validate), by: trainer).map { $0 }
  }
}

/// A model was used for a task other than its own.
public struct WrongTask: Error, Equatable, CustomStringConvertible {
  /// The model's name.
  public let model: String
  /// Its task.
  public let task: RecommendationTask

  /// Names the model and its task.
  public init(model: String, task: RecommendationTask) { (self.model, self.task) = (model, task) }

  /// What is wrong, in one sentence.
  public var description: String { "\(model) is for \(task == .ranking ? "ranked lists" : "ratings")" }
}

/// A model that predicts ratings.
///
/// Training data and predictions are users × items, even if the model reads them transposed.
public protocol RatingModel: ZooModel {
  /// Combines a fitted model with the ratings it predicts from.
  ///
  /// - Parameter ratings: shape: U × I, with values.
  func predictor(_ fitted: Fitted, ratings: SparseRows) -> any RatingPredictor
}

extension RatingModel {
  /// Ratings.
  public static var task: RecommendationTask { .rating }
}

/// The kind of a model's latent space.
public enum LatentKind: String, Sendable {
  /// No latent space.
  case none
  /// A point.
  case point
  /// A distribution that can be sampled.
  case distribution
}

/// The training data of a model (U users, I items).
public struct TrainingData<Fitted> {
  /// The rows that are fitted while validation chooses the number of epochs; shape: U × I, with ratings as values for a
  /// rating model.
  public let rows: SparseRows
  /// When given, the rows that are fitted again for the number of epochs that ``validate`` chose, or, if nothing is to
  /// be chosen, the only ones.
  public let refit: SparseRows?
  /// The value of a model on the validation users, larger is better; `nil` without validation users.
  public let validate: ((Fitted) throws -> Double)?

  /// Creates training data.
  public init(rows: SparseRows, refit: SparseRows? = nil, validate: ((Fitted) throws -> Double)? = nil) {
    self.rows = rows
    self.refit = refit
    self.validate = validate
  }

  /// All training rows, to which a model without epochs is fitted.
  public var all: SparseRows { refit ?? rows }
}

extension TrainingData {
  /// The kind of rows in ``all``.
  public var extent: FitExtent { refit == nil ? .training : .everything }
}
