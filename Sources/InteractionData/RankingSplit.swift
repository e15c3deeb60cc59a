public import Compute
import FileFormats

/// Users with held-out items, to measure how well a model predicts them (T users, I items).
public struct HeldOutUsers: Sendable {
  /// Their ids; shape: T.
  public let userIDs: [String]
  /// The input of the model; shape: T × I.
  ///
  /// With training rows for training users, without for unseen users.
  public let profiles: Profiles
  /// The items that are not ranked: the input and other known items of the users; shape: T × I.
  public let masked: SparseRows
  /// The held-out items, at least one for every user; shape: T × I.
  public let heldOut: SparseRows
  /// The number of users that were left out because no item could be held out, or no input was left.
  public let skippedUsers: Int

  /// Creates held-out users.
  ///
  /// Whether the parts fit each other (a row for each user, the same items, held-out items for each user, no known item
  /// held out) is checked by the evaluator, which throws an error for leaks and invalid shapes.
  public init(
    userIDs: [String], profiles: Profiles, masked: SparseRows, heldOut: SparseRows, skippedUsers: Int
  ) {
    self.userIDs = userIDs
    self.profiles = profiles
    self.masked = masked
    self.heldOut = heldOut
    self.skippedUsers = skippedUsers
  }
}

/// How data was divided.
public enum SplitKind: String, Codable, Sendable, CaseIterable {
  /// Strong generalisation: test users are not in the training data.
  case users
  /// A part of every user's items, at random.
  case interactions
  /// The latest item of every user.
  case leaveOneOut = "leave-one-out"
  /// One cut in global time.
  case time
  /// Separate files for training and test, with the same users.
  case files
  /// The layout of the Mult-VAE authors: files with held-out users.
  case directory

  /// The ways to divide one file.
  public static let ofOneFile: [SplitKind] = [.users, .interactions, .leaveOneOut, .time]

  /// Whether test users are not among the training users.
  public var holdsOutUsers: Bool { self == .users || self == .directory }
}

/// Data divided into training and test (I items).
public struct RankingSplit: Sendable {
  /// How the data was divided.
  public let kind: SplitKind
  /// The items of the training users, in order of first appearance.
  ///
  /// All rows have these columns.
  public let items: Vocabulary
  /// The ids of the rows of ``train``.
  public let trainUserIDs: [String]
  /// The rows to fit while the number of epochs is chosen; shape: training users × I.
  public let train: SparseRows
  /// The users on whom the number of epochs is chosen, or `nil` when none has enough items.
  public let validation: HeldOutUsers?
  /// The rows to fit again for the chosen number of epochs, with the ids of these users; `nil` for no second fit.
  ///
  /// Its first rows are the users of ``train``, in the same order; users held out for validation follow.
  public let refitUsers: UserRows?
  /// The test users; `nil` when everything is for training.
  public let test: HeldOutUsers?
  /// Notes with counts.
  public let notes: [String]
  /// The cut of a split by time, and the interactions and users that it leaves out; `nil` for other splits.
  public let time: TimeCutCounts?
  /// A fingerprint of everything above but the notes and ``time``, 16 hexadecimal digits: equal for equal splits on every
  /// machine.
  public let hash: String

  /// Creates a split.
  ///
  /// - Precondition: all rows have one column for each item; ``train`` has one row for each id; `refit` begins with the
  ///   users of ``train``.
  public init(
    kind: SplitKind, items: Vocabulary, trainUserIDs: [String], train: SparseRows, validation: HeldOutUsers?,
    refit: UserRows?, test: HeldOutUsers?, notes: [String] = [], time: TimeCutCounts? = nil
  ) {
    var fingerprint = Fingerprint()
    fingerprint.add(kind, items, UserRows(ids: trainUserIDs, rows: train))
    self.init(
      kind: kind, items: items, train: UserRows(ids: trainUserIDs, rows: train), fingerprint, validation: validation,
      refit: refit, test: test, notes: notes, time: time)
  }

  /// Creates a split whose fingerprint has been begun: with ``Fingerprint/add(_:_:_:)``, of the same training users.
  init(
    kind: SplitKind, items: Vocabulary, train: UserRows, _ begun: Fingerprint, validation: HeldOutUsers?,
    refit: UserRows?, test: HeldOutUsers?, notes: [String], time: TimeCutCounts? = nil
  ) {
    let (trainUserIDs, train) = (train.ids, train.rows)
    for rows in [train, validation?.heldOut, refit?.rows, test?.heldOut].compactMap({ $0 }) {
      precondition(rows.columnCount == items.count, "a column for each item")
    }
    precondition(refit.map { $0.ids.starts(with: trainUserIDs) } ?? true, "training users are fitted again")
    self.kind = kind
    self.items = items
    self.trainUserIDs = trainUserIDs
    self.train = train
    self.validation = validation
    refitUsers = refit
    self.test = test
    self.notes = notes
    self.time = time
    var fingerprint = begun
    fingerprint.add(validation)
    fingerprint.add(refit?.rows)
    fingerprint.add(test)
    hash = fingerprint.hexadecimal
  }
}

extension RankingSplit {
  /// The rows of ``refitUsers``.
  public var refit: SparseRows? { refitUsers?.rows }
  /// The rows of ``train`` with their ids.
  public var trainUsers: UserRows { UserRows(ids: trainUserIDs, rows: train) }

  /// ``refitUsers``, or the rows of ``train`` without a second fit.
  public var fittedUsers: UserRows { refitUsers ?? trainUsers }

  /// The rows of the training users as interactions.
  public func trainingInteractions(name: String) -> Interactions { trainUsers.interactions(name: name, items: items) }
}
