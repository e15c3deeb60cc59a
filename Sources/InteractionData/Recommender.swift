public import Communication
public import Compute

/// The input of a recommender: the known items of each user.
///
/// Recommenders take rows of interactions, never user ids, so that users outside the training data are handled like any
/// other (fold-in).
public struct Profiles: Sendable {
  /// The items each user is known to have; shape: B users × I items.
  public var items: SparseRows
  /// For each user, their row in the training data, or `nil` for a new user.
  ///
  /// Only models with a vector per user (CDAE) read it; without the list, every user is unseen.
  public var trainingRows: [Int?]?

  /// Creates profiles.
  public init(items: SparseRows, trainingRows: [Int?]? = nil) {
    precondition(trainingRows.map { $0.count == items.rowCount } ?? true, "one training row for each user")
    self.items = items
    self.trainingRows = trainingRows
  }

  /// Some of the users.
  public func selecting(_ users: Range<Int>) -> Profiles {
    Profiles(items: items.selecting(rows: users), trainingRows: trainingRows.map { Array($0[users]) })
  }
}

/// A model that scores every item for users given by their items.
public protocol Recommender: Sendable {
  /// The number of items of the model.
  var itemCount: Int { get }

  /// One score for each user and item; larger is better, and only the order matters. Seen items are scored like any
  /// other; the ranking excludes them.
  ///
  /// Two calls with the same input give the same bits. Memory grows with the number of profiles × items, so callers work in
  /// blocks of users.
  ///
  /// - Returns: shape B users × I items.
  func scores(for profiles: Profiles, using engine: ProductEngine) throws -> Matrix<Float>
}

/// A recommender whose scores are products of a vector of the user with one of the item, plus the item's bias.
///
/// The best items of many users can then be found without all scores; see `ItemScreen`.
public protocol FactoredRecommender: Recommender {
  /// The vectors and biases of all items, in order.
  var itemFactors: [ItemFactors] { get }

  /// The vectors of users; shape: B × D.
  ///
  /// Products with ``itemFactors`` equal ``Recommender/scores(for:using:)`` except for rounding, and for items that a user has,
  /// whose scores may be anything.
  func userFactors(for profiles: Profiles, using engine: ProductEngine) throws -> Matrix<Float>
}

/// A recommender whose items may be divided among processes, each of which scores its own for all users.
///
/// A user's k best items are among the k best of each process, so each process makes its own lists, which are merged
/// afterwards.
public protocol DividedRecommender: Recommender {
  /// The processes that have the items; `nil` where this one has all.
  var communicator: (any Communicator)? { get }
  /// The items of this process.
  var ownItems: Range<Int> { get }

  /// The scores of this process's items for several groups of users.
  ///
  /// All processes call it together. How users are grouped changes no more than ``Recommender/scores(for:using:)``
  /// does with a group.
  ///
  /// - Returns: for each group, users × ``ownItems``.
  func ownScores(for groups: [Profiles], using processor: Processor) throws -> [Matrix<Float>]
}

/// One cell of the rating matrix.
public struct RatingCell: Sendable, Equatable {
  /// The row of the user in the training data.
  public var user: Int
  /// The column of the item.
  public var item: Int
  /// The rating given.
  public var rating: Float

  /// Creates a cell.
  public init(user: Int, item: Int, rating: Float) {
    self.user = user
    self.item = item
    self.rating = rating
  }
}

/// A model that predicts ratings.
public protocol RatingPredictor: Sendable {
  /// The predicted rating of each cell, in the order given.
  func predictions(for cells: [RatingCell], using processor: Processor) throws -> [Float]
}
