public import Compute
import FileFormats
public import InteractionData

/// Real and synthetic users over one list of items (T training, H holdout, S synthetic users, I items).
public struct AuditData: Sendable {
  /// The items of all three, training first.
  public let items: Vocabulary
  /// The real users the generator was trained on; shape: T × I.
  public let train: SparseRows
  /// Real users it has not seen; shape: H × I.
  public let holdout: SparseRows?
  /// The synthetic users; shape: S × I.
  public let synthetic: SparseRows
  /// The names of the files: training, holdout, synthetic.
  public let names: (train: String, holdout: String?, synthetic: String)
  /// Counted remarks about the files.
  public let notes: [String]

  /// The least number of users each side must have.
  public static let leastUsers = 10

  /// Puts the users of two or three files over the items of all of them.
  ///
  /// Ratings are left out: a profile is a set of items.
  ///
  /// - Throws: `DataError` when a file has fewer than ``leastUsers`` users, and when more than half of the holdout users
  ///   have the items of a training user although most training users have items that no other has.
  public init(train: Interactions, synthetic: Interactions, holdout: Interactions? = nil) throws {
    for data in [train, synthetic, holdout].compactMap(\.self) where data.users.count < Self.leastUsers {
      throw Self.tooFew(data.users.count, data.name)
    }
    let items = Vocabulary(ids: train.items.ids + (holdout?.items.ids ?? []) + synthetic.items.ids)
    self.items = items
    self.train = train.rows(in: items).rows
    self.synthetic = synthetic.rows(in: items).rows
    self.holdout = holdout.map { $0.rows(in: items).rows }
    names = (train.name, holdout?.name, synthetic.name)
    var notes: [String] = []
    for data in [train, holdout, synthetic].compactMap(\.self) { notes += Self.notes(of: data) }
    let strangers = synthetic.items.ids.count { train.items.index(of: $0) == nil }
    if strangers == synthetic.items.count {
      notes.append(Self.nothingShared(synthetic, train))
    } else if strangers > 0 {
      notes.append(
        "\(strangers) of \(counted(synthetic.items.count, "item")) of \(synthetic.name) do not occur in \(train.name)")
    }
    if let holdout, let rows = self.holdout {
      if !holdout.items.ids.contains(where: { train.items.index(of: $0) != nil }) {
        notes.append(Self.nothingShared(holdout, train))
      }
      notes += Self.sharedIDs(train.users, train.name, holdout)
      let same = Self.equalProfiles(of: rows, in: self.train)
      if let error = Self.notUnseen(same, of: rows.rowCount, holdout.name) {
        // Short profiles are equal by chance, and then many training users equal each other as well.
        if 2 * Self.twins(in: self.train) <= self.train.rowCount { throw error }
        notes.append(
          "\(same) of \(holdout.users.count) holdout profiles equal a training profile; the holdout may overlap the training data"
        )
      }
    }
    self.notes = notes
  }

  /// Reads two or three files.
  ///
  /// - Parameters:
  ///   - real: the users the generator was trained on, to whom all filters apply.
  ///   - synthetic: taken as it is: likes and nothing else, as `sample` writes them.
  ///   - holdout: users it has not seen; filters by counts are not about them.
  ///   - format: how the real files are read.
  /// - Throws: `InputError`; `DataError`, also when a file has fewer than ``leastUsers`` users or the holdout is not
  ///   unseen.
  public init(
    real: String, synthetic: String, holdout: String? = nil, format: InteractionFormat = InteractionFormat(),
    filters: Filters = Filters(), threads: Int? = nil
  ) throws {
    func read(_ path: String, _ format: InteractionFormat) throws -> Interactions {
      try InteractionReader(format: format, threads: threads).read(path: path)
    }
    try self.init(
      train: filters.apply(to: read(real, format)), synthetic: read(synthetic, InteractionFormat()),
      holdout: holdout.map { try filters.applyToLikes(of: read($0, format)) })
  }

  /// Takes users over one list of items.
  ///
  /// - Parameters:
  ///   - train: the real users the generator was trained on; shape: T × I.
  ///   - synthetic: the synthetic users; shape: S × I.
  ///   - holdout: real users it has not seen; shape: H × I.
  ///   - names: what they are called: training, holdout, synthetic.
  /// - Throws: `DataError` when a side has fewer than ``leastUsers`` users.
  /// - Precondition: all rows have a column for each item, and every user has an item.
  public init(
    items: Vocabulary, train: SparseRows, synthetic: SparseRows, holdout: SparseRows,
    names: (train: String, holdout: String, synthetic: String)
  ) throws {
    for (rows, name) in [(train, names.train), (holdout, names.holdout), (synthetic, names.synthetic)] {
      precondition(rows.columnCount == items.count, "a column for each item")
      if rows.rowCount < Self.leastUsers { throw Self.tooFew(rows.rowCount, name) }
    }
    (self.items, self.train, self.synthetic, self.holdout) = (items, train, synthetic, holdout)
    self.names = names
    notes = []
  }

  /// The first item of the synthetic users that a model does not know, so that it has not drawn them; `nil` if it knows
  /// them all.
  ///
  /// - Parameter known: the items of the model.
  /// - Returns: its number in ``items``.
  public func syntheticItem(notIn known: Vocabulary) -> Int? {
    let counts = synthetic.columnCounts()
    return counts.indices.first { counts[$0] > 0 && known.index(of: items[$0]) == nil }
  }

  private static func nothingShared(_ data: Interactions, _ train: Interactions) -> String {
    "no item of \(data.name) occurs in \(train.name); check that both files use the same ids"
  }

  /// A note if ids of holdout users are ids of training users.
  static func sharedIDs(_ users: Vocabulary, _ name: String, _ holdout: Interactions) -> [String] {
    let both = holdout.users.ids.count { users.index(of: $0) != nil }
    if both == 0 { return [] }
    return [
      "\(both) of \(holdout.users.count) user ids of the holdout (\(holdout.name)) are also ids of training users "
        + "(\(name)); if they are the same users, the holdout is not unseen and its values are not a valid ceiling"
    ]
  }

  /// The number of profiles that are also those of a training user.
  static func equalProfiles(of rows: SparseRows, in train: SparseRows) -> Int {
    let known = ProfileSet(train)
    return (0..<rows.rowCount).count { known.contains(rows.indices(ofRow: $0)) }
  }

  /// The number of users who have the same items as another.
  private static func twins(in rows: SparseRows) -> Int {
    let known = ProfileSet(rows)
    return (0..<rows.rowCount).count { known.count(rows.indices(ofRow: $0)) > 1 }
  }

  /// The error for held-out users of whom more than half have the items of a training user; `nil` for others.
  ///
  /// - Parameter same: how many have, of `count`.
  static func notUnseen(_ same: Int, of count: Int, _ name: String) -> DataError? {
    if 2 * same <= count { return nil }
    return DataError(
      path: name,
      message: "\(same) of \(counted(count, "user")) have the items of a training user, so that no attacker "
        + "could tell them apart",
      accepted: "users that the model has not seen")
  }

  /// The notes of a file, each with its name.
  static func notes(of data: Interactions) -> [String] {
    // What was decided about the columns names the file already.
    data.notes.map { $0 == data.columns?.description ? $0 : "\(data.name): \($0)" }
  }

  private static func tooFew(_ count: Int, _ name: String) -> DataError {
    DataError(
      path: name, message: "has \(counted(count, "user")), too few to compare distributions",
      accepted: "at least \(leastUsers) users")
  }

  /// The sizes of one population.
  func population(_ rows: SparseRows, name: String) -> AuditPopulation {
    let known = train.columnCounts()
    let counts = rows.columnCounts()
    return AuditPopulation(
      name: name, users: rows.rowCount, items: counts.count { $0 > 0 }, interactions: rows.nonZeroCount,
      sharedItems: counts.indices.count { counts[$0] > 0 && known[$0] > 0 })
  }
}

/// Profiles to look up whole.
struct ProfileSet {
  private var counts: [ArraySlice<Int32>: Int] = [:]

  init(_ rows: SparseRows) {
    counts.reserveCapacity(rows.rowCount)
    for row in 0..<rows.rowCount { counts[rows.indices(ofRow: row), default: 0] += 1 }
  }

  /// Whether the same set of items is there.
  func contains(_ profile: ArraySlice<Int32>) -> Bool { counts[profile] != nil }
  /// How often it is there.
  func count(_ profile: ArraySlice<Int32>) -> Int { counts[profile] ?? 0 }
}
