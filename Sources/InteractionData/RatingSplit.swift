public import Compute
import FileFormats

/// Ratings divided into training and test (U users, I items).
public struct RatingSplit: Sendable {
  /// All users, those without a training rating included.
  public let users: Vocabulary
  /// All items, those without a training rating included.
  public let items: Vocabulary
  /// The ratings to fit while the number of epochs is chosen, as values; shape: U × I.
  public let train: SparseRows
  /// The ratings on which the number of epochs is chosen; may be empty.
  public let validation: [RatingCell]
  /// ``train`` and ``validation`` together, to fit again for the chosen number of epochs; shape: U × I.
  public let refit: SparseRows
  /// The ratings to predict; empty when everything is for training.
  public let test: [RatingCell]
  /// Notes with counts.
  public let notes: [String]
  /// A fingerprint of everything above but the notes, 16 hexadecimal digits.
  public let hash: String

  /// Divides ratings at random: a tenth for the test, a tenth of the rest for validation.
  ///
  /// The procedure of AutoRec (Sedhain et al., WWW 2015): of all ratings, not of each user's. A test cell
  /// whose user or item has no training rating stays in the test; a note counts them.
  ///
  /// - Parameter forTraining: no test; a tenth of all ratings is for validation.
  /// - Throws: `DataError` when there are no ratings or too few.
  public init(_ data: Interactions, seed: Seed, forTraining: Bool = false) throws {
    guard let ratings = data.ratings else { throw Self.noRatings(data) }
    let testCount = forTraining ? 0 : max(1, data.count / 10)
    guard data.count > testCount else {
      throw DataError(path: data.name, message: "has a single rating", accepted: "at least two ratings")
    }
    var random = seed.stream(.split)
    let order = random.permutation(data.count)
    let trainCount = data.count - testCount - (data.count - testCount) / 10
    var parts = [InteractionPart](repeating: .train, count: data.count)
    for position in order[trainCount..<data.count - testCount] { parts[position] = .validation }
    for position in order[(data.count - testCount)...] { parts[position] = .test }
    func cells(_ part: InteractionPart) -> [RatingCell] {
      (0..<data.count).lazy.filter { parts[$0] == part }.map {
        RatingCell(user: Int(data.userIndices[$0]), item: Int(data.itemIndices[$0]), rating: ratings[$0])
      }
    }
    self.init(
      users: data.users, items: data.items, train: cells(.train), validation: cells(.validation),
      test: cells(.test),
      notes: [])
  }

  /// Fixed files.
  ///
  /// Without a validation file a tenth of the training ratings is for validation. Cells of the validation file that are
  /// also in the training file are dropped and counted, and so are cells of the test file that are in either.
  ///
  /// - Parameter test: `nil` to train only.
  /// - Throws: `DataError` when a file has no ratings, or every test rating is also in another file.
  public init(train: Interactions, validation: Interactions? = nil, test: Interactions?, seed: Seed) throws {
    let files = [train, validation, test].compactMap { $0 }
    for file in files where file.ratings == nil { throw Self.noRatings(file) }
    let users = Vocabulary(ids: files.lazy.flatMap(\.users.ids))
    let items = Vocabulary(ids: files.lazy.flatMap(\.items.ids))
    func cells(_ file: Interactions?) -> [RatingCell] {
      guard let file, let ratings = file.ratings else { return [] }
      let rows = users.indices(of: file.users)
      let columns = items.indices(of: file.items)
      return (0..<file.count).compactMap { position in
        guard let user = rows[Int(file.userIndices[position])],
          let item = columns[Int(file.itemIndices[position])]
        else { return nil }
        return RatingCell(user: user, item: item, rating: ratings[position])
      }
    }
    var fitted = cells(train)
    var chosen = cells(validation)
    if validation == nil {
      var random = seed.stream(.split)
      random.shuffle(&fitted)
      chosen = Array(fitted.suffix(fitted.count / 10))
      fitted.removeLast(chosen.count)
    }
    var notes = files.flatMap(\.notes)
    var known = Set<UInt64>()
    // A rating that occurs in two files is trained on once, and a training rating is not predicted.
    func removeKnown(_ cells: inout [RatingCell], _ what: String, _ file: String) {
      let before = cells.count
      cells.removeAll { known.contains($0.place) }
      if cells.count < before {
        notes.append("dropped \(counted(before - cells.count, what)) already in the \(file)")
      }
    }
    known.formUnion(fitted.lazy.map(\.place))
    if validation != nil { removeKnown(&chosen, "validation rating", "training file") }
    known.formUnion(chosen.lazy.map(\.place))
    var predicted = cells(test)
    removeKnown(&predicted, "test rating", validation == nil ? "training file" : "training or validation file")
    if let test, predicted.isEmpty {
      throw DataError(
        path: test.name, message: "has nothing to predict: every rating is in the training data",
        accepted: "ratings that are not in the other files")
    }
    self.init(users: users, items: items, train: fitted, validation: chosen, test: predicted, notes: notes)
  }

  /// The same split without test ratings.
  public var withoutTestRatings: RatingSplit {
    let cells = (0..<train.rowCount).flatMap { row in
      train.range(ofRow: row).map {
        RatingCell(user: row, item: Int(train.indices[$0]), rating: train.value(at: $0))
      }
    }
    return RatingSplit(users: users, items: items, train: cells, validation: validation, test: [], notes: [])
  }

  private init(
    users: Vocabulary, items: Vocabulary, train: [RatingCell], validation: [RatingCell], test: [RatingCell],
    notes: [String]
  ) {
    func rows(_ cells: [RatingCell]) -> SparseRows {
      SparseRows(
        rowCount: users.count, columnCount: items.count, rows: cells.map { Int32($0.user) },
        columns: cells.map { Int32($0.item) }, values: cells.map(\.rating))
    }
    self.users = users
    self.items = items
    self.train = rows(train)
    self.validation = validation
    let refit = rows(train + validation)
    self.refit = refit
    self.test = test
    var notes = notes
    let itemCounts = refit.columnCounts()
    let cold = test.count { refit.count(ofRow: $0.user) == 0 || itemCounts[$0.item] == 0 }
    if cold > 0 {
      notes.append(
        "\(cold) of \(counted(test.count, "test rating")) \(cold == 1 ? "is" : "are") of a user or item without training ratings"
      )
    }
    self.notes = notes
    var fingerprint = Fingerprint()
    fingerprint.add("rating")
    fingerprint.add(users)
    fingerprint.add(items)
    fingerprint.add(self.train)
    fingerprint.add(refit)
    for cell in validation + test {
      fingerprint.add(cell.user)
      fingerprint.add(cell.item)
      fingerprint.add(UInt64(cell.rating.bitPattern))
    }
    fingerprint.add(validation.count)
    hash = fingerprint.hexadecimal
  }

  private static func noRatings(_ data: Interactions) -> DataError {
    DataError(
      path: data.name, message: "has no ratings",
      accepted: "a file with user, item and rating columns (--rating-column), or --task ranking")
  }
}

extension RatingCell {
  /// The user and the item in one number.
  fileprivate var place: UInt64 { UInt64(user) << 32 | UInt64(item) }
}
