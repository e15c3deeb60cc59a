public import Autoencoders
import Compute
import FileFormats
public import InteractionData
import Presentation

/// Users to recommend to with a saved model; no training data are needed.
extension ModelDirectory {
  /// Users to recommend to, as rows over the model's items.
  public struct Audience: Sendable {
    /// Their ids.
    public let userIDs: [String]
    /// The items of each user.
    public let profiles: Profiles
    /// Notes with counts.
    public let notes: [String]
  }

  /// The users of a data set.
  public func audience(_ data: Interactions) -> Audience {
    let (rows, unknown) = data.rows(in: items, keepsRatings: configuration.task == .rating)
    let (rated, assumed) = data.ratings == nil ? rating(rows) : (rows, [])
    let profiles = Profiles(items: rated, trainingRows: trainingRows(of: data.users.ids))
    return Audience(
      userIDs: data.users.ids, profiles: profiles,
      notes: data.notes + notes(unknown: unknown) + assumed + configuration.newcomerNotes(profiles))
  }

  /// The users of a file, or one of them; filters by counts are not about them unless they are requested.
  ///
  /// - Parameters:
  ///   - user: the id of the only user; `nil` for all.
  ///   - reader: how the file is read and filtered.
  /// - Throws: `InputError`; `DataError`, also when there is no such user.
  public func audience(of user: String? = nil, in path: String, reader: ModelDataReader) throws -> Audience {
    let found = try reader.read(path, scope: .anyone)
    return audience(try user.map { try found.only(user: $0, of: path) } ?? found.data)
  }

  /// One new user, given by a list of items.
  ///
  /// - Throws: ``UnknownItems`` when none of them is in the model.
  public func audience(items ids: [String]) throws(UnknownItems) -> Audience {
    let known = ids.compactMap { items.index(of: $0) }
    let unknown = ids.filter { items.index(of: $0) == nil }
    if known.isEmpty && !ids.isEmpty { throw UnknownItems(ids: ids) }
    let (rows, assumed) = rating(SparseRows(columnCount: items.count, rows: [known]))
    return Audience(
      userIDs: ["new"], profiles: Profiles(items: rows),
      notes: (unknown.isEmpty ? [] : ["not in the model: \(unknown.joined(separator: ", "))"])
        + assumed + configuration.newcomerNotes(Profiles(items: rows)))
  }

  /// The training rows of users, for a model with parameters for each training user; `nil` for other models.
  func trainingRows(of ids: [String]) -> [Int?]? {
    users.map { known in ids.map { known.index(of: $0) } }
  }

  /// The note about interactions with items that are not in the model.
  func notes(unknown: Int) -> [String] {
    unknown == 0 ? [] : ["left out \(counted(unknown, "interaction")) with items that are not in the model"]
  }

  /// Prepares items without ratings for a model of ratings: each gets the mean of the training ratings, a neutral
  /// value.
  private func rating(_ rows: SparseRows) -> (SparseRows, notes: [String]) {
    guard configuration.task == .rating, rows.nonZeroCount > 0 else { return (rows, []) }
    let mean = record.facts?.data?.meanRating
    let told = mean.map { "\(Number.decimal($0, 2)), the mean of the training ratings" } ?? "1"
    return (
      SparseRows(
        columnCount: rows.columnCount, offsets: rows.offsets, indices: rows.indices,
        values: [Float](repeating: Float(mean ?? 1), count: rows.nonZeroCount)),
      ["\(configuration.name) predicts from ratings, and there are none: each item counts as rated \(told)"]
    )
  }
}

/// None of the given items is in the model.
public struct UnknownItems: Error, Equatable, CustomStringConvertible {
  /// The items.
  public let ids: [String]

  /// What is wrong, in one sentence.
  public var description: String {
    "none of \(ids.joined(separator: ", ")) is in the model; accepted: ids from the model's items.txt"
  }
}

extension ModelDirectory.Audience {
  /// Processes blocks of users, several at a time, and delivers the results in order.
  ///
  /// It holds only a few blocks at a time, so that any number of users fits in memory. Results are delivered while
  /// other threads process the next blocks.
  ///
  /// - Parameters:
  ///   - size: the users of a block.
  ///   - work: computes the result for the users of a block, given with their places.
  ///   - visit: called on the calling thread, one block at a time.
  func forEachBlock<Value: Sendable>(
    of size: Int, _ processor: Processor, work: @Sendable (Profiles, Range<Int>) throws -> Value,
    visit: (_ users: Range<Int>, Value) throws -> Void
  ) throws {
    let blocks = (0..<userIDs.count).blocks(of: size)
    var finished: [Work<Value>] = []
    // One iteration more than there are blocks, to deliver the last one.
    for first in stride(from: 0, to: blocks.count + 2 * processor.threads, by: 2 * processor.threads) {
      var next = blocks.dropFirst(first).prefix(2 * processor.threads).map { Work<Value>(users: $0) }
      try processor.forEach(&next) {
        for block in finished { if let value = try block.result?.get() { try visit(block.users, value) } }
      } _: { [profiles] _, block in
        block.result = Result { try work(profiles.selecting(block.users), block.users) }
      }
      finished = next
    }
  }

  /// A block of users in progress.
  private struct Work<Value: Sendable>: Sendable {
    let users: Range<Int>
    var result: Result<Value, any Error>?
  }
}
