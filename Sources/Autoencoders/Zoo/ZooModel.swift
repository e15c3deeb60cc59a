public import Compute
public import FileFormats
public import InteractionData

/// What a model predicts.
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
  /// What fitting gives.
  associatedtype Fitted: FittedModel

  /// Its name on the command line and in files.
  static var name: String { get }
  /// What it predicts; ``RecommendationTask/ranking`` unless stated otherwise.
  static var task: RecommendationTask { get }
  /// What it encodes users to; ``LatentKind/none`` unless stated otherwise.
  static var latentKind: LatentKind { get }
  /// Whether others are compared with it rather than it with others; `false` unless stated otherwise.
  static var isBaseline: Bool { get }
  /// Whether its fit needs validation users: to choose the number of epochs, or settings that are left open; by default
  /// where there are epochs.
  static var choosesOnValidation: Bool { get }
  /// Whether it takes part where nobody says which models to compare; `true` unless stated otherwise.
  static var isComparedByDefault: Bool { get }
  /// All that can be set, in the order in which documentation lists it.
  static var settings: [Setting<Self>] { get }

  /// Creates the model with its defaults.
  init()

  /// Whether a fitted model has something for each training user, so that their ids are kept with it; `false` unless stated
  /// otherwise.
  var keepsUsers: Bool { get }

  /// The vector that new users get from a model with one per training user; `nil` unless stated otherwise.
  var vectorOfNewUsers: UserVectors? { get }

  /// The same model with every setting that follows from the data written out, for reports; itself unless stated otherwise.
  ///
  /// - Parameter rows: the number of training rows, users for every model but `item-autorec`.
  func settingsUsed(rows: Int) -> Self

  /// How a training of it goes on that was stopped after some epochs; `nil` where it is not trained in epochs, as is so unless
  /// stated otherwise.
  ///
  /// - Parameter rows: the number of training rows, as in ``settingsUsed(rows:)``.
  func continuation(rows: Int) -> Continuation?

  /// What keeps it from being trained with ``Trainer/privacy``; ``CannotBePrivate/otherwise`` unless stated otherwise.
  var obstacleToPrivacy: CannotBePrivate? { get }

  /// Fits the model.
  ///
  /// - Throws: ``TrainingError``, what `data.validate` throws, `OutputError` for a checkpoint that cannot be written.
  func fit(_ data: TrainingData<Fitted>, by trainer: Trainer) throws -> Fit<Fitted>

  /// Puts a fitted model together from the tensors of a file.
  ///
  /// - Parameters:
  ///   - items: how many items the model knows.
  ///   - users: how many training users it has something for; 0 unless ``keepsUsers``.
  /// - Throws: ``TensorMismatch`` when a tensor is missing, left over, or of another shape than the settings ask for.
  func load(_ tensors: [String: Tensor], items: Int, users: Int) throws -> Fitted

  /// What fitting will hold in memory at once.
  func memory(_ rows: TrainingRows, processor: Processor) -> TrainingMemory

  /// Puts a fitted model of ratings and the ratings it predicts from together: see ``RatingModel``.
  ///
  /// - Throws: ``WrongTask`` for a model that ranks.
  func predictor(_ fitted: Fitted, ratings: SparseRows) throws -> any RatingPredictor
}

extension ZooModel {
  /// Ranked lists.
  public static var task: RecommendationTask { .ranking }
  /// No latent space.
  public static var latentKind: LatentKind { .none }
  /// Not a baseline.
  public static var isBaseline: Bool { false }
  /// Where there are epochs.
  public static var choosesOnValidation: Bool { settings.contains { $0.name == "epochs" } }
  /// It takes part.
  public static var isComparedByDefault: Bool { true }
  /// Nothing.
  public static var settings: [Setting<Self>] { [] }
  /// No.
  public var keepsUsers: Bool { false }
  /// There are none.
  public var vectorOfNewUsers: UserVectors? { nil }
  /// Refused: it ranks.
  public func predictor(_ fitted: Fitted, ratings: SparseRows) throws -> any RatingPredictor {
    throw WrongTask(model: name, task: task)
  }
  /// The model itself: nothing follows from the data.
  public func settingsUsed(rows: Int) -> Self { self }
  /// It is not trained by gradients that are limited.
  public var obstacleToPrivacy: CannotBePrivate? { .otherwise }
  /// It is not trained in epochs.
  public func continuation(rows: Int) -> Continuation? { nil }

  /// ``name`` of the type.
  public var name: String { Self.name }
  /// ``task`` of the type.
  public var task: RecommendationTask { Self.task }
  /// Whether it is trained in passes over the users, so that there are epochs, batches and checkpoints.
  public var isTrainedInEpochs: Bool { has("epochs") }
  /// Whether users can be drawn from what it encodes to.
  public var isVariational: Bool { Self.latentKind == .distribution }

  /// Whether it can be trained to generate: it has a distribution, and β, where it has one, is not held below 1.
  public var canGenerate: Bool { isVariational && (hyperparameters["beta"].map { $0 == 1 } ?? true) }

  /// Whether two models are of one type and set alike.
  public func isEqual(to other: any ZooModel) -> Bool { (other as? Self) == self }

  /// Fits the model, whichever it is.
  ///
  /// - Parameters:
  ///   - rows: the training rows, U × I.
  ///   - refit: when given, the model is fitted again on these rows for the number of epochs that `validate` chose, or, where
  ///     nothing is to be chosen, on these rows alone.
  ///   - validate: larger is better; `nil` runs all epochs.
  public func fit(
    to rows: SparseRows, refit: SparseRows? = nil, trainer: Trainer,
    validate: ((any Recommender) throws -> Double)?
  ) throws -> Fit<any FittedModel> {
    let validate = validate.map { validate in { (model: Fitted) in try validate(model) } }
    return try fit(TrainingData(rows: rows, refit: refit, validate: validate), by: trainer).map { $0 }
  }
}

/// A model was asked to do another task than its own.
public struct WrongTask: Error, Equatable, CustomStringConvertible {
  /// The model's name.
  public let model: String
  /// What it is for.
  public let task: RecommendationTask

  /// Names the model and its task.
  public init(model: String, task: RecommendationTask) { (self.model, self.task) = (model, task) }

  /// What is wrong, in one sentence.
  public var description: String { "\(model) is for \(task == .ranking ? "ranked lists" : "ratings")" }
}

/// A model that predicts ratings.
///
/// Training data and predictions are users × items, whichever way the model reads them.
public protocol RatingModel: ZooModel {
  /// Puts a fitted model and the ratings it predicts from together.
  ///
  /// - Parameter ratings: shape: U × I, with values.
  func predictor(_ fitted: Fitted, ratings: SparseRows) -> any RatingPredictor
}

extension RatingModel {
  /// Ratings.
  public static var task: RecommendationTask { .rating }
}

/// What a model encodes a user to.
public enum LatentKind: String, Sendable {
  /// Nothing: it has no latent space.
  case none
  /// A point.
  case point
  /// A distribution, from which one can draw.
  case distribution
}

/// What a model is fitted to (U users, I items).
public struct TrainingData<Fitted> {
  /// What is fitted while validation chooses the number of epochs; shape: U × I, with ratings as values for a rating model.
  public let rows: SparseRows
  /// When given, what is fitted again for the number of epochs that ``validate`` chose, or, where nothing is to be chosen,
  /// alone.
  public let refit: SparseRows?
  /// The value of a model on the validation users, larger is better; `nil` where nobody can be validated on.
  public let validate: ((Fitted) throws -> Double)?

  /// Gathers training data.
  public init(rows: SparseRows, refit: SparseRows? = nil, validate: ((Fitted) throws -> Double)? = nil) {
    self.rows = rows
    self.refit = refit
    self.validate = validate
  }

  /// All that may be learned from: what a model without epochs is fitted to.
  public var all: SparseRows { refit ?? rows }
}

extension TrainingData {
  /// Which rows ``all`` are.
  public var extent: FitExtent { refit == nil ? .training : .everything }
}
