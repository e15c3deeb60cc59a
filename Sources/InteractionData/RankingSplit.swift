public import Compute
import FileFormats

/// Users of whom a part is hidden, to see whether a model finds it (T users, I items).
public struct HeldOutUsers: Sendable {
  /// Their ids; shape: T.
  public let userIDs: [String]
  /// What a model is shown; shape: T × I.
  ///
  /// With training rows when the users were trained on, without when they are unseen.
  public let profiles: Profiles
  /// The items that are not ranked: the input and other known items of the users; shape: T × I.
  public let masked: SparseRows
  /// What is to be found, at least one item for every user; shape: T × I.
  public let heldOut: SparseRows
  /// How many users were left out because nothing of theirs could be held out, or nothing was left to show a model.
  public let skippedUsers: Int

  /// Creates held-out users.
  ///
  /// Whether the parts fit each other (a row for each user, the same items, something held out of each user, nothing
  /// held out that is known) is for the evaluator to check: it refuses with an error what would leak or make no sense.
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
  /// Strong generalisation: users of the test are not trained on.
  case users
  /// A part of every user's items, at random.
  case interactions
  /// The latest item of every user.
  case leaveOneOut = "leave-one-out"
  /// One cut in global time.
  case time
  /// Files that say which interaction is for what, with the same users.
  case files
  /// The layout of the Mult-VAE authors: files with held-out users.
  case directory
}

/// Data divided into what is trained on and what is to be found (I items).
public struct RankingSplit: Sendable {
  /// How the data was divided.
  public let kind: SplitKind
  /// The items of the training users, in order of first appearance.
  ///
  /// All rows have these columns.
  public let items: Vocabulary
  /// The ids of the rows of ``train``.
  public let trainUserIDs: [String]
  /// What to fit while choosing the number of epochs; shape: training users × I.
  public let train: SparseRows
  /// The users whose ranking chooses the number of epochs, or `nil` when none has enough items.
  public let validation: HeldOutUsers?
  /// When set, what to fit again for the chosen number of epochs, with the ids of these users.
  ///
  /// Its first rows are the users of ``train``, in the same order; users held out for validation follow.
  public let refitUsers: UserRows?
  /// Whose ranking is reported; `nil` when everything is for training.
  public let test: HeldOutUsers?
  /// What a reader of the results should know, each with its count.
  public let notes: [String]
  /// Where a split by time was cut, and what that left out; `nil` for other splits.
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

  /// ``refitUsers``, or the rows of ``train`` where nothing is fitted again.
  public var fittedUsers: UserRows { refitUsers ?? trainUsers }

  /// What the training users have, as interactions.
  public func trainingInteractions(name: String) -> Interactions { trainUsers.interactions(name: name, items: items) }
}
