public import Autoencoders
import Compute
import FileFormats
public import InteractionData

/// Reads files for a saved model in the way its training data were read and filtered, unless flags say otherwise.
///
/// Filters by counts define the training data; they are applied again to the training data, but not to other data.
public struct ModelDataReader: Sendable {
  /// The current requests, which take precedence over the model's record.
  public struct Wishes: Sendable, Equatable {
    /// How files are read; values that are detected or `nil` are as in training.
    public var format = InteractionFormat()
    /// Ratings below this are not likes.
    public var minRating: Double?
    /// As in `Filters`; `nil` is as in training.
    public var minUserItems: Int?
    /// As in `Filters`; `nil` is as in training.
    public var minItemUsers: Int?
    /// As in `Filters`; `nil` is as in training.
    public var core: Int?

    /// Creates empty requests.
    public init() {}
  }

  /// The model's record of its data, if it has one.
  public let record: DataRecord?
  private let wishes: Wishes
  /// The largest number of threads that read; `nil` for all cores.
  public let threads: Int?
  private let keepsRatings: Bool

  /// Prepares to read for a model.
  public init(for model: ModelDirectory, wishes: Wishes = Wishes(), threads: Int? = nil) {
    record = model.record.facts?.data
    self.wishes = wishes
    self.threads = threads
    keepsRatings = model.configuration.task == .rating
  }

  /// Interactions read for a model.
  public struct Found: Sendable {
    /// The interactions after filtering, with notes.
    public let data: Interactions
    /// The users in the file before filtering.
    public let everyone: Vocabulary
    /// Whether these are the data the model was trained on; `nil` if it has no record of them.
    public let isTrainingData: Bool?
  }

  // MARK: Reading

  /// The filters for a file, besides the rating filter.
  public enum Scope: Sendable {
    /// Also the filters by counts of the training, if the file turns out to be the training data.
    case training
    /// Only the filters by counts that are requested now.
    case anyone
  }

  /// Reads one file.
  ///
  /// - Throws: `InputError`, `DataError`.
  public func read(_ path: String, scope: Scope) throws -> Found {
    let file = try readFile(path)
    return try filter(file.data, scope: scope, used: file.used)
  }

  /// Filters interactions in memory, as if they had been read.
  ///
  /// - Throws: `DataError`.
  public func filter(_ data: Interactions, scope: Scope) throws -> Found { try filter(data, scope: scope, used: []) }

  /// Reads the known and the held-out items of users; requested filters by counts apply to the known items.
  ///
  /// - Throws: `InputError`, `DataError`.
  public func read(known: String, wanted: String) throws -> (known: Interactions, wanted: Interactions) {
    let first = try read(known, scope: .anyone)
    let second = try readFile(wanted)
    var filters = Filters()
    (filters.minRating, filters.keepsRatings) = (minRating, keepsRatings)
    var target = try filters.applyToLikes(of: second.data)
    if record?.hash != nil {
      let together = try filter(first.data.joined(with: target), scope: .training)
      let alone = try filter(target, scope: .training)
      for found in [together, alone] where found.isTrainingData == true {
        target = target.noting(
          ["the model was trained on the test items, so the results are too good; doppel split keeps users apart"])
        break
      }
    }
    return (first.data, target)
  }

  /// Reads users whom the model has not seen: the filter by ratings applies if the file has ratings, filters by counts
  /// do not.
  ///
  /// A note says if these are the data the model was trained on.
  ///
  /// - Throws: `InputError`, `DataError`.
  public func read(heldOut path: String) throws -> Interactions {
    let file = try readFile(path)
    var filters = Filters()
    (filters.minRating, filters.keepsRatings) = (minRating, keepsRatings)
    let likes = try filters.applyToLikes(of: file.data)
    guard record?.hash != nil, let found = try? filter(file.data, scope: .training) else { return likes }
    return likes.noting(found.overlapNotes)
  }

  private func readFile(_ path: String) throws -> (data: Interactions, used: [String]) {
    func read(_ format: InteractionFormat) throws -> Interactions {
      var reader = InteractionReader(format: format, threads: threads)
      reader.keepsEarliest = record?.cut != nil
      return try reader.read(path: path)
    }
    let (format, used) = format
    if used.isEmpty { return (try read(format), []) }
    do {
      return (try read(format), used)
    } catch let error as DataError where path != "-" && error.isAboutColumns {
      // A file in another format, such as synthetic users, is read without the remembered columns.
      guard let data = try? read(wishes.format) else { throw error }
      let flags = used.joined(separator: " ")
      return (data.noting(["\(data.name) does not have the columns of the training data: read without \(flags)"]), [])
    }
  }

  private func filter(_ data: Interactions, scope: Scope, used: [String]) throws -> Found {
    var used = used
    var notes: [String] = []
    var likes = Filters()
    (likes.minRating, likes.keepsRatings) = (minRating, keepsRatings)
    if wishes.minRating == nil, let minRating {
      if data.ratings == nil {
        likes.minRating = nil
        if record?.source != .builtIn {
          notes.append("\(data.name) has no ratings, so \(Self.flag(minRating)) of the training is not applied")
        }
      } else {
        used.append(Self.flag(minRating))
      }
    }
    for filter in counts {
      if let wish = filter.wish { likes[keyPath: filter.path] = wish }
    }
    var all = likes
    var remembered: [String] = []
    for filter in counts where filter.wish == nil {
      guard let count = record?.filters[keyPath: filter.path], count > 0 else { continue }
      all[keyPath: filter.path] = count
      remembered.append("\(filter.key.flag) \(count)")
    }
    var (kept, isTraining) = (Interactions?.none, Bool?.none)
    if let hash = record?.hash {
      // A model with a time cut was fitted to the interactions before it.
      let fitted = record?.cut.flatMap { data.divided(by: .time($0))?.before } ?? data
      if let cut = record?.cut { remembered.append("--cut \(TimeCut.words(for: cut))") }
      let trained = try? all.apply(to: fitted)
      isTraining = trained?.pairHash(withRatings: keepsRatings) == hash
      if scope == .training && isTraining == true || all == likes && record?.cut == nil, let trained {
        kept = trained
        if scope == .training && isTraining == true { used += remembered }
      }
    }
    let result = try kept ?? likes.apply(to: data)
    if !used.isEmpty { notes.append("\(used.joined(separator: " ")), as in training") }
    let gone = data.users.count - result.users.count
    if gone > 0 {
      notes.append("\(gone) of \(data.users.count) users \(gone == 1 ? "has" : "have") no items left")
    }
    return Found(data: result.noting(notes), everyone: data.users, isTrainingData: isTraining)
  }

  // MARK: Requests and the record

  private var minRating: Double? { wishes.minRating ?? record?.filters.minRating }

  private var counts: [(key: DataRecord.CodingKeys, path: WritableKeyPath<Filters, Int>, wish: Int?)] {
    [
      (.minUserItems, \.minUserItems, wishes.minUserItems), (.minItemUsers, \.minItemUsers, wishes.minItemUsers),
      (.core, \.core, wishes.core),
    ]
  }

  /// The format to read with, and the flags taken from the record.
  private var format: (InteractionFormat, used: [String]) {
    var format = wishes.format
    var used: [String] = []
    guard let remembered = record?.format else { return (format, used) }
    if format.delimiter == nil, let delimiter = remembered.delimiter {
      format.delimiter = delimiter
      used.append("--delimiter '\(delimiter.text)'")
    }
    for (key, column) in DataRecord.columns where format[keyPath: column] == .recognised {
      guard let text = remembered[keyPath: column].text else { continue }
      format[keyPath: column] = remembered[keyPath: column]
      used.append("\(key.flag) \(text)")
    }
    return (format, used)
  }

  private static func flag(_ minRating: Double) -> String {
    "--min-rating " + (Int(exactly: minRating).map { "\($0)" } ?? "\(minRating)")
  }
}

extension ModelDataReader.Found {
  /// One of the users.
  ///
  /// - Throws: `DataError` when there is no user with this id, or no items are left.
  public func only(user: String, of path: String) throws -> Interactions {
    if let only = data.only(user: user) { return only }
    let isGone = everyone.index(of: user) != nil
    let others = data.users.count < everyone.count ? " with items left after the filters" : " in it"
    throw DataError(
      path: path, text: user,
      message: isGone ? "has no items left after the filters" : "is not a user of this file",
      accepted: "one of the \(counted(data.users.count, "user"))"
        + (isGone ? " with items left, or other filters" : others))
  }

  /// The note for data that should be the training data.
  public var differenceNotes: [String] {
    isTrainingData == false ? ["\(data.name) is not what the model was trained on"] : []
  }

  /// The note for data that should be of users outside the training data.
  public var overlapNotes: [String] {
    isTrainingData == true
      ? ["the model was trained on \(data.name), so the results are too good; doppel split keeps users apart"]
      : []
  }
}
